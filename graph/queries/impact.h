#pragma once
/// \file
/// impact: who is reached when an atom changes: its callers, their callers, and so on.

#include <cstdint>
#include <limits>
#include <vector>

#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

struct ImpactOptions {
  EdgeFilter filter;
  std::uint32_t max_depth = 5;  ///< Levels; 0 is none.
};

struct ImpactHit {
  AtomId id{};
  std::uint32_t level = 1;  ///< Shortest distance to the start.
  AtomId via{};             ///< The first of the level before that it reaches the start by.
};

struct Impact {
  std::vector<ImpactHit> atoms;          ///< Sorted by (level, path, start); without the start.
  std::vector<std::uint32_t> per_level;  ///< [0] counts level 1.
  std::uint32_t files = 0;               ///< Files with at least one of the atoms.
  bool cut = false;                      ///< There are more beyond max_depth.
};

/// Breadth-first over incoming edges. O(atoms reached + their incoming edges) and one bit per id.
Impact impact_of(const Snapshot& snapshot, AtomId start, const ImpactOptions& options = {});

}  // namespace dg
