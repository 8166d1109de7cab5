#include "graph/queries/stats.h"

#include <numeric>

namespace dg {

Stats stats_of(const Snapshot& snapshot) {
  Stats stats;
  stats.sequence = snapshot.sequence();
  stats.digest = snapshot.digest();
  stats.totals = snapshot.totals();
  stats.open_sites =
      std::accumulate(std::begin(stats.totals.open), std::end(stats.totals.open), std::uint64_t{0});
  for (const FileVersionPtr& file : snapshot.files()) {
    const FileFacts& facts = *file->facts;
    ++stats.files_by_language[static_cast<std::size_t>(facts.language)];
    if (facts.skipped != SkipReason::none) {
      ++stats.skipped_by_reason[static_cast<std::size_t>(facts.skipped)];
    }
    for (const Atom& atom : facts.atoms) {
      ++stats.atoms_by_kind[static_cast<std::size_t>(atom.kind)];
      if (atom.exported) ++stats.exported_atoms;
    }
  }
  return stats;
}

}  // namespace dg
