#pragma once
/// \file
/// outline: the atoms of one file as a tree.

#include <cstdint>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

struct OutlineEntry {
  AtomRef atom;
  AtomId id{};
  AtomId owner{};           ///< kNoAtom for the module.
  std::uint32_t depth = 0;  ///< 0: the module atom.
};

/// The tree in pre-order, which is source order: an entry's children follow it with depth + 1.
/// The file must outlive the result. O(atoms of the file).
std::vector<OutlineEntry> outline(const FileVersion& file);

}  // namespace dg
