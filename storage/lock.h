#pragma once
/// \file
/// The write lock of a project: one owner, released by the kernel when the process dies
/// (an OFD lock on `<folder>/lock`; RELIABILITY R-23). The file's text names the holder, for
/// messages only.

#include <filesystem>
#include <memory>
#include <string>

#include "storage/result.h"

namespace dg {

class WriteLock {
 public:
  /// Fails with ErrorKind::busy, naming the holder's pid and what it said in `note`, when it is
  /// taken.
  static Result<std::unique_ptr<WriteLock>> acquire(const std::filesystem::path& folder,
                                                    const std::string& note);
  ~WriteLock();
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  explicit WriteLock(int fd) noexcept : fd_(fd) {}
  int fd_;
  bool held_ = false;  ///< Else the note in the file is another holder's.
};

}  // namespace dg
