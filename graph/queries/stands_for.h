#pragma once
/// \file
/// Names that only pass another atom on, and are called by nobody for that reason: an edge leads to
/// what is called, not to the name that it was called by.

#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// For the variable of `const a = b` the function or class b; for a module what it exports as a
/// whole (`module.exports = …`, `export default …`). Without the atom itself; sorted by
/// (path, start). O(references of the file).
std::vector<AtomId> stands_for(const Snapshot& snapshot, const AtomRef& atom);

}  // namespace dg
