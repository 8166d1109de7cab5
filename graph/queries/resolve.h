#pragma once
/// \file
/// resolve: which atoms a person means, who gives an id, a place, a qualified or a bare name.

#include <string_view>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// What the text was taken for; the first form that has any match.
enum class AtomForm : std::uint8_t {
  none,             ///< Nothing matches.
  id,               ///< `src/a.js::Cart.pay`
  place,            ///< `src/a.js:12` or `src/a.js:12:7`
  file,             ///< `src/a.js`: its module atom
  name,             ///< `Cart.pay` or `pay`
  tail,             ///< The end of a qualified name: `Cart.pay` for `shop.Cart.pay`
  nameless_export,  ///< The name of a file that exports a value without one (nameless.h)
};

struct ResolvedAtoms {
  AtomForm form = AtomForm::none;
  std::vector<AtomId> candidates;  ///< Sorted by (path, start). One: found; more: ambiguous.
};

/// At a line without a column it is the outermost atom that starts there, else the innermost one
/// around the beginning of the line. A leading `./` is ignored. O(matches).
ResolvedAtoms resolve_atom(const Snapshot& snapshot, std::string_view text);

}  // namespace dg
