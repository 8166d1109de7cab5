#pragma once
/// \file
/// Watcher: the kernel's file events as settled changes.
///
/// inotify on every folder that is not ignored; where watches run out or the file system gives no
/// events, that folder is polled, and status() says so. A new folder is watched first, then listed.
/// Leading edge: a close-after-write or a rename into place settles at once when nothing else is
/// pending; otherwise changes settle when events have paused for `settle` (at most `settle_limit`
/// after the first). While `.git/index.lock` exists, changes are held (at most `git_limit`), so
/// that a checkout is one change. Overflow gives a rescan. An emptied file (truncate before write)
/// is held for `settle`.
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
  /// Makes a running or the next step() return at once. Any thread.
  virtual void wake() noexcept = 0;
  /// sync: creates a cookie file in the state folder and answers its number. When `cookies_seen()`
  /// has reached it, every file operation that finished before the call has been taken by step();
  /// pending ones are then settled without waiting. Any thread.
  virtual Result<std::uint64_t> cookie() = 0;
  virtual std::uint64_t cookies_seen() const noexcept = 0;
  /// Changes noted and not yet returned by step(). Any thread.
  virtual std::size_t pending() const noexcept = 0;
  virtual WatchStatus status() const = 0;  ///< Any thread.
};

}  // namespace dg
