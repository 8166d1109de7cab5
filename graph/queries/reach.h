#pragma once
/// \file
/// How many atoms reach one, where only the number counts and its cost must be bounded.

#include <cstdint>
#include <optional>

#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// The atoms from which `target` can be reached over edges of the filter, itself not counted.
/// Nothing where that takes a look at more than `budget` edges. `budget` is lowered by what was
/// looked at. O(min(budget, edges that lead there)) and one bit per id.
std::optional<std::uint32_t> count_reaching(const Snapshot& snapshot, AtomId target,
                                            std::size_t& budget, const EdgeFilter& filter = {});

}  // namespace dg
