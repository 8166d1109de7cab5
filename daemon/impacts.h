#pragma once
/// \file
/// What a commit notes of each change's reach: storage does not know the graph.

#include <vector>

#include "events/delta.h"
#include "graph/snapshot.h"
#include "storage/store.h"

namespace dg {

/// How many atoms reach each changed atom by calls or construction: a removed one in `before`, any
/// other in `after`. Sorted by atom. Bounded, so that a save is never kept waiting: an atom that
/// many reach is left out, and so are all where the delta changes many. Pure.
std::vector<AtomImpact> impacts_of(const Delta& delta, const Snapshot& before,
                                   const Snapshot& after);

}  // namespace dg
