#pragma once
/// \file
/// Incoming: all edges into the atoms of one file, packed. Shared by snapshots until the set of
/// edges into the file changes. Internal to graph/. Immutable, any number of readers.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "events/delta.h"
#include "graph/snapshot.h"

namespace dg {

class Incoming {
 public:
  /// Sorted by (source, relation). O(log targets).
  std::span<const InEdge> of(AtomId target) const noexcept;
  std::size_t size() const noexcept { return edges_.size(); }

  /// An edge that comes or goes.
  struct Change {
    AtomId target{};
    InEdge edge;
    bool gained = true;
    friend auto operator<=>(const Change&, const Change&) = default;
  };
  /// `before` (null: none) with the changes applied; null where no edge is left. Every loss must
  /// name an edge that is there. Sorts `changes`. O(edges + changes log changes).
  static std::shared_ptr<const Incoming> with(const Incoming* before, std::span<Change> changes);

 private:
  // Keyed by AtomId and not by the atom's place in the file, so that inserting a function above
  // leaves the slab as it is.
  std::vector<AtomId> targets_;      ///< Sorted; those with an edge.
  std::vector<std::uint32_t> ends_;  ///< Of each target's edges.
  std::vector<InEdge> edges_;        ///< Sorted by (target, source, relation).
};

}  // namespace dg
