#include "graph/queries/dispatch.h"

#include <algorithm>

#include "graph/link/linker.h"

namespace dg {
namespace {

void add_new(std::vector<AtomId>& found, AtomId start, AtomId next) {
  if (next != start && std::find(found.begin(), found.end(), next) == found.end()) {
    found.push_back(next);
  }
}

}  // namespace

std::vector<AtomId> overridden_by(const Snapshot& snapshot, AtomId atom) {
  std::vector<AtomId> found{atom};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const Edge& edge : snapshot.edges(found[i])) {
      if (edge.relation == Relation::overrides) add_new(found, atom, edge.target);
    }
  }
  found.erase(found.begin());
  return found;
}

std::vector<AtomId> overriding(const Snapshot& snapshot, AtomId atom) {
  std::vector<AtomId> found{atom};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const InEdge& edge : snapshot.incoming(found[i])) {
      if (edge.relation == Relation::overrides) add_new(found, atom, edge.source);
    }
  }
  found.erase(found.begin());
  return found;
}

std::vector<PlacedSite> dispatched(std::vector<PlacedSite> sites) {
  std::erase_if(sites, [](const PlacedSite& site) {
    const auto rule = static_cast<LinkRule>(site.rule);
    return rule == LinkRule::super_member || rule == LinkRule::static_member;
  });
  for (PlacedSite& site : sites) site.confidence = std::max(site.confidence, Confidence::inferred);
  return sites;
}

}  // namespace dg
