#pragma once
/// \file
/// callers and callees: the neighbours of an atom, each with every place where they meet.

#include <optional>
#include <vector>

#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// One edge between an atom and a neighbour. The sites are in the file of `source`.
struct Neighbour {
  AtomId source{};
  AtomId target{};
  Relation relation = Relation::calls;
  Confidence confidence = Confidence::exact;
  std::vector<PlacedSite> sites;  ///< Sorted by place.
  /// The member that the sites name, where `target` overrides that.
  std::optional<AtomId> declared{};
};

/// Edges into `target`, sorted by (source's path, source's start, relation, nearness of what is
/// declared). O(edges log edges + their sites).
std::vector<Neighbour> callers(const Snapshot& snapshot, AtomId target,
                               const EdgeFilter& filter = {});

/// Edges out of `source`, sorted by (first site, relation, target's path, target's start).
std::vector<Neighbour> callees(const Snapshot& snapshot, AtomId source,
                               const EdgeFilter& filter = {});

}  // namespace dg
