#include "daemon/watch/settler.h"

#include <algorithm>
#include <utility>

namespace dg {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRescanWindow{10'000};
constexpr std::size_t kFreeRescans = 3;
constexpr milliseconds kFirstBackoff{100};
constexpr milliseconds kLastBackoff{10'000};

}  // namespace

/// Keeps the times that every event moves.
void Settler::begin_event(Time now) {
  if (empty()) {
    quiet_before_ = !last_ || now - *last_ >= times_.settle;
    first_ = limit_from_ = now;
  }
  last_ = now;
}

void Settler::note(std::string_view path, FileEvent event, Time now) {
  begin_event(now);
  const auto [it, is_new] = files_.try_emplace(std::string(path));
  File& file = it->second;
  if (is_new) file.first = now;
  switch (event) {
    case FileEvent::created:
      file.fresh = is_new;  // A name that was just removed is being replaced, not new.
      file.open = true;
      file.complete = false;
      break;
    case FileEvent::modified:
      file.open = true;
      file.complete = false;
      break;
    case FileEvent::written:
    case FileEvent::arrived:
      file.open = false;
      file.complete = true;
      break;
    case FileEvent::found:
      file.fresh |= is_new;
      file.open = false;
      break;
    case FileEvent::emptied:
    case FileEvent::removed:
      file.open = false;
      file.complete = false;
      break;
  }
}

void Settler::note_folder_gone(std::string_view folder, Time now) {
  begin_event(now);
  files_.try_emplace(std::string(folder) + "/").first->second.first = now;
}

void Settler::note_rescan(Time now) {
  begin_event(now);
  if (rescan_) return;
  rescan_ = true;
  while (!rescans_.empty() && now - rescans_.front() > kRescanWindow) rescans_.pop_front();
  rescans_.push_back(now);
  rescan_not_before_ = now;
  if (rescans_.size() > kFreeRescans) {
    const std::size_t doublings = std::min<std::size_t>(rescans_.size() - kFreeRescans - 1, 7);
    rescan_not_before_ += std::min(kFirstBackoff * (1 << doublings), kLastBackoff);
  }
}

void Settler::note_state_folder_gone(Time now) {
  begin_event(now);
  state_gone_ = true;
}

void Settler::note_git_lock(bool held, Time now) {
  if (held) {
    if (!git_lock_) git_lock_ = now;
    return;
  }
  if (!git_lock_) return;
  git_lock_.reset();
  note_git_activity(now);
  // The time under the lock does not count as time that somebody was kept waiting.
  limit_from_ = std::max(limit_from_, now);
}

void Settler::note_git_activity(Time now) {
  if (!empty()) last_ = now;
}

bool Settler::leads() const noexcept {
  if (!quiet_before_ || files_.size() != 1 || rescan_ || state_gone_) return false;
  const File& file = files_.begin()->second;
  return file.complete && !file.fresh;
}

/// When the files whose writers are done settle, git aside.
Settler::Time Settler::settles_at() const {
  if (leads()) return *last_;
  return std::min(*last_ + times_.settle, limit_from_ + times_.settle_limit);
}

std::optional<Settler::Time> Settler::deadline() const {
  if (empty()) return std::nullopt;
  if (flush_) return *last_;
  Time at = Time::max();
  const Time settled = settles_at();
  for (const auto& [path, file] : files_) {
    at = std::min(at, file.open ? std::max(settled, file.first + times_.settle_limit) : settled);
    if (at == settled) break;
  }
  if (state_gone_) at = std::min(at, settled);
  if (rescan_) at = std::min(at, std::max(settled, rescan_not_before_));
  if (git_lock_) at = std::max(at, *git_lock_ + times_.git_limit);
  return at;
}

bool Settler::holds_part_of(const SettledChange& change) const {
  return rescan_ || std::any_of(files_.begin(), files_.end(),
                                [&](const auto& entry) { return concerns(change, entry.first); });
}

SettledChange Settler::take_complete() {
  SettledChange out;
  for (auto it = files_.begin(); it != files_.end();) {
    if (!it->second.complete) {
      ++it;
      continue;
    }
    out.paths.push_back(it->first);
    it = files_.erase(it);
  }
  std::sort(out.paths.begin(), out.paths.end());
  if (!out.paths.empty()) out.first_event = first_;
  return out;
}

SettledChange Settler::take(Time now) {
  SettledChange out;
  if (empty()) return out;
  const bool hurried = std::exchange(hurry_, false);
  if (!flush_ && held_by_git(now)) return out;
  const bool settled = flush_ || now >= settles_at();
  if (!settled) return hurried ? take_complete() : out;
  out.first_event = first_;
  bool left = false;
  Time oldest_left = Time::max();
  for (auto it = files_.begin(); it != files_.end();) {
    const File& file = it->second;
    if (!flush_ && file.open && now < file.first + times_.settle_limit) {
      left = true;
      oldest_left = std::min(oldest_left, file.first);
      ++it;
      continue;
    }
    auto node = files_.extract(it++);
    out.paths.push_back(std::move(node.key()));
  }
  std::sort(out.paths.begin(), out.paths.end());
  out.state_folder_gone = std::exchange(state_gone_, false);
  if (rescan_ && (flush_ || now >= rescan_not_before_)) {
    out.rescan = true;
    rescan_ = false;
  }
  flush_ = false;
  if (left || rescan_) {
    first_ = left ? oldest_left : first_;
    limit_from_ = now;
  }
  return out;
}

}  // namespace dg
