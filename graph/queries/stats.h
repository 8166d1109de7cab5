#pragma once
/// \file
/// stats: what the project consists of.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "graph/snapshot.h"

namespace dg {

/// What became of the call sites: calls, constructions, tagged templates, JSX elements, decorators.
struct CallSites {
  std::uint64_t total = 0;
  std::array<std::uint64_t, 3> edges{};  ///< By Confidence, the surest of each site.
  std::array<std::uint64_t, 10> open{};  ///< By OpenReason.
  std::uint64_t missing = 0;             ///< Neither: there are none.
  std::map<std::string, std::uint64_t, std::less<>> packages;  ///< Of `external`, by name.
};

/// O(references of the project).
CallSites call_sites_of(const Snapshot& snapshot);

struct Stats {
  Sequence sequence{};
  std::uint64_t digest = 0;
  Totals totals;
  std::array<std::uint64_t, 15> atoms_by_kind{};     ///< By AtomKind.
  std::array<std::uint64_t, 3> files_by_language{};  ///< By Language.
  std::array<std::uint64_t, 6> skipped_by_reason{};  ///< By SkipReason; [0] is empty.
  std::uint64_t exported_atoms = 0;
  std::uint64_t open_sites = 0;  ///< All of Totals::open.
};

/// O(atoms): kinds and languages are counted here, the totals are kept.
Stats stats_of(const Snapshot& snapshot);

}  // namespace dg
