#pragma once
/// \file
/// The invariants of DESIGN §3 as functions over a Pipeline at rest: each answers the first finding
/// as text, empty where the invariant holds. Scenarios, random edits and crash tests share them.

#include <string>
#include <vector>

#include "daemon/pipeline.h"
#include "graph/snapshot.h"
#include "storage/store.h"

namespace dg {

/// Invariant 2, from disk: the state equals that of a new Pipeline with an empty database on the
/// same folder.
std::string rebuild_difference(const Pipeline& pipeline);

/// Invariant 2, without disk: the state equals what advance() makes of the same facts and
/// configuration files from nothing, in reverse order of paths (invariant 7).
std::string relink_difference(const Snapshot& snapshot);

/// Invariant 3: the log's hash chain holds, and all stored events and file rows, folded, give the
/// snapshot.
std::string log_difference(const Pipeline& pipeline);

/// The tables give the snapshot: stored files, atoms, relations, open references and versions.
std::string table_difference(const Pipeline& pipeline);

/// Invariant 10: what the snapshot hands out is sorted by its key.
std::string order_violation(const Snapshot& snapshot);
std::string order_violation(const Delta& delta);

/// Every edge is seen from both ends, totals and digest add up.
std::string graph_violation(const Snapshot& snapshot);

/// PRAGMA quick_check of the open database.
std::string integrity_violation(const Pipeline& pipeline);

/// All of the above but relink_difference.
std::string first_violation(const Pipeline& pipeline);

}  // namespace dg
