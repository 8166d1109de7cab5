#include "graph/queries/impact.h"

#include <algorithm>
#include <utility>

#include "graph/queries/callers.h"
#include "graph/queries/dispatch.h"

namespace dg {
namespace {

/// By path, then as the atoms stand in their file. Ids tell when an atom was first seen, which
/// means nothing to a reader.
void sort_by_place(const Snapshot& snapshot, std::vector<ImpactHit>& hits) {
  std::vector<std::pair<AtomRef, ImpactHit>> placed;
  placed.reserve(hits.size());
  for (const ImpactHit& hit : hits) placed.emplace_back(snapshot.atom(hit.id), hit);
  std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
    const AtomRef &left = a.first, &right = b.first;
    return left.file != right.file ? left.file->path < right.file->path
                                   : raw(left.index) < raw(right.index);
  });
  for (std::size_t i = 0; i < hits.size(); ++i) hits[i] = placed[i].second;
}

/// One level from the level before it, which is sorted: so the first to reach an atom is the
/// smallest. `seen` is marked.
std::vector<ImpactHit> next_level(const Snapshot& snapshot, const std::vector<AtomId>& before,
                                  std::uint32_t level, const EdgeFilter& filter,
                                  std::vector<bool>& seen) {
  std::vector<ImpactHit> found;
  for (const AtomId target : before) {
    for (const InEdge& edge : snapshot.incoming(target)) {
      if (!filter.has(snapshot, target, edge.relation, edge.confidence) || seen[raw(edge.source)])
        continue;
      seen[raw(edge.source)] = true;
      found.push_back({edge.source, level, target});
    }
    if (!filter.dispatch || overridden_by(snapshot, target).empty()) continue;
    for (const Neighbour& caller : callers(snapshot, target, filter)) {
      if (seen[raw(caller.source)]) continue;
      seen[raw(caller.source)] = true;
      found.push_back({caller.source, level, target});
    }
  }
  sort_by_place(snapshot, found);
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
