#pragma once
/// \file
/// Calls that run an overriding member: an edge goes to the member that the call names, and at run
/// time any member that overrides it may be what runs (class hierarchy analysis; Dean, Grove &
/// Chambers 1995).

#include <vector>

#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// What an atom overrides, and what that overrides, nearest first. O(members found + their edges).
std::vector<AtomId> overridden_by(const Snapshot& snapshot, AtomId atom);

/// What overrides an atom, and what overrides that, nearest first. As above.
std::vector<AtomId> overriding(const Snapshot& snapshot, AtomId atom);

/// Of the sites of an edge those that may run an overriding member: all but `super.m()` and members
/// of a class that is named itself. Less sure than the call of the named member is.
std::vector<PlacedSite> dispatched(std::vector<PlacedSite> sites);

}  // namespace dg
