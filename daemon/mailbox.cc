#include "daemon/mailbox.h"

#include <algorithm>
#include <utility>

namespace dg {
namespace {

std::size_t size_of(const SettledChange& change) {
  return change.paths.size() + (change.rescan ? 1 : 0);
}

}  // namespace

void Mailbox::put(SettledChange change, std::uint64_t cookies_seen) {
  const std::lock_guard guard(mutex_);
  if (change.empty() && cookies_seen == queued_.cookie) return;
  if (!change.empty()) add(queued_.change, std::move(change));
  queued_.cookie = cookies_seen;
  news_ = true;
  changed_.notify_one();
}

Mailbox::Batch Mailbox::take(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return news_ || stopped_; });
  news_ = false;
  Batch batch = std::move(queued_);
  queued_.change = {};
  queued_.cookie = batch.cookie;
  queued_.rescan = batch.rescan;
  in_flight_ = size_of(batch.change);
  return batch;
}

void Mailbox::wake() {
  const std::lock_guard guard(mutex_);
  news_ = true;
  changed_.notify_one();
}

template <typename Predicate>
void Mailbox::tell(Predicate concerned, const Result<>& outcome) {
  std::vector<Waiter> told;
  {
    const std::lock_guard guard(mutex_);
    const auto rest = std::stable_partition(
        waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) { return !concerned(waiter); });
    std::move(rest, waiters_.end(), std::back_inserter(told));
    waiters_.erase(rest, waiters_.end());
  }
  // Outside the lock: a waiter may ask again from its callback.
  for (const Waiter& waiter : told) waiter.then(outcome);
}

void Mailbox::done(const Batch& batch) {
  {
    const std::lock_guard guard(mutex_);
    in_flight_ = 0;
  }
  tell(
      [&](const Waiter& waiter) {
        return waiter.number <= (waiter.for_rescan ? batch.rescan : batch.cookie);
      },
      Ok{});
}

void Mailbox::failed(const Batch& batch, const Error& error) {
  {
    const std::lock_guard guard(mutex_);
    in_flight_ = 0;
  }
  tell(
      [&](const Waiter& waiter) {
        return waiter.number <= (waiter.for_rescan ? batch.rescan : batch.cookie);
      },
      error);
}

bool Mailbox::ask(const SettledChange& change, const std::function<void()>& wake,
                  std::unique_lock<std::mutex>& lock) {
  if (stopped_) return false;
  asked_ = change;
  answered_.reset();
  lock.unlock();
  wake();
  lock.lock();
  changed_.wait(lock, [&] { return answered_ || stopped_; });
  asked_.reset();
  return answered_.has_value();
}

SettledChange Mailbox::join(Batch& batch, const std::function<void()>& wake) {
  std::unique_lock lock(mutex_);
  if (wake && !ask({}, wake, lock)) return {};
  // A rescan is a look at everything: it stays a change set of its own.
  if (queued_.change.paths.empty() || queued_.change.rescan || queued_.change.state_folder_gone)
    return {};
  SettledChange joined = std::exchange(queued_.change, SettledChange());
  batch.cookie = queued_.cookie;
  add(batch.change, joined);
  in_flight_ = size_of(batch.change);
  return joined;
}

bool Mailbox::overtaken(const SettledChange& change, const std::function<void()>& wake) {
  std::unique_lock lock(mutex_);
  if (!ask(change, wake, lock)) return false;
  const std::vector<std::string>& queued = queued_.change.paths;
  return *answered_ || queued_.change.rescan ||
         std::any_of(queued.begin(), queued.end(),
                     [&](const std::string& path) { return concerns(change, path); });
}

std::optional<SettledChange> Mailbox::asked() const {
  const std::lock_guard guard(mutex_);
  return asked_;
}

void Mailbox::answer(bool unsettled) {
  const std::lock_guard guard(mutex_);
  asked_.reset();
  answered_ = unsettled;
  changed_.notify_one();
}

void Mailbox::wait_for_cookie(std::uint64_t cookie, Then then) {
  const std::lock_guard guard(mutex_);
  waiters_.push_back({false, cookie, Clock::now(), std::move(then)});
  // The cookie may have passed before its waiter was noted: have the writer look once more.
  if (queued_.cookie >= cookie) {
    news_ = true;
    changed_.notify_one();
  }
}

void Mailbox::wait_for_rescan(Then then) {
  const std::lock_guard guard(mutex_);
  SettledChange rescan;
  rescan.rescan = true;
  add(queued_.change, std::move(rescan));
  queued_.rescan = ++rescans_asked_;
  waiters_.push_back({true, rescans_asked_, Clock::now(), std::move(then)});
  news_ = true;
  changed_.notify_one();
}

void Mailbox::expire(std::chrono::milliseconds age) {
  const Clock::time_point oldest = Clock::now() - age;
  tell([&](const Waiter& waiter) { return waiter.since < oldest; },
       Error{ErrorKind::cancelled,
             "sync",
             "the files keep changing, or the file system sends no events",
             "Try again; 'deltagraph status' shows what is watched.",
             {}});
}

void Mailbox::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  tell([](const Waiter&) { return true; },
       Error{ErrorKind::cancelled, "sync", "the service is stopping", "", {}});
}

bool Mailbox::stopped() const {
  const std::lock_guard guard(mutex_);
  return stopped_;
}

std::size_t Mailbox::pending() const {
  const std::lock_guard guard(mutex_);
  return size_of(queued_.change) + in_flight_;
}

}  // namespace dg
