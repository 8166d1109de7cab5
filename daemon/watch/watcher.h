#pragma once
/// \file
/// Watcher: the kernel's file events as settled changes.
///
/// inotify on every folder that is not ignored. Where watches or instances run out, and on network
/// file systems, folders are polled, status() says so, and they get watches as soon as there are
/// some. A new folder is watched first, then listed. How events become settled changes: settler.h.
/// In short: saving a known file settles at once when nothing else is pending; new, emptied and
/// removed files and bursts settle when events have paused for `settle` (at most `settle_limit`
/// after the first); while git holds its index lock nothing does (at most `git_limit`), so that a
/// checkout is one change. Overflow and changed ignore rules give a rescan; what is ignored is not
/// watched and costs nothing. Not watched: the user's own excludes file, which counts from the next
/// rescan or start.
///
/// The class has no thread of its own: the loop calls step() (DESIGN §2), tests call it too.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/watch/change.h"
#include "daemon/watch/crawl.h"

namespace dg {

struct WatchOptions {
  std::chrono::milliseconds settle{8};
  std::chrono::milliseconds settle_limit{500};
  std::chrono::milliseconds git_limit{2000};
  std::chrono::milliseconds poll_interval{2000};
  bool poll_only = false;
};

struct WatchStatus {
  std::size_t watched = 0;          ///< Folders with a kernel watch.
  std::vector<std::string> polled;  ///< Folders without one.
  std::string reason;  ///< Why, with the cure (the sysctl line); empty where all are watched.
  std::uint64_t overflows = 0, events = 0;
};

class Watcher {
 public:
  using Clock = std::chrono::steady_clock;
  /// Sets watches and lists the tree, in that order folder by folder, so that no change is missed.
  static Result<std::unique_ptr<Watcher>> start(const std::filesystem::path& root,
                                                const std::filesystem::path& state_folder,
                                                const WatchOptions& options,
                                                Listing* first_listing);
  virtual ~Watcher() = default;

  /// Waits at most `timeout` for something to settle, a cookie to arrive or wake(); takes what is
  /// there.
  virtual SettledChange step(std::chrono::milliseconds timeout) = 0;
  /// Whether events that step() has read, but that have not settled, concern the change: what was
  /// read of it on disk may be half of an earlier and half of a later state. Stepping thread.
  virtual bool unsettled(const SettledChange& change) const = 0;
  /// Makes a running or the next step() return at once. Any thread.
  virtual void wake() noexcept = 0;
  /// Likewise, and has it take files whose writers are done without waiting (Settler::hurry). Any
  /// thread.
  virtual void hurry() noexcept = 0;
  /// sync: creates a cookie file in the state folder and answers its number. When `cookies_seen()`
  /// has reached it, every file operation that finished before the call has been taken by step(),
  /// and what was pending was settled without waiting: it is in the change that this very step()
  /// returns, or in an earlier one. Where no cookie can be made (no watch, full disk), step()
  /// drains the queue and polls instead, which is as exact. Any thread.
  virtual Result<std::uint64_t> cookie() = 0;
  virtual std::uint64_t cookies_seen() const noexcept = 0;
  /// Changes noted and not yet returned by step(), with those that the last step() returned: they
  /// count until the next call, so that none is ever in nobody's count. Any thread.
  virtual std::size_t pending() const noexcept = 0;
  virtual WatchStatus status() const = 0;  ///< Any thread.
};

}  // namespace dg
