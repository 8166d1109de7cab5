#pragma once
/// \file
/// Settler: file events in, settled changes out. Interprets what editors and git do; knows neither
/// the kernel nor the clock, so that tests drive it by hand.
///
/// - Leading edge: a known file that was closed after writing, or renamed into place, settles at
/// once
///   when nothing else is pending and nothing happened for `settle` before it.
/// - Everything else settles when events have paused for `settle`, at most `settle_limit` after the
///   first. New files are among it: what is created first and renamed next is one change.
/// - A file that is being written (no close yet) waits for its close, at most `settle_limit`.
/// - A removed or emptied file waits for `settle`: most are written again at once.
/// - While git holds its index lock nothing settles, at most `git_limit`: a checkout is one change.
/// - A rescan that repeats within ten seconds waits longer each time (watchman's
///   recrawl_backoff_max_ms): three are free, then 100 ms, doubled up to 10 s.
///
/// Not thread-safe.

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/watch/change.h"

namespace dg {

struct SettleTimes {
  std::chrono::milliseconds settle{8};
  std::chrono::milliseconds settle_limit{500};
  std::chrono::milliseconds git_limit{2000};
};

/// What was seen of one file.
enum class FileEvent {
  created,   ///< A new name; its writer has not closed it yet.
  modified,  ///< Bytes changed; not closed yet.
  written,   ///< Closed after writing, not empty.
  emptied,   ///< Closed after writing, or found, with no bytes in it.
  arrived,   ///< Renamed into place: complete.
  found,     ///< Seen by listing, or complete from the start (a hard link).
  removed,   ///< Deleted or renamed away.
};

class Settler {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  explicit Settler(const SettleTimes& times) : times_(times) {}

  void note(std::string_view path, FileEvent event, Time now);
  /// Everything below the folder may be gone.
  void note_folder_gone(std::string_view folder, Time now);
  void note_rescan(Time now);
  void note_state_folder_gone(Time now);
  void note_git_lock(bool held, Time now);
  /// HEAD or a reference moved: git is not finished, what is pending waits a little more.
  void note_git_activity(Time now);
  /// Everything that is pending now settles without waiting.
  void flush() noexcept { flush_ = !empty(); }

  /// Files whose writers are done settle with the next take(), unless git holds its lock: somebody
  /// commits something now that they may belong to.
  void hurry() noexcept { hurry_ = true; }

  /// What has settled by `now`; empty() where nothing has. `now` never goes back.
  SettledChange take(Time now);
  /// When take() may next have something without any new event; nothing where nothing is pending.
  std::optional<Time> deadline() const;
  /// Whether something has not settled yet that concerns the change, which was taken before.
  bool holds_part_of(const SettledChange& change) const;
  std::size_t pending() const noexcept {
    return files_.size() + (rescan_ ? 1 : 0) + (state_gone_ ? 1 : 0);
  }
  bool empty() const noexcept { return pending() == 0; }

 private:
  struct File {
    bool open = false;      ///< Being written.
    bool fresh = false;     ///< The name did not exist when the batch began.
    bool complete = false;  ///< The last event was a close or a rename into place.
    Time first;
  };

  void begin_event(Time now);
  SettledChange take_complete();
  bool leads() const noexcept;
  Time settles_at() const;
  bool held_by_git(Time now) const { return git_lock_ && now < *git_lock_ + times_.git_limit; }

  SettleTimes times_;
  std::unordered_map<std::string, File> files_;
  bool rescan_ = false;
  bool state_gone_ = false;
  bool flush_ = false;
  bool hurry_ = false;
  bool quiet_before_ = true;      ///< Nothing happened for `settle` before the batch.
  std::optional<Time> last_;      ///< The last event of all.
  Time first_;                    ///< The first event of what is pending.
  Time limit_from_;               ///< What `settle_limit` counts from.
  std::optional<Time> git_lock_;  ///< Since when git holds its lock.
  std::deque<Time> rescans_;      ///< Within the last ten seconds.
  Time rescan_not_before_{};
};

}  // namespace dg
