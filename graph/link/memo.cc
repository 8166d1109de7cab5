#include "graph/link/memo.h"

namespace dg {

std::int32_t& LinkMemo::at(Slot slot) {
  switch (slot.table) {
    case Slot::Table::own:
      return own_[slot.key];
    case Slot::Table::givers:
      return givers_[slot.key];
    case Slot::Table::others:
      break;
  }
  return others_[slot.key];
}

Values LinkMemo::recall(const Answer& answer) noexcept {
  if (answer.waits != 0) unsettled_ = std::min(unsettled_, waiting_[answer.waits - 1].level);
  return answer.values;
}

/// What was found on the way, from `first` on, waits for whatever this answer waits for.
void LinkMemo::remember(Slot slot, const Values& values, std::size_t first) {
  std::uint32_t waits = 0;
  if (unsettled_ != kSettled) {
    for (std::size_t i = first; i < waiting_.size(); ++i) {
      waiting_[i].level = std::min(waiting_[i].level, unsettled_);
    }
    waiting_.push_back({slot, unsettled_});
    waits = static_cast<std::uint32_t>(waiting_.size());
  }
  answers_.push_back({values, waits});
  at(slot) = static_cast<std::int32_t>(answers_.size());
}

void LinkMemo::forget(std::size_t first) {
  for (std::size_t i = first; i < waiting_.size(); ++i) at(waiting_[i].slot) = 0;
  waiting_.resize(first);
}

}  // namespace dg
