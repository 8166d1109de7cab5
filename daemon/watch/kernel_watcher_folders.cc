/// \file
/// KernelWatcher: setting watches, and polling the folders that have none.

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "daemon/watch/git_folder.h"
#include "daemon/watch/kernel_watcher.h"
#include "daemon/watch/remote_fs.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t kFolderMask = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM |
                                      IN_MOVED_TO | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF |
                                      IN_EXCL_UNLINK | IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD;
constexpr std::uint32_t kNameMask =
    IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR | IN_MASK_ADD;
constexpr std::uint32_t kStateMask = IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                                     IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;

/// Polling may take this share of one core's time at most: 1 in 20.
constexpr int kPollShare = 20;
constexpr std::chrono::seconds kLongestPoll{60};

std::string sysctl_value(const char* name) {
  std::ifstream file(std::string("/proc/sys/fs/inotify/") + name);
  std::string value;
  file >> value;
  return value.empty() ? "unknown" : value;
}

}  // namespace

/// The watch, or minus the errno.
int KernelWatcher::add_watch(const std::string& folder) {
  const std::uint32_t mask = folder.empty() ? kFolderMask | IN_MOVE_SELF : kFolderMask;
  const int watch = inotify_.add((root_ / folder).string(), mask);
  if (watch < 0) return watch;
  const int before = table_.set(folder, watch);
  if (before >= 0) inotify_.remove(before);
  return watch;
}

void KernelWatcher::watch_folder(const std::string& folder, std::uint64_t device) {
  auto kind = remote_devices_.find(device);
  if (kind == remote_devices_.end()) {
    kind = remote_devices_.emplace(device, remote_kind(root_ / folder)).first;
  }
  if (options_.poll_only) {
    why_polled_ = "polling was asked for";
  } else if (!kind->second.empty()) {
    why_polled_ = "the file system (" + kind->second +
                  ") does not report changes that others make; keep the project on a local disk to "
                  "have them at once";
  } else if (!inotify_) {
    explain_polling(inotify_.error());
  } else {
    const int watch = add_watch(folder);
    if (watch >= 0) {
      poller_.remove(folder);
      return;
    }
    // A folder that is gone or closed to us needs no watch: the first is reported by its parent's
    // watch, the second too, when its permissions change.
    if (watch == -ENOENT || watch == -ENOTDIR || watch == -EACCES || watch == -ELOOP) return;
    explain_polling(-watch);
  }
  poller_.add(folder);
}

void KernelWatcher::explain_polling(int error) {
  if (error == ENOSPC || error == ENOMEM) {
    why_polled_ = "the kernel's limit of watches (fs.inotify.max_user_watches = " +
                  sysctl_value("max_user_watches") +
                  ") is reached. Raise it: sudo sysctl fs.inotify.max_user_watches=1048576";
  } else if (error == EMFILE) {
    why_polled_ = "the kernel's limit of inotify instances (fs.inotify.max_user_instances = " +
                  sysctl_value("max_user_instances") +
                  ") or of open files is reached. Raise it: sudo sysctl "
                  "fs.inotify.max_user_instances=1024";
  } else {
    why_polled_ = "the kernel does not watch it: " + std::system_category().message(error);
  }
}

FolderHook KernelWatcher::watch_hook() {
  return [this](const std::string& folder, std::uint64_t device) { watch_folder(folder, device); };
}

Result<Listing> KernelWatcher::watch_everything() {
  watch_special();
  poller_.clear();
  Result<Listing> listing = crawl(root_, watch_hook());
  if (!listing) return listing;
  rules_ = listing->rules;
  for (const std::string& folder : table_.others(listing->folders)) {
    inotify_.remove(table_.take(folder));
  }
  poller_.know(*listing);
  root_lost_ = false;
  return listing;
}

/// After lost events: everything is watched again, then the whole tree is to be compared.
void KernelWatcher::rewatch(Time now) {
  must_rewatch_ = false;
  const std::uint64_t issued = issued_.load();
  if (!watch_everything()) lose_root(now);
  settler_.note_rescan(now);
  // The events of these cookies may be among the lost ones. The comparison of the tree comes after
  // whatever they stand for.
  cookie_arrived_ = std::max(cookie_arrived_, issued);
}

void KernelWatcher::unwatch_tree(const std::string& folder) {
  for (const int watch : table_.take_tree(folder)) inotify_.remove(watch);
  poller_.remove_tree(folder);
}

/// The project folder itself was deleted, moved or unmounted. It is looked for again while polling.
void KernelWatcher::lose_root(Time now) {
  unwatch_tree("");
  if (!root_lost_) {
    settler_.note_rescan(now);
    next_poll_ = now;
  }
  root_lost_ = true;
}

