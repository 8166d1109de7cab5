#include "graph/queries/path.h"

#include <algorithm>

namespace dg {
namespace {

/// Marks for each atom reached from `from` the smallest atom of the level before; stops at `to`.
std::vector<AtomId> predecessors(const Snapshot& snapshot, AtomId from, AtomId to,
                                 const EdgeFilter& filter) {
  std::vector<AtomId> reached_by(snapshot.atom_id_bound(), kNoAtom);
  reached_by[raw(from)] = from;
  std::vector<AtomId> level{from}, next;
  while (!level.empty() && reached_by[raw(to)] == kNoAtom) {
    next.clear();
    for (const AtomId source : level) {
      for (const Edge& edge : snapshot.edges(source)) {
        if (!filter.has(snapshot, edge.target, edge.relation, edge.confidence)) continue;
        if (reached_by[raw(edge.target)] != kNoAtom) continue;
        reached_by[raw(edge.target)] = source;
        next.push_back(edge.target);
      }
    }
    std::sort(next.begin(), next.end());
    level.swap(next);
  }
  return reached_by;
}

/// The edge of the smallest relation among those that count.
Neighbour step(const Snapshot& snapshot, AtomId source, AtomId target, const EdgeFilter& filter) {
  for (const Edge& edge : snapshot.edges(source)) {
    if (edge.target != target || !filter.has(snapshot, edge.target, edge.relation, edge.confidence))
      continue;
    return {source, target, edge.relation, edge.confidence,
            placed_sites(snapshot.atom(source), edge.sites)};
  }
  return {source, target, Relation::calls, Confidence::name, {}};
}

}  // namespace

std::vector<Neighbour> shortest_path(const Snapshot& snapshot, AtomId from, AtomId to,
                                     const EdgeFilter& filter) {
  std::vector<Neighbour> path;
  if (from == to || !snapshot.atom(from) || !snapshot.atom(to)) return path;
  const std::vector<AtomId> reached_by = predecessors(snapshot, from, to, filter);
  if (reached_by[raw(to)] == kNoAtom) return path;
  for (AtomId at = to; at != from; at = reached_by[raw(at)]) {
    path.push_back(step(snapshot, reached_by[raw(at)], at, filter));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace dg
