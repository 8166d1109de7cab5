#include "graph/queries/callers.h"

#include <algorithm>
#include <utility>

namespace dg {
namespace {

/// The edge (source, relation, target), of which one is known to be.
const Edge* find_edge(std::span<const Edge> edges, Relation relation, AtomId target) noexcept {
  const auto at = std::lower_bound(edges.begin(), edges.end(), std::pair(relation, target),
                                   [](const Edge& edge, const std::pair<Relation, AtomId>& wanted) {
                                     return std::pair(edge.relation, edge.target) < wanted;
                                   });
  const bool found = at != edges.end() && at->relation == relation && at->target == target;
  return found ? &*at : nullptr;
}

}  // namespace

std::vector<Neighbour> callers(const Snapshot& snapshot, AtomId target, const EdgeFilter& filter) {
  std::vector<Neighbour> result;
  for (const InEdge& in : snapshot.incoming(target)) {
    if (!filter.has(snapshot, target, in.relation, in.confidence)) continue;
    const Edge* edge = find_edge(snapshot.edges(in.source), in.relation, target);
    if (edge == nullptr) continue;
    result.push_back({in.source, target, in.relation, in.confidence,
                      placed_sites(snapshot.atom(in.source), edge->sites)});
  }
  std::sort(result.begin(), result.end(), [&](const Neighbour& a, const Neighbour& b) {
    if (a.source != b.source) return reads_before(snapshot.atom(a.source), snapshot.atom(b.source));
    return a.relation < b.relation;
  });
  return result;
}

std::vector<Neighbour> callees(const Snapshot& snapshot, AtomId source, const EdgeFilter& filter) {
  std::vector<Neighbour> result;
  const AtomRef from = snapshot.atom(source);
  for (const Edge& edge : snapshot.edges(source)) {
    if (!filter.has(snapshot, edge.target, edge.relation, edge.confidence)) continue;
    result.push_back(
        {source, edge.target, edge.relation, edge.confidence, placed_sites(from, edge.sites)});
  }
  std::sort(result.begin(), result.end(), [&](const Neighbour& a, const Neighbour& b) {
    const Position x = a.sites.empty() ? Position{} : a.sites.front().at;
    const Position y = b.sites.empty() ? Position{} : b.sites.front().at;
    if (x != y) return x < y;
    if (a.relation != b.relation) return a.relation < b.relation;
    return reads_before(snapshot.atom(a.target), snapshot.atom(b.target));
  });
  return result;
}

}  // namespace dg
