#include "daemon/impacts.h"

#include <algorithm>

#include "graph/queries/reach.h"

namespace dg {
namespace {

/// A change of more atoms is a checkout or a first index: nobody asks how far each reaches.
constexpr std::size_t kMostAtoms = 64;
/// Edges looked at for one atom, and for one commit: some tenths of a millisecond.
constexpr std::size_t kAtomBudget = 10'000;
constexpr std::size_t kCommitBudget = 20'000;

}  // namespace

std::vector<AtomImpact> impacts_of(const Delta& delta, const Snapshot& before,
                                   const Snapshot& after) {
  std::size_t changes = 0;
  for (const FileDelta& file : delta.files) changes += file.atoms.size();
  std::vector<AtomImpact> impacts;
  if (changes > kMostAtoms) return impacts;
  std::size_t left = kCommitBudget;
  for (const FileDelta& file : delta.files) {
    for (const AtomChange& change : file.atoms) {
      const bool removed = change.after == kNone<AtomIndex>;
      const std::size_t given = std::min(left, kAtomBudget);
      std::size_t budget = given;
      const std::optional<std::uint32_t> reached =
          count_reaching(removed ? before : after, change.id, budget);
      left -= given - budget;
      if (reached) impacts.push_back({change.id, *reached});
    }
  }
  std::sort(impacts.begin(), impacts.end(),
            [](const AtomImpact& a, const AtomImpact& b) { return a.atom < b.atom; });
  return impacts;
}

}  // namespace dg
