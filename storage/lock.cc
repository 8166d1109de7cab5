#include "storage/lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string_view>

#include "storage/connect.h"

namespace dg {
namespace {

Error io_error(const std::filesystem::path& file, const char* action, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? ErrorKind::disk_full : ErrorKind::io, file.string(),
          std::string(action) + ": " + std::strerror(code),
          full ? "Make room on the disk" : "Check the permissions of the folder"};
}

/// What the holder wrote; pid 0 where it has not written yet.
LockHolder read_holder(int fd) {
  char text[1024];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  LockHolder said;
  if (size <= 0) return said;
  std::string_view rest(text, static_cast<std::size_t>(size));
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), said.pid);
  if (error != std::errc()) return {};
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  const std::size_t line = std::min(rest.find('\n'), rest.size());
  if (line > 1) said.work = rest.substr(1, line - 1);
  rest.remove_prefix(std::min(line + 1, rest.size()));
  if (rest.ends_with('\n')) said.socket = rest.substr(0, rest.size() - 1);
  return said;
}

Error taken(const std::filesystem::path& folder, const LockHolder& holder) {
  std::string who = "another process";
  if (holder.pid != 0) who = "process " + std::to_string(holder.pid);
  if (!holder.work.empty()) who += " (" + holder.work + ")";
  return {ErrorKind::busy, folder.string(), who + " is writing to it",
          holder.socket.empty() ? "Wait until it is done"
                                : "'deltagraph stop' ends that service; then try again"};
}

struct flock whole_file() {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return whole;
}

bool is_locked(int fd) noexcept {
  struct flock lock = whole_file();
  return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/// Whether the kernel lists an open file description's lock for that descriptor (proc(5),
/// /proc/pid/fdinfo). `->` marks one that only waits for it.
bool shows_lock(const std::filesystem::path& fdinfo) {
  std::ifstream in(fdinfo);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("lock:") && line.find("OFDLCK") != std::string::npos &&
        line.find("->") == std::string::npos)
      return true;
  }
  return false;
}

bool owns(pid_t pid, const struct stat& lock_file) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  std::error_code error;
  for (std::filesystem::directory_iterator it(process / "fd", error), end; !error && it != end;
       it.increment(error)) {
    struct stat info {};
    if (::stat(it->path().c_str(), &info) == 0 && info.st_ino == lock_file.st_ino &&
        info.st_dev == lock_file.st_dev && shows_lock(process / "fdinfo" / it->path().filename()))
      return true;
  }
  return false;
}

/// A descriptor for looking at the lock; it closes itself.
class Look {
 public:
  explicit Look(const std::filesystem::path& folder) noexcept
      : fd_(::open((folder / "lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
  ~Look() {
    if (fd_ >= 0) ::close(fd_);
  }
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;
  int fd() const noexcept { return fd_; }
  bool locked() const noexcept { return fd_ >= 0 && is_locked(fd_); }

 private:
  int fd_;
};

}  // namespace

Result<std::unique_ptr<WriteLock>> WriteLock::acquire(const std::filesystem::path& folder,
                                                      const std::string& work) {
  const std::filesystem::path file = folder / "lock";
  try {
    make_state_folder(folder);
  } catch (const Failure& failure) {
    return io_error(folder, "it cannot be made", failure.system_errno);
  }
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return io_error(file, "it cannot be opened", errno);
  // The descriptor is owned from here on, whatever happens.
  std::unique_ptr<WriteLock> lock(new WriteLock(fd));  // NOLINT: the constructor is private
  struct flock whole = whole_file();
  // An open file description's lock: the kernel drops it with the process, and a close() of another
  // descriptor of the same file does not (fcntl(2), "Open file description locks").
  if (::fcntl(fd, F_OFD_SETLK, &whole) != 0) {
    const int code = errno;
    if (code != EAGAIN && code != EACCES) return io_error(file, "it cannot be locked", code);
    return taken(folder, read_holder(fd));
  }
  lock->held_ = true;
  lock->sign(work, "");
  return lock;
}

bool WriteLock::is_held(const std::filesystem::path& folder) noexcept {
  return Look(folder).locked();
}

std::optional<LockHolder> WriteLock::holder(const std::filesystem::path& folder) {
  const Look look(folder);
  struct stat info {};
  if (!look.locked() || ::fstat(look.fd(), &info) != 0) return std::nullopt;
  LockHolder said = read_holder(look.fd());
  if (said.pid <= 0 || !owns(said.pid, info)) return std::nullopt;
  return said;
}

void WriteLock::sign(const std::string& work, const std::string& socket) const {
  std::string text = std::to_string(::getpid()) + " " + work + "\n";
  if (!socket.empty()) text += socket + "\n";
  if (::ftruncate(fd_, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(fd_, text.data(), text.size(), 0);
  }
}

WriteLock::~WriteLock() {
  // The note would be read by the next one that finds it locked, so it does not outlive the lock.
  if (held_) {
    [[maybe_unused]] const int done = ::ftruncate(fd_, 0);
  }
  ::close(fd_);
}

}  // namespace dg
