#pragma once
/// \file
/// name_at: what the name at a place of the source stands for.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/queries/callers.h"

namespace dg {

struct NameAt {
  Position at;              ///< Where the name begins.
  std::uint32_t units = 0;  ///< Its length in UTF-16 units.
  std::string text;         ///< `pay` of `cart.pay`.
  bool declares = false;    ///< It is the name of the declaration of its only atom.
  /// What is used here, surest edges first. Empty where the name has no target in the project.
  std::vector<AtomId> atoms;
};

/// Nothing where neither a use that has an edge or is unresolved, nor the name of a declaration
/// stands at `place`, or ends there. O(references of the atom around it).
std::optional<NameAt> name_at(const Snapshot& snapshot, std::string_view path, Position place);

}  // namespace dg
