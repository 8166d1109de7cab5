#pragma once
/// \file
/// The tables of the graph compared with a folded state, row by row. Internal to replay.

#include <cstdint>
#include <string>

#include "events/replay.h"
#include "storage/store.h"

namespace dg {

/// The first row of `atoms` (live ones), `atom_relations` or `unresolved_references` that is not as
/// the state says, or that lacks; empty where all are. Counts the rows that it read. The reader
/// must stand at the state's sequence. O(rows).
Result<std::string> tables_difference(Reader& reader, const FoldedState& state,
                                      std::uint32_t atom_bound, std::uint64_t& rows);

}  // namespace dg
