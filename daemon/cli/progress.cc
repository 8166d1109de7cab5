#include "daemon/cli/progress.h"

#include <algorithm>

#include "daemon/cli/figures.h"

namespace dg {
namespace {

constexpr std::size_t kBar = 24;

std::string bar(std::size_t done, std::size_t total) {
  const std::size_t filled = std::min(kBar, done * kBar / total);
  std::string text;
  for (std::size_t i = 0; i < kBar; ++i) text += i < filled ? "█" : "░";
  return text;
}

}  // namespace

void ProgressLine::show(std::string_view stage, std::size_t done, std::size_t total) {
  const bool new_stage = stage != stage_;
  if (!terminal_.is_terminal()) {
    if (!new_stage) return;
    stage_ = stage;
    terminal_.line(total == 0 ? stage_ : stage_ + " " + counted(total, "file"));
    terminal_.finish();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!new_stage && now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  stage_ = stage;
  std::string text = stage_;
  text.resize(std::max<std::size_t>(text.size(), 8), ' ');
  if (total > 0) {
    text += bar(done, total) + " " + grouped(done) + " / " + grouped(total);
  } else if (done > 0) {
    text += grouped(done);
  }
  terminal_.progress(text);
}

}  // namespace dg
