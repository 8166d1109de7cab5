#include "storage/lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "storage/connect.h"

namespace dg {
namespace {

Error io_error(const std::filesystem::path& file, const char* action, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? ErrorKind::disk_full : ErrorKind::io, file.string(),
          std::string(action) + ": " + std::strerror(code),
          full ? "Make room on the disk" : "Check the permissions of the folder"};
}

/// What the holder wrote: `<pid> <note>`.
std::string holder(int fd) {
  char text[512];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  if (size <= 0) return "another process";
  std::string said(text, static_cast<std::size_t>(size));
  if (!said.empty() && said.back() == '\n') said.pop_back();
  const std::size_t space = said.find(' ');
  std::string who = "process " + said.substr(0, space);
  if (space != std::string::npos) who += " (" + said.substr(space + 1) + ")";
  return who;
}

/// For messages only; failing to write it does not matter.
void sign(int fd, const std::string& note) {
  const std::string text = std::to_string(::getpid()) + (note.empty() ? "" : " " + note) + "\n";
  if (::ftruncate(fd, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
  }
}

}  // namespace

Result<std::unique_ptr<WriteLock>> WriteLock::acquire(const std::filesystem::path& folder,
                                                      const std::string& note) {
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
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  // An open file description's lock: the kernel drops it with the process, and a close() of another
  // descriptor of the same file does not (fcntl(2), "Open file description locks").
  if (::fcntl(fd, F_OFD_SETLK, &whole) != 0) {
    const int code = errno;
    if (code != EAGAIN && code != EACCES) return io_error(file, "it cannot be locked", code);
    return Error{ErrorKind::busy, folder.string(), holder(fd) + " is writing to it",
                 "Use that service, or stop it first"};
  }
  lock->held_ = true;
  sign(fd, note);
  return lock;
}

WriteLock::~WriteLock() {
  // The note would be read by the next one that finds it locked, so it does not outlive the lock.
  if (held_) {
    [[maybe_unused]] const int done = ::ftruncate(fd_, 0);
  }
  ::close(fd_);
}

}  // namespace dg
