#pragma once
/// \file
/// KernelWatcher: the Watcher of watcher.h, from inotify, a Poller and a Settler.
///
/// One thread calls step(); what other threads may call touches only atomics, the wake descriptor
/// and what `mutex_` guards.

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/watch/inotify.h"
#include "daemon/watch/poller.h"
#include "daemon/watch/settler.h"
#include "daemon/watch/watch_table.h"
#include "daemon/watch/watcher.h"

namespace dg {

class KernelWatcher final : public Watcher {
 public:
  KernelWatcher(std::filesystem::path root, std::filesystem::path state_folder,
                const WatchOptions& options);

  /// Makes the wake descriptor and the cookie folder, watches and lists.
  Result<Listing> begin();

  SettledChange step(std::chrono::milliseconds timeout) override;
  bool unsettled(const SettledChange& change) const override {
    return settler_.holds_part_of(change);
  }
  void wake() noexcept override;
  void hurry() noexcept override;
  Result<std::uint64_t> cookie() override;
  std::uint64_t cookies_seen() const noexcept override { return seen_.load(); }
  std::size_t pending() const noexcept override { return pending_.load(); }
  WatchStatus status() const override;

 private:
  using Time = Clock::time_point;

  // Watching.
  void watch_folder(const std::string& folder, std::uint64_t device);
  int add_watch(const std::string& folder);
  void explain_polling(int error);
  FolderHook watch_hook();
  Result<Listing> watch_everything();
  void rewatch(Time now);
  void unwatch_tree(const std::string& folder);
  void take_new_folder(const std::string& folder, Time now);
  void watch_special();
  void watch_git();
  void watch_state_folder();

  // Events.
  void drain(Time now);
  void dispatch(const RawEvent& event, Time now);
  bool dispatch_special(const RawEvent& event, Time now);
  void on_folder_event(const std::string& folder, const RawEvent& event, Time now);
  void on_subfolder(const std::string& path, std::uint32_t mask, Time now);
  void on_file(const std::string& path, std::uint32_t mask, Time now);
  std::optional<FileEvent> classify(const std::string& path, std::uint32_t mask);
  void on_git(const RawEvent& event, Time now);
  void lose_root(Time now);
  bool on_cookie(const RawEvent& event);

  // Polling.
  void poll_when_due(Time now);
  void poll_all(Time now);
  void poll_folder(const std::string& folder, Time now);
  bool watch_again(const std::string& folder, bool& full);

  // Step.
  SettledChange finish(SettledChange change, Time now);
  void wait_for_events(Time now, Time until);
  bool take_wake() noexcept;
  void publish_status();

  struct Attributes {
    std::int64_t mtime_ns = 0;
    std::uint64_t size = 0;
    bool readable = false;
    friend bool operator==(const Attributes&, const Attributes&) = default;
  };
  void remember(const std::string& path, const Attributes& attributes);

  const std::filesystem::path root_;
  const std::filesystem::path state_folder_;
  const std::filesystem::path cookie_folder_;
  const std::string cookie_prefix_;
  const WatchOptions options_;

  // Of the stepping thread.
  IgnoreRules rules_;
  Settler settler_;
  Poller poller_;
  WatchTable table_;
  std::unordered_map<std::string, Attributes> attributes_;
  std::map<std::uint64_t, std::string> remote_devices_;  ///< Kind by st_dev; empty: local.
  std::string path_;                                     ///< Reused for each event.
  std::vector<int> outer_watches_;  ///< Of folders above the root, for their .gitignore.
  int git_watch_ = -1, git_info_watch_ = -1, state_watch_ = -1;
  bool must_rewatch_ = false;  ///< Events were lost.
  bool root_lost_ = false;
  bool git_found_ = false;  ///< The git folder is complete: it has a HEAD.
  std::string why_polled_;
  std::uint64_t published_ = 0;  ///< The Poller's version that status_ shows.
  Time next_poll_{};
  std::chrono::nanoseconds poll_wait_{};
  std::uint64_t cookie_arrived_ = 0;  ///< The highest whose event was read.

  // Of all threads.
  Descriptor wake_;
  std::atomic<std::uint64_t> issued_{0}, seen_{0};
  std::atomic<std::uint64_t> must_poll_for_{0};  ///< Cookies that no kernel event will announce.
  std::atomic<std::size_t> pending_{0};
  std::atomic<bool> hurry_{false};
  mutable std::mutex mutex_;
  Inotify inotify_;     ///< Replaced under mutex_, by the stepping thread.
  WatchStatus status_;  ///< Under mutex_.
};

}  // namespace dg
