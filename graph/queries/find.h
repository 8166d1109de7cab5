#pragma once
/// \file
/// find: atoms by their name. Full text over signatures and docs is storage's.

#include <string_view>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// How a name matches, best first.
enum class NameMatch : std::uint8_t {
  exact,   ///< The simple or the qualified name, letter by letter.
  folded,  ///< The same but for case.
  prefix,  ///< The name begins so, whatever the case.
  file,    ///< The name of a file that exports the atom without one (nameless.h).
  word,    ///< A word inside the name begins so: `user` in `getUserName`.
};

struct FindHit {
  AtomId id{};
  NameMatch match = NameMatch::exact;
};

/// Atoms whose simple or qualified name matches; each once, with its best match. Sorted by (match,
/// length of the simple name, path, start). `Cart.pa` finds members of `Cart` that match `pa`.
/// O(matches log matches); for texts below three letters O(atoms).
std::vector<FindHit> find_by_name(const Snapshot& snapshot, std::string_view text);

}  // namespace dg