/// Watch first, list second: what is created meanwhile is seen at least once.
void KernelWatcher::take_new_folder(const std::string& folder, Time now) {
  const Listing listing = crawl_folder(root_, folder, rules_, watch_hook());
  poller_.know(listing);
  for (const auto* list : {&listing.sources, &listing.configs}) {
    for (const FileStat& file : *list) {
      settler_.note(file.path, file.size == 0 ? FileEvent::emptied : FileEvent::found, now);
    }
  }
}

void KernelWatcher::watch_special() {
  watch_state_folder();
  watch_git();
}

void KernelWatcher::watch_state_folder() {
  if (!inotify_) return;
  const int watch = inotify_.add(state_folder_.string(), kStateMask);
  state_watch_ = watch >= 0 ? watch : -1;
}

/// git's lock and HEAD, its info/exclude, and the ignore files above the project.
void KernelWatcher::watch_git() {
  if (!inotify_) return;
  const std::optional<GitFolder> git = find_git_folder(root_);
  std::vector<int> outer;
  git_watch_ = git_info_watch_ = -1;
  git_found_ = git.has_value();
  // `git init` makes the folder first and its HEAD later.
  if (!git) git_watch_ = inotify_.add((root_ / ".git").string(), kNameMask);
  if (git) {
    git_watch_ = inotify_.add(git->own.string(), kNameMask);
    git_info_watch_ = inotify_.add((git->common / "info").string(), kNameMask);
    struct stat info {};
    const bool locked = ::stat((git->own / "index.lock").c_str(), &info) == 0;
    settler_.note_git_lock(locked, Clock::now());
    for (fs::path at = root_; at != git->work_tree; at = at.parent_path()) {
      const int watch = inotify_.add(at.parent_path().string(), kNameMask);
      if (watch >= 0) outer.push_back(watch);
    }
  }
  for (const int watch : outer_watches_) {
    if (std::find(outer.begin(), outer.end(), watch) == outer.end()) inotify_.remove(watch);
  }
  outer_watches_ = std::move(outer);
}

void KernelWatcher::poll_when_due(Time now) {
  if ((poller_.empty() && !root_lost_) || now < next_poll_) return;
  poll_all(now);
}

void KernelWatcher::poll_all(Time now) {
  const Time begin = Clock::now();
  if (root_lost_) {
    std::error_code error;
    if (fs::is_directory(root_, error)) must_rewatch_ = true;
  }
  if (!inotify_ && !options_.poll_only) {
    if (Inotify fresh; fresh) {
      const std::lock_guard lock(mutex_);
      inotify_ = std::move(fresh);
    }
    watch_special();
  }
  bool full = !inotify_ || options_.poll_only;
  for (const std::string& folder : poller_.folders()) {
    const bool watched = !full && watch_again(folder, full);
    poll_folder(folder, now);
    if (watched) poller_.remove(folder);
  }
  const Time end = Clock::now();
  poll_wait_ = std::clamp<std::chrono::nanoseconds>(
      (end - begin) * kPollShare, options_.poll_interval,
      std::max<std::chrono::nanoseconds>(options_.poll_interval, kLongestPoll));
  next_poll_ = end + poll_wait_;
  if (must_rewatch_) rewatch(now);
}

/// Tries to get back to a kernel watch; `full` becomes true where the limit is still reached.
bool KernelWatcher::watch_again(const std::string& folder, bool& full) {
  if (!remote_kind(root_ / folder).empty()) return false;
  const int watch = add_watch(folder);
  full = watch == -ENOSPC || watch == -ENOMEM;
  return watch >= 0;
}

void KernelWatcher::poll_folder(const std::string& folder, Time now) {
  const Poller::Difference seen = poller_.look(folder, rules_);
  if (seen.gone) {
    unwatch_tree(folder);
    if (folder.empty()) return lose_root(now);
    return settler_.note_folder_gone(folder, now);
  }
  if (seen.rules) must_rewatch_ = true;
  for (const FileStat& file : seen.written) {
    settler_.note(file.path, file.size == 0 ? FileEvent::emptied : FileEvent::arrived, now);
  }
  for (const std::string& path : seen.removed) settler_.note(path, FileEvent::removed, now);
  for (const std::string& path : seen.gone_folders) {
    unwatch_tree(path);
    settler_.note_folder_gone(path, now);
  }
  for (const std::string& path : seen.new_folders) take_new_folder(path, now);
}

}  // namespace dg
