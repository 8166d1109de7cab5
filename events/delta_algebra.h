#pragma once
/// \file
/// Deltas as values: taken back, put together, and made between any two states.
///
/// Laws, for states a, b, c with d(a, b) = delta_between(a, b):
///     invert(d(a, b)) = d(b, a)        compose(d(a, b), d(b, c)) = d(a, c)
/// so compose(d, invert(d)) is empty and the composition of a series is the difference of its ends.
/// Configuration files are part of it, but for delta_between, which is given none.
///
/// In these deltas version_before and version_after are the versions at the two ends, however many
/// lie between; 0 before a create, one more than the last after a delete. Pure; any thread.

#include <span>

#include "events/delta.h"

namespace dg {

/// States are lists of files sorted by path, of one database: ids must mean the same in both. Files
/// that both share by pointer cost nothing more. O(files + atoms and links of the others).
Delta delta_between(std::span<const FileVersionPtr> before, std::span<const FileVersionPtr> after);

/// O(delta).
Delta invert(const Delta& delta);

/// `second` must begin where `first` ends. O(both deltas).
Delta compose(const Delta& first, const Delta& second);

}  // namespace dg
