#pragma once
/// \file
/// How far a long task is: one line redrawn at most ten times a second on a terminal, one plain
/// line a stage elsewhere.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/cli/terminal.h"

namespace dg {

class ProgressLine {
 public:
  explicit ProgressLine(Terminal& terminal) : terminal_(terminal) {}
  ~ProgressLine() { terminal_.clear_progress(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `total` 0: unknown.
  void show(std::string_view stage, std::size_t done, std::size_t total);

 private:
  Terminal& terminal_;
  std::string stage_;
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace dg
