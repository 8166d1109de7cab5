#pragma once
/// \file
/// path: how one atom reaches another.

#include <vector>

#include "graph/queries/callers.h"
#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// The edges of a shortest path from one atom to another, in order; empty where there is none or
/// where both are the same. Of several shortest paths the one whose atoms have the smallest ids,
/// compared from the end. Breadth-first; O(atoms reached + their edges).
std::vector<Neighbour> shortest_path(const Snapshot& snapshot, AtomId from, AtomId to,
                                     const EdgeFilter& filter = {});

}  // namespace dg
