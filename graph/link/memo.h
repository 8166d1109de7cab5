#pragma once
/// \file
/// LinkMemo: the answers that the evaluator has found, each asked once. Answers may rest on each
/// other in circles, and bounds cut some short; what is kept does not depend on who asked first.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "graph/link/key_map.h"
#include "graph/link/values.h"

namespace dg {

/// Thread rule: as the Evaluator that has it.
class LinkMemo {
 public:
  /// Where an answer is kept.
  struct Slot {
    enum class Table : std::uint8_t { own, others, givers };
    Table table = Table::own;  ///< Expressions of the linked file, other questions, searches.
    std::uint64_t key = 0;
  };

  explicit LinkMemo(std::size_t own_exprs) : own_(own_exprs, 0) {}

  /// Whether the answer is known or being looked for. O(1).
  bool has(Slot slot) { return at(slot) != 0; }

  /// The answer as it is known, or finds it. One that is asked for while it is being looked for is
  /// unknown for that moment; what was made of that lacks something, and is kept only until the
  /// outer answer is there. O(1) for known answers.
  template <typename Find>
  Values answered(Slot slot, const Find& find) {
    const std::int32_t known = at(slot);
    if (known > 0) return recall(answers_[static_cast<std::size_t>(known - 1)]);
    if (known < 0) {
      unsettled_ = std::min(unsettled_, -known);
      return Values::unknown();
    }
    const int level = ++level_;
    const int outer = std::exchange(unsettled_, kSettled);
    const std::size_t first = waiting_.size();
    at(slot) = -level;
    const Values values = find();
    --level_;
    if (unsettled_ >= level) {
      unsettled_ = kSettled;
      forget(first);
    }
    remember(slot, values, first);
    unsettled_ = std::min(unsettled_, outer);
    return values;
  }

  /// What is being looked for was cut by a bound: it is kept until forget_cut() alone.
  void cut() noexcept { unsettled_ = kCut; }
  /// The innermost answer that is being looked for is kept, whatever it lacks.
  void keep() noexcept { unsettled_ = kSettled; }
  /// Forgets the answers that a bound cut; between questions. False: there were none.
  bool forget_cut() {
    if (waiting_.empty()) return false;
    forget(0);
    unsettled_ = kSettled;
    return true;
  }

 private:
  static constexpr int kCut = 0;
  static constexpr int kSettled = std::numeric_limits<int>::max();

  struct Answer {
    Values values;
    std::uint32_t waits = 0;  ///< Its place among the waiting + 1.
  };
  struct Waiting {
    Slot slot;
    int level = kCut;  ///< Of the outermost answer that it lacks.
  };

  std::int32_t& at(Slot slot);
  Values recall(const Answer& answer) noexcept;
  void remember(Slot slot, const Values& values, std::size_t first);
  void forget(std::size_t first);

  /// Tables hold 0 for what nobody asked, -level while it is looked for, else index + 1.
  std::vector<std::int32_t> own_;
  KeyMap<std::int32_t> others_;
  KeyMap<std::int32_t> givers_;
  std::vector<Answer> answers_;
  std::vector<Waiting> waiting_;  ///< Answers that lack something.
  int level_ = 0;                 ///< Answers that are being looked for, one within the other.
  int unsettled_ = kSettled;      ///< The outermost of them that was asked for meanwhile.
};

}  // namespace dg
