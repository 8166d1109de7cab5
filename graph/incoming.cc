#include "graph/incoming.h"

#include <algorithm>

#include "parser/check.h"

namespace dg {

std::span<const InEdge> Incoming::of(AtomId target) const noexcept {
  const auto at = std::lower_bound(targets_.begin(), targets_.end(), target);
  if (at == targets_.end() || *at != target) return {};
  const auto i = static_cast<std::size_t>(at - targets_.begin());
  const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
  return {edges_.data() + begin, ends_[i] - begin};
}

std::shared_ptr<const Incoming> Incoming::with(const Incoming* before, std::span<Change> changes) {
  // An edge that is both lost and gained (another confidence) differs in `confidence`; of equal
  // ones the loss must come first, and false sorts before true.
  std::sort(changes.begin(), changes.end());
  auto after = std::make_shared<Incoming>();
  after->edges_.reserve((before != nullptr ? before->edges_.size() : 0) + changes.size());
  const auto append = [&](AtomId target, const InEdge& edge) {
    if (after->targets_.empty() || after->targets_.back() != target) {
      after->targets_.push_back(target);
      after->ends_.push_back(0);
    }
    after->edges_.push_back(edge);
    after->ends_.back() = static_cast<std::uint32_t>(after->edges_.size());
  };
  std::size_t next = 0;
  const auto append_gains_before = [&](AtomId target, const InEdge& edge) {
    while (next < changes.size() &&
           (changes[next].target < target ||
            (changes[next].target == target && changes[next].edge < edge))) {
      DG_SLOW_ENFORCE(changes[next].gained, "an edge that is lost was there");
      if (changes[next].gained) append(changes[next].target, changes[next].edge);
      ++next;
    }
  };
  if (before != nullptr) {
    std::size_t i = 0;
    for (std::size_t t = 0; t < before->targets_.size(); ++t) {
      const AtomId target = before->targets_[t];
      for (; i < before->ends_[t]; ++i) {
        const InEdge& edge = before->edges_[i];
        append_gains_before(target, edge);
        const bool lost =
            next < changes.size() && changes[next].target == target && changes[next].edge == edge;
        DG_SLOW_ENFORCE(!lost || !changes[next].gained, "an edge that is gained was not there");
        if (!lost || changes[next].gained) append(target, edge);
        if (lost) ++next;
      }
    }
  }
  for (; next < changes.size(); ++next) {
    DG_SLOW_ENFORCE(changes[next].gained, "an edge that is lost was there");
    if (changes[next].gained) append(changes[next].target, changes[next].edge);
  }
  if (after->edges_.empty()) return nullptr;
  after->edges_.shrink_to_fit();
  return after;
}

}  // namespace dg
