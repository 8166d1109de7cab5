#pragma once
/// \file
/// The write lock of a project: one owner, released by the kernel when the process dies
/// (an OFD lock on `<folder>/lock`; RELIABILITY R-23).
///
/// The file's text says who holds it: `<pid> <what it does>`, and on a second line the socket where
/// a service listens. Only the kernel's word decides whether it is true.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "storage/result.h"

namespace dg {

struct LockHolder {
  pid_t pid = 0;
  std::string work;    ///< What it does, for people.
  std::string socket;  ///< Where it listens; empty: it is no service.
};

class WriteLock {
 public:
  /// Fails with ErrorKind::busy, naming the holder's pid and what it does, when it is taken.
  static Result<std::unique_ptr<WriteLock>> acquire(const std::filesystem::path& folder,
                                                    const std::string& work);
  /// Whether somebody holds it. Changes nothing.
  static bool is_held(const std::filesystem::path& folder) noexcept;
  /// Who holds it now. The process that the file names is believed only where the kernel
  /// (`/proc/<pid>/fdinfo`) shows this very lock among its own: nothing for a dead one's number
  /// that another has by now, for other users' processes and those of another pid namespace.
  static std::optional<LockHolder> holder(const std::filesystem::path& folder);

  /// Tells others what the holder does and where it listens. Failing to write it costs only them.
  void sign(const std::string& work, const std::string& socket) const;
  ~WriteLock();
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  explicit WriteLock(int fd) noexcept : fd_(fd) {}
  int fd_;
  bool held_ = false;  ///< Else the note in the file is another holder's.
};

}  // namespace dg
