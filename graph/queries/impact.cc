#include "graph/queries/impact.h"

#include <algorithm>

namespace dg {
namespace {

/// One level from the level before it, which is sorted by id: so the first to reach an atom is the
/// smallest. `seen` is marked.
std::vector<ImpactHit> next_level(const Snapshot& snapshot, const std::vector<AtomId>& before,
                                  std::uint32_t level, const EdgeFilter& filter,
                                  std::vector<bool>& seen) {
  std::vector<ImpactHit> found;
  for (const AtomId target : before) {
    for (const InEdge& edge : snapshot.incoming(target)) {
      if (!filter.has(edge.relation, edge.confidence) || seen[raw(edge.source)]) continue;
      seen[raw(edge.source)] = true;
      found.push_back({edge.source, level, target});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const ImpactHit& a, const ImpactHit& b) { return a.id < b.id; });
  return found;
}

std::uint32_t count_files(const Snapshot& snapshot, const std::vector<ImpactHit>& hits) {
  std::vector<const FileVersion*> files;
  files.reserve(hits.size());
  for (const ImpactHit& hit : hits) files.push_back(snapshot.atom(hit.id).file);
  std::sort(files.begin(), files.end());
  return static_cast<std::uint32_t>(std::unique(files.begin(), files.end()) - files.begin());
}

}  // namespace

Impact impact_of(const Snapshot& snapshot, AtomId start, const ImpactOptions& options) {
  Impact impact;
  std::vector<bool> seen(snapshot.atom_id_bound(), false);
  if (raw(start) >= seen.size()) return impact;
  seen[raw(start)] = true;
  std::vector<AtomId> level{start};
  for (std::uint32_t depth = 1; !level.empty(); ++depth) {
    const std::vector<ImpactHit> found = next_level(snapshot, level, depth, options.filter, seen);
    if (depth > options.max_depth) {
      impact.cut = !found.empty();
      break;
    }
    if (found.empty()) break;
    impact.per_level.push_back(static_cast<std::uint32_t>(found.size()));
    impact.atoms.insert(impact.atoms.end(), found.begin(), found.end());
    level.clear();
    for (const ImpactHit& hit : found) level.push_back(hit.id);
  }
  impact.files = count_files(snapshot, impact.atoms);
  return impact;
}

}  // namespace dg
