#include "daemon/watch/kernel_watcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include "daemon/watch/remote_fs.h"

namespace dg {
namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

KernelWatcher::KernelWatcher(fs::path root, fs::path state_folder, const WatchOptions& options)
    : root_(std::move(root)),
      state_folder_(std::move(state_folder)),
      cookie_folder_(state_folder_ / "cookies"),
      cookie_prefix_("cookie-" + std::to_string(::getpid()) + "-"),
      options_(options),
      settler_({options.settle, options.settle_limit, options.git_limit}),
      poller_(root_),
      poll_wait_(options.poll_interval),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Result<Listing> KernelWatcher::begin() {
  if (!wake_) {
    return Error{ErrorKind::io, "watcher",
                 "no event descriptor: " + std::system_category().message(errno),
                 "Raise the limit of open files (ulimit -n)"};
  }
  std::error_code error;
  fs::create_directories(cookie_folder_, error);
  if (error) {
    return Error{ErrorKind::io, cookie_folder_.string(), "cannot be made: " + error.message(),
                 "Check the permissions of the folder"};
  }
  // Cookies of processes that are gone.
  for (const fs::directory_entry& old : fs::directory_iterator(cookie_folder_, error)) {
    fs::remove(old.path(), error);
  }
  Result<Listing> listing = watch_everything();
  next_poll_ = Clock::now() + poll_wait_;
  publish_status();
  return listing;
}

SettledChange KernelWatcher::step(milliseconds timeout) {
  const Time until = Clock::now() + timeout;
  for (;;) {
    // Read before the events: whoever asked before this line finds his changes among them.
    const std::uint64_t unannounced = must_poll_for_.load();
    const bool woken = take_wake();
    const Time now = Clock::now();
    if (state_watch_ < 0) watch_state_folder();
    drain(now);
    if (must_rewatch_) rewatch(now);
    const std::uint64_t reached = std::max(cookie_arrived_, unannounced);
    const bool synced = reached > seen_.load();
    if (synced) {
      if (!poller_.empty()) poll_all(now);
      settler_.flush();
    } else {
      poll_when_due(now);
    }
    if (hurry_.exchange(false)) settler_.hurry();
    SettledChange change = finish(settler_.take(now), now);
    // What is handed over now counts until the next call: there is no moment at which a change is
    // neither here nor with the one who takes it.
    pending_.store(settler_.pending() + change.paths.size() + (change.rescan ? 1 : 0));
    publish_status();
    if (synced) seen_.store(reached);
    if (synced || woken || !change.empty() || now >= until) return change;
    wait_for_events(now, until);
  }
}

/// Ignore rules decide what the paths mean, so they are looked at when they have settled.
SettledChange KernelWatcher::finish(SettledChange change, Time now) {
  bool rules_differ = false;
  std::erase_if(change.paths, [&](const std::string& path) {
    if (path.starts_with("../") || path == ".git/info/exclude") {
      rules_differ = true;
      return true;
    }
    const std::size_t slash = path.rfind('/');
    const std::string_view folder =
        slash == std::string::npos ? std::string_view() : std::string_view(path).substr(0, slash);
    if (IgnoreRules::is_rule_file(path)) {
      rules_differ |= rules_.enter(folder);
      return true;
    }
    // Beside a package.json, `dist` and the like are build output.
    if (path.substr(slash + 1) == "package.json") rules_differ |= rules_.enter(folder);
    return false;
  });
  if (rules_differ) {
    if (!watch_everything()) lose_root(now);
    change.rescan = true;
  }
  return change;
}

void KernelWatcher::wait_for_events(Time now, Time until) {
  Time next = until;
  if (const auto at = settler_.deadline()) next = std::min(next, *at);
  if (!poller_.empty() || root_lost_) next = std::min(next, next_poll_);
  const nanoseconds wait = std::max<nanoseconds>(next - now, nanoseconds(0));
  const timespec limit{static_cast<time_t>(wait.count() / 1'000'000'000),
                       static_cast<long>(wait.count() % 1'000'000'000)};
  pollfd fds[] = {{wake_.get(), POLLIN, 0},
                  {inotify_.fd(), POLLIN, 0}};  // A negative one is skipped.
  // An error is EINTR: the next round looks again.
  static_cast<void>(::ppoll(fds, 2, &limit, nullptr));
}

bool KernelWatcher::take_wake() noexcept {
  std::uint64_t count = 0;
  return ::read(wake_.get(), &count, sizeof count) == sizeof count;
}

void KernelWatcher::hurry() noexcept {
  hurry_.store(true);
  wake();
}

void KernelWatcher::wake() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

Result<std::uint64_t> KernelWatcher::cookie() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = issued_.fetch_add(1) + 1;
  if (inotify_) {
    // The folder may have been deleted and be another one now, so it is watched each time; for one
    // that is watched already, that is one cheap call.
    ::mkdir(cookie_folder_.c_str(), 0700);
    const bool watched =
        inotify_.add(cookie_folder_.string(), IN_CREATE | IN_ONLYDIR | IN_MASK_ADD) >= 0;
    const std::string file = (cookie_folder_ / (cookie_prefix_ + std::to_string(number))).string();
    if (watched &&
        Descriptor(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600))) {
      return number;
    }
  }
  // No kernel event will come: no watch is left, the disk is full or the state folder is gone. Then
  // step() reads the queue to its end and polls what is polled, which is as exact: the kernel
  // queues an event before the file operation returns.
  must_poll_for_.store(number);
  wake();
  return number;
}

WatchStatus KernelWatcher::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void KernelWatcher::publish_status() {
  const std::lock_guard lock(mutex_);
  status_.watched = table_.size();
  if (published_ == poller_.version()) return;
  published_ = poller_.version();
  status_.polled = poller_.folders();
  status_.reason = poller_.empty() ? std::string() : why_polled_;
}

Result<std::unique_ptr<Watcher>> Watcher::start(const fs::path& root, const fs::path& state_folder,
                                                const WatchOptions& options,
                                                Listing* first_listing) {
  std::error_code error;
  const fs::path real = fs::canonical(root, error);
  if (error) {
    return Error{ErrorKind::not_found, root.string(), "cannot be watched: " + error.message(),
                 "Name a folder that exists"};
  }
  auto watcher = std::make_unique<KernelWatcher>(real, state_folder, options);
  Result<Listing> listing = watcher->begin();
  if (!listing) return listing.error();
  if (first_listing != nullptr) *first_listing = *std::move(listing);
  return std::unique_ptr<Watcher>(std::move(watcher));
}

}  // namespace dg
