#pragma once
/// \file
/// Driving a real Watcher from a test: every wait is a wait for an event, with an upper bound.

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/watch/watcher.h"
#include "tests/modules/watch_test_support.h"

namespace dg::test {

using std::chrono::milliseconds;

/// Long enough that a slow machine does not settle in the middle of a save.
inline WatchOptions patient() {
  WatchOptions options;
  options.settle = milliseconds(400);
  options.settle_limit = milliseconds(3000);
  options.git_limit = milliseconds(20'000);
  return options;
}

class Watching {
 public:
  explicit Watching(const TempTree& tree, WatchOptions options = {}) {
    auto started = Watcher::start(tree.root(), tree.state(), options, &first);
    EXPECT_TRUE(started) << (started ? "" : started.error().message());
    if (started) watcher = *std::move(started);
  }

  /// The next change that is not empty; an empty one after ten seconds.
  SettledChange next() {
    const auto until = Watcher::Clock::now() + std::chrono::seconds(10);
    while (Watcher::Clock::now() < until) {
      SettledChange change = watcher->step(milliseconds(1000));
      if (!change.empty()) return change;
    }
    ADD_FAILURE() << "nothing settled in ten seconds";
    return {};
  }

  /// Everything that happened before the call, as one list of changes.
  std::vector<SettledChange> sync() {
    const auto cookie = watcher->cookie();
    EXPECT_TRUE(cookie);
    std::vector<SettledChange> out;
    const auto until = Watcher::Clock::now() + std::chrono::seconds(60);
    while (cookie && watcher->cookies_seen() < *cookie) {
      SettledChange change = watcher->step(milliseconds(1000));
      if (!change.empty()) out.push_back(std::move(change));
      if (Watcher::Clock::now() > until) {
        ADD_FAILURE() << "the cookie never came";
        break;
      }
    }
    return out;
  }

  /// The paths of sync(), sorted, each once.
  std::vector<std::string> synced_paths() {
    std::vector<std::string> out;
    for (const SettledChange& change : sync()) {
      out.insert(out.end(), change.paths.begin(), change.paths.end());
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  /// Lets the watcher read what has happened so far, without waiting.
  void look() { early.push_back(watcher->step(milliseconds(0))); }

  Listing first;
  std::unique_ptr<Watcher> watcher;
  std::vector<SettledChange> early;  ///< What look() was given.
};

}  // namespace dg::test
