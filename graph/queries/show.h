#pragma once
/// \file
/// show: all that is known of one atom. Texts are views into the snapshot.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// An open reference with its places.
struct OpenUse {
  Relation relation = Relation::calls;
  std::string_view text;
  OpenReason reason = OpenReason::global;
  std::string_view detail;  ///< Package of `external`; else empty.
  std::vector<PlacedSite> sites;
};

struct AtomCard {
  AtomRef atom;  ///< Name, kind, place, flags, own metrics: as in Atom.
  std::string id_text;
  std::uint32_t version = 0;
  AtomId owner{};  ///< The enclosing atom; kNoAtom for a module.
  std::string_view signature, doc;
  std::array<std::uint32_t, kRelationCount> outgoing{}, incoming{};  ///< Edges by relation.
  std::uint32_t open_sites = 0;  ///< Its own references without a target in the project.
  OpenMentions mentions;         ///< Open sites anywhere that mention its simple name.
};

/// `atom` must be in the snapshot. O(its edges).
AtomCard show_atom(const Snapshot& snapshot, AtomId atom);

/// Its open references, sorted by first place. O(own open references).
std::vector<OpenUse> open_uses(const Snapshot& snapshot, AtomId atom);

}  // namespace dg
