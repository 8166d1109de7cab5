#include "graph/queries/reach.h"

#include <vector>

namespace dg {

std::optional<std::uint32_t> count_reaching(const Snapshot& snapshot, AtomId target,
                                            std::size_t& budget, const EdgeFilter& filter) {
  std::vector<bool> seen(snapshot.atom_id_bound(), false);
  if (raw(target) >= seen.size()) return 0;
  seen[raw(target)] = true;
  std::vector<AtomId> found{target};
  for (std::size_t at = 0; at < found.size(); ++at) {
    for (const InEdge& edge : snapshot.incoming(found[at])) {
      if (budget == 0) return std::nullopt;
      --budget;
      if (!filter.has(snapshot, found[at], edge.relation, edge.confidence) ||
          seen[raw(edge.source)])
        continue;
      seen[raw(edge.source)] = true;
      found.push_back(edge.source);
    }
  }
  return static_cast<std::uint32_t>(found.size() - 1);
}

}  // namespace dg
