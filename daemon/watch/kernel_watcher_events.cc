/// \file
/// KernelWatcher: what the kernel's events mean.

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "daemon/watch/kernel_watcher.h"
#include "parser/parse.h"

namespace dg {
namespace {

/// A queue holds 16,384 events by default; reading more than a few queues in one go would let a
/// program that never stops writing keep step() from returning.
constexpr int kMostReads = 64;
/// Files whose attributes are remembered: those of the last saves are enough.
constexpr std::size_t kMostAttributes = 1024;

bool of_interest(std::string_view name) noexcept {
  // `.#a.js` is the link by which Emacs locks a.js.
  return (language_of(name) || is_config_name(name)) && !name.starts_with(".#");
}

}  // namespace

void KernelWatcher::drain(Time now) {
  if (!inotify_) return;
  for (int reads = 0; reads < kMostReads; ++reads) {
    const std::vector<RawEvent>& events = inotify_.read();
    if (events.empty()) return;
    for (const RawEvent& event : events) dispatch(event, now);
    const std::lock_guard lock(mutex_);
    status_.events += events.size();
  }
}

void KernelWatcher::dispatch(const RawEvent& event, Time now) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    must_rewatch_ = true;
    const std::lock_guard lock(mutex_);
    ++status_.overflows;
    return;
  }
  if (dispatch_special(event, now)) return;
  const std::string* const folder = table_.folder_of(event.watch);
  if (folder == nullptr) return;
  if ((event.mask & (IN_IGNORED | IN_UNMOUNT)) != 0) {
    const std::string gone = *folder;
    table_.forget(event.watch);
    if (gone.empty()) return lose_root(now);
    if ((event.mask & IN_UNMOUNT) != 0) {
      unwatch_tree(gone);
      settler_.note_folder_gone(gone, now);
    }
    return;
  }
  on_folder_event(*folder, event, now);
}

/// Events of folders that are no part of the project. True where nothing else needs to look.
bool KernelWatcher::dispatch_special(const RawEvent& event, Time now) {
  if (event.watch == state_watch_) {
    const bool self = (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0;
    if (self) {
      inotify_.remove(state_watch_);
      state_watch_ = -1;
    }
    if (self || event.name == "deltagraph.db") settler_.note_state_folder_gone(now);
    return false;
  }
  if (event.watch == git_watch_) {
    on_git(event, now);
    return true;
  }
  if (event.watch == git_info_watch_) {
    if (event.name == "exclude") settler_.note(".git/info/exclude", FileEvent::written, now);
    return true;
  }
  if (std::find(outer_watches_.begin(), outer_watches_.end(), event.watch) !=
      outer_watches_.end()) {
    if (event.name == ".gitignore") settler_.note("../.gitignore", FileEvent::written, now);
    return true;
  }
  return on_cookie(event);
}

void KernelWatcher::on_git(const RawEvent& event, Time now) {
  if (event.name == "index.lock") {
    settler_.note_git_lock((event.mask & (IN_DELETE | IN_MOVED_FROM)) == 0, now);
  } else if (event.name == "info" || (event.name == "HEAD" && !git_found_)) {
    settler_.note(".git/info/exclude", FileEvent::written, now);
  } else {
    settler_.note_git_activity(now);
  }
}

/// Cookies are known by name, not by watch: the folder may have been replaced since.
bool KernelWatcher::on_cookie(const RawEvent& event) {
  if ((event.mask & IN_CREATE) == 0 || !event.name.starts_with(cookie_prefix_)) return false;
  const std::string_view digits = event.name.substr(cookie_prefix_.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number > issued_.load()) {
    return false;
  }
  cookie_arrived_ = std::max(cookie_arrived_, number);
  ::unlink((cookie_folder_ / event.name).c_str());
  return true;
}

void KernelWatcher::on_folder_event(const std::string& folder, const RawEvent& event, Time now) {
  if (event.name.empty()) {
    if (folder.empty() && (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) lose_root(now);
    return;
  }
  const bool is_folder = (event.mask & IN_ISDIR) != 0;
  if (!is_folder && !of_interest(event.name) && !IgnoreRules::is_rule_file(event.name) &&
      event.name != ".git") {
    return;
  }
  path_.assign(folder);
  if (!folder.empty()) path_ += '/';
  path_.append(event.name);
  if (event.name == ".git") {
    // A repository appeared or went: its rules, its lock.
    if (folder.empty() &&
        (event.mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)) != 0) {
      settler_.note(".git/info/exclude", FileEvent::written, now);
    }
    return;
  }
  if (is_folder) return on_subfolder(path_, event.mask, now);
  on_file(path_, event.mask, now);
}

void KernelWatcher::on_subfolder(const std::string& path, std::uint32_t mask, Time now) {
  if (rules_.verdict(path, true).ignored) return;
  if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) {
    unwatch_tree(path);
    return settler_.note_folder_gone(path, now);
  }
  if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
    // Listing its parent may have found it already; then its watch is the one it has.
    if (table_.has(path) && inotify_) {
      const int before = table_.watch_of(path);
      if (add_watch(path) == before) return;
    }
    return take_new_folder(path, now);
  }
  // Permissions: a folder that could not be read may be readable now.
  if ((mask & IN_ATTRIB) != 0 && !table_.has(path) && !poller_.has(path))
    take_new_folder(path, now);
}

void KernelWatcher::on_file(const std::string& path, std::uint32_t mask, Time now) {
  if (IgnoreRules::is_rule_file(path)) return settler_.note(path, FileEvent::written, now);
  if (rules_.verdict(path, false).ignored) return;
  if (const auto event = classify(path, mask)) settler_.note(path, *event, now);
}

/// What an event says of a file, with a look at it where the event alone does not tell.
std::optional<FileEvent> KernelWatcher::classify(const std::string& path, std::uint32_t mask) {
  if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) return FileEvent::removed;
  if ((mask & IN_MODIFY) != 0) return FileEvent::modified;
  const std::string full = (root_ / path).string();
  struct stat info {};
  if (::lstat(full.c_str(), &info) != 0) {
    // It went meanwhile; that event is on its way.
    return (mask & IN_ATTRIB) != 0 ? std::nullopt : std::optional(FileEvent::removed);
  }
  // Links, sockets and hard links have no writer that would close them.
  if (!S_ISREG(info.st_mode)) return FileEvent::found;
  const Attributes now{
      std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
      static_cast<std::uint64_t>(info.st_size),
      ::faccessat(AT_FDCWD, full.c_str(), R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) == 0};
  if ((mask & IN_ATTRIB) != 0) {
    // Editors set permissions after saving. Only a file that can be read now and could not before,
    // or the other way round, or one not seen lately, is news.
    const auto known = attributes_.find(path);
    if (known != attributes_.end() && known->second == now) return std::nullopt;
    remember(path, now);
    return FileEvent::found;
  }
  if ((mask & IN_CREATE) != 0) return info.st_nlink > 1 ? FileEvent::found : FileEvent::created;
  remember(path, now);
  if (info.st_size == 0) return FileEvent::emptied;
  return (mask & IN_MOVED_TO) != 0 ? FileEvent::arrived : FileEvent::written;
}

void KernelWatcher::remember(const std::string& path, const Attributes& attributes) {
  if (attributes_.size() >= kMostAttributes) attributes_.clear();
  attributes_.insert_or_assign(path, attributes);
}

}  // namespace dg
