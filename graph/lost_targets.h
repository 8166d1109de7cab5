#pragma once
/// \file
/// References of one atom that have a target in one snapshot and none in another. Internal to
/// graph/. Pure.

#include <vector>

#include "graph/compare.h"

namespace dg {

enum class Side : std::uint8_t { with, without };

/// The references of an atom (in both snapshots) that are linked in `with` and, under the same
/// text, open in `without`. A reference that leads out of the project for certain (a package, a
/// builtin, a parameter …) has lost nothing, and neither has one that was open under that text in
/// `with` already. One entry for each site of the snapshot that `at` names, which gives the places.
std::vector<ReferenceDifference> lost_targets(const Snapshot& with, const Snapshot& without,
                                              AtomId id, Side at);

}  // namespace dg
