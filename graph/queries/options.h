#pragma once
/// \file
/// What the questions about edges have in common: which edges count, and where a site is.

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// A set of relations.
class RelationSet {
 public:
  constexpr RelationSet() = default;
  constexpr RelationSet(std::initializer_list<Relation> relations) {
    for (const Relation relation : relations) add(relation);
  }
  static constexpr RelationSet all() {
    RelationSet set;
    set.bits_ = (1u << kRelationCount) - 1;
    return set;
  }
  constexpr void add(Relation relation) { bits_ |= 1u << static_cast<unsigned>(relation); }
  constexpr bool has(Relation relation) const {
    return (bits_ >> static_cast<unsigned>(relation) & 1u) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(const RelationSet&, const RelationSet&) = default;

 private:
  std::uint32_t bits_ = 0;
};

/// Which edges a question looks at.
struct EdgeFilter {
  RelationSet relations{Relation::calls, Relation::instantiates};
  Confidence worst = Confidence::name;  ///< Edges less sure than this are left out.
  /// A call of a member counts, as `inferred`, for those that override it too (dispatch.h).
  bool dispatch = false;
  /// A function that stands inside another without a name, or is used there as a value, counts as
  /// used by it: a callback runs on behalf of the code that hands it over.
  bool callbacks = false;
  /// Whether an edge to `target` counts. A property read runs its getter: such a reference to an
  /// accessor counts wherever calls do.
  bool has(const Snapshot& snapshot, AtomId target, Relation relation, Confidence confidence) const;
};

/// A site with its place at the snapshot. Edges that no reference stands for (`contains`,
/// `imports`, `overrides`) have one site, at the name of their source atom.
struct PlacedSite {
  Position at;
  Confidence confidence = Confidence::exact;
  std::uint8_t rule = 0;       ///< LinkRule.
  bool has_reference = false;  ///< Whether a reference stands at `at`.
  friend auto operator<=>(const PlacedSite&, const PlacedSite&) = default;
};

/// Sites of one edge or open reference of `source`, sorted by place. O(sites log sites).
std::vector<PlacedSite> placed_sites(const AtomRef& source, Range sites);

/// Whether one atom comes before another where people read: by (path, start).
bool reads_before(const AtomRef& a, const AtomRef& b) noexcept;

}  // namespace dg
