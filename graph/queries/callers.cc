#include "graph/queries/callers.h"

#include <algorithm>
#include <utility>

#include "graph/queries/dispatch.h"

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

/// Whether an edge may run what overrides its target, and counts.
bool dispatches(Neighbour& edge, const EdgeFilter& filter) {
  if (edge.relation != Relation::calls && edge.relation != Relation::references) return false;
  edge.sites = dispatched(std::move(edge.sites));
  edge.confidence = std::max(edge.confidence, Confidence::inferred);
  return !edge.sites.empty() && edge.confidence <= filter.worst;
}

/// The edges into `declared`, as calls of `target`, which it is or which overrides it.
void add_callers(const Snapshot& snapshot, AtomId target, AtomId declared, const EdgeFilter& filter,
                 std::vector<Neighbour>& result) {
  for (const InEdge& in : snapshot.incoming(declared)) {
    if (!filter.has(snapshot, declared, in.relation, in.confidence)) continue;
    const Edge* edge = find_edge(snapshot.edges(in.source), in.relation, declared);
    if (edge == nullptr) continue;
    Neighbour found{in.source, target, in.relation, in.confidence,
                    placed_sites(snapshot.atom(in.source), edge->sites)};
    if (declared != target) found.declared = declared;
    if (declared == target || dispatches(found, filter)) result.push_back(std::move(found));
  }
}

}  // namespace

std::vector<Neighbour> callers(const Snapshot& snapshot, AtomId target, const EdgeFilter& filter) {
  std::vector<Neighbour> result;
  add_callers(snapshot, target, target, filter, result);
  if (filter.dispatch) {
    for (const AtomId declared : overridden_by(snapshot, target)) {
      add_callers(snapshot, target, declared, filter, result);
    }
  }
  std::stable_sort(result.begin(), result.end(), [&](const Neighbour& a, const Neighbour& b) {
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
    const Neighbour found{source, edge.target, edge.relation, edge.confidence,
                          placed_sites(from, edge.sites)};
    result.push_back(found);
    if (!filter.dispatch) continue;
    for (const AtomId target : overriding(snapshot, edge.target)) {
      Neighbour instead = found;
      instead.target = target;
      instead.declared = edge.target;
      if (dispatches(instead, filter)) result.push_back(std::move(instead));
    }
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
