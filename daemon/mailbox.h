#pragma once
/// \file
/// Mailbox: settled changes on their way from the watch thread to the writer, and who waits for
/// them.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "daemon/watch/change.h"
#include "storage/result.h"

namespace dg {

/// Merges what arrives while the writer works, so that a burst is one change set. Thread-safe.
///
/// A waiter is told once everything that was on disk when it asked is visible. It waits for a
/// cookie (which the watcher saw pass by after all earlier events) or for a rescan that began after
/// it asked.
class Mailbox {
 public:
  using Then = std::function<void(Result<>)>;
  using Clock = std::chrono::steady_clock;

  struct Batch {
    SettledChange change;
    std::uint64_t cookie =
        0;  ///< All cookies up to this one were seen before the batch was closed.
    std::uint64_t rescan = 0;  ///< Likewise for rescans asked for.
  };

  void put(SettledChange change, std::uint64_t cookies_seen);
  /// Waits until something is there, stop() or `timeout`; takes all of it. It counts as in flight
  /// until done() or failed().
  Batch take(std::chrono::milliseconds timeout);
  /// Ends a take() under way, with what there is.
  void wake();
  /// The batch is visible: its waiters are told.
  void done(const Batch& batch);
  /// The batch could not be committed: its waiters are told why.
  void failed(const Batch& batch, const Error& error);

  /// Writer: moves what is queued into the batch under way, and answers it; nothing where there is
  /// none, or only what is to be a change set of its own. With `wake`, first waits for the watch
  /// thread's next look at the kernel's events, for which it is called.
  SettledChange join(Batch& batch, const std::function<void()>& wake);
  /// Writer: whether what the change names was written again since it settled. Waits for the watch
  /// thread's next look at the kernel's events, for which `wake` is called.
  bool overtaken(const SettledChange& change, const std::function<void()>& wake);
  /// Watch thread: the change that the writer asks about, if it waits.
  std::optional<SettledChange> asked() const;
  /// Watch thread, after a look that began after asked(): its word on what has not settled.
  void answer(bool unsettled);

  void wait_for_cookie(std::uint64_t cookie, Then then);
  void wait_for_rescan(Then then);
  /// Tells waiters older than `age` that it takes too long.
  void expire(std::chrono::milliseconds age);
  /// Ends take() for good and tells all waiters.
  void stop();
  bool stopped() const;

  std::size_t pending() const;  ///< Paths queued or in flight; a rescan counts as one.

 private:
  struct Waiter {
    bool for_rescan;
    std::uint64_t number;
    Clock::time_point since;
    Then then;
  };
  /// Waits for the watch thread's answer; false: it stopped. Holds the lock before and after.
  bool ask(const SettledChange& change, const std::function<void()>& wake,
           std::unique_lock<std::mutex>& lock);
  template <typename Predicate>
  void tell(Predicate concerned, const Result<>& outcome);

  mutable std::mutex mutex_;  ///< Guards everything below.
  std::condition_variable changed_;
  Batch queued_;
  bool news_ = false;
  bool stopped_ = false;
  std::uint64_t rescans_asked_ = 0;
  std::size_t in_flight_ = 0;
  std::vector<Waiter> waiters_;
  std::optional<SettledChange> asked_;  ///< By ask().
  std::optional<bool> answered_;
};

}  // namespace dg
