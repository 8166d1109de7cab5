#include "graph/queries/stats.h"

#include <numeric>
#include <vector>

namespace dg {
namespace {

bool is_call_site(ReferenceKind kind) noexcept {
  switch (kind) {
    case ReferenceKind::call:
    case ReferenceKind::construct:
    case ReferenceKind::tagged:
    case ReferenceKind::jsx:
    case ReferenceKind::decorator:
      return true;
    default:
      return false;
  }
}

/// 0: nothing known; 1 + Confidence: an edge; 16 + OpenReason: open.
using Outcomes = std::vector<std::uint8_t>;
constexpr std::uint8_t kOpen = 16;

template <typename Set>
void each_reference(const FileVersion& file, AtomIndex source, Range sites, const Set& set) {
  const Range own = file.facts->atoms[raw(source)].references;
  for (std::uint32_t s = sites.begin; s < sites.begin + sites.count; ++s) {
    const Site& site = file.links->sites[s];
    if (site.ordinal < own.count) set(own.begin + site.ordinal, site);
  }
}

Outcomes outcomes_of(const FileVersion& file) {
  Outcomes outcomes(file.facts->references.size(), 0);
  for (const OpenReference& open : file.links->open) {
    each_reference(file, open.source, open.sites, [&](std::uint32_t reference, const Site&) {
      outcomes[reference] = static_cast<std::uint8_t>(kOpen + static_cast<int>(open.reason));
    });
  }
  const auto add_edges = [&](bool calls) {
    for (const Edge& edge : file.links->edges) {
      const bool call = edge.relation == Relation::calls || edge.relation == Relation::instantiates;
      if (call != calls || (!call && edge.relation != Relation::references)) continue;
      each_reference(file, edge.source, edge.sites, [&](std::uint32_t reference, const Site& site) {
        const auto value = static_cast<std::uint8_t>(1 + static_cast<int>(site.confidence));
        std::uint8_t& known = outcomes[reference];
        // Where there is a reason too, the edge is that of a getter or of the receiver.
        if (known == 0 || (calls && value < known && known < kOpen)) known = value;
      });
    }
  };
  add_edges(true);
  add_edges(false);  // `f.bind(x)` refers to f.
  return outcomes;
}

}  // namespace

CallSites call_sites_of(const Snapshot& snapshot) {
  CallSites sites;
  for (const FileVersionPtr& file : snapshot.files()) {
    const Outcomes outcomes = outcomes_of(*file);
    for (std::size_t r = 0; r < outcomes.size(); ++r) {
      if (!is_call_site(file->facts->references[r].kind)) continue;
      ++sites.total;
      const std::uint8_t outcome = outcomes[r];
      if (outcome == 0) {
        ++sites.missing;
      } else if (outcome < kOpen) {
        ++sites.edges[outcome - 1];
      } else {
        ++sites.open[outcome - kOpen];
      }
    }
    for (const OpenReference& open : file->links->open) {
      if (open.reason != OpenReason::external) continue;
      each_reference(*file, open.source, open.sites, [&](std::uint32_t reference, const Site&) {
        if (is_call_site(file->facts->references[reference].kind)) {
          ++sites.packages[file->links->details[open.detail]];
        }
      });
    }
  }
  return sites;
}

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
