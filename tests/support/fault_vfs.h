#pragma once
/// \file
/// A SQLite VFS that makes a chosen operation fail, for sweeps: fail the n-th write or sync for
/// n = 1, 2, 3 … until nothing fails any more (sqlite.org/testing.html, section 3.2). It passes all
/// else on to the default VFS. It can also lose the power, and tell of each operation.
/// Thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dg {

class FaultVfs {
 public:
  /// Which calls are counted and may fail.
  enum Operation : unsigned { write = 1, sync = 2, truncate = 4, read = 8, open = 16, map = 32 };
  enum class Duration { once, from_then_on };

  /// `remembers`: what is synced is noted from the start, as lose_power_at() needs it.
  explicit FaultVfs(const std::string& name, bool remembers = false);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const noexcept;
  /// The n-th of these operations from now on fails with this errno (EIO, ENOSPC …); a failing
  /// write writes half of its bytes first.
  void arm(unsigned operations, std::uint64_t n, int system_errno, Duration duration);
  void disarm() noexcept;
  bool fired() const noexcept;  ///< Since the last arm().
  /// Calls `seen` before each of these operations with its number, from 1; nothing ends it.
  void watch(unsigned operations, std::function<void(std::uint64_t n)> seen);

  /// The power goes at the n-th of these operations from now on: what every file opened through
  /// this holds then is remembered, with what of it was synced, and nothing more succeeds.
  void lose_power_at(unsigned operations, std::uint64_t n);
  /// After lose_power_at() and once all files are closed: puts on the disk what survived. Of each
  /// 512-byte sector that was written and not synced, `seed` decides whether it did; what was
  /// synced always did (RELIABILITY R-02).
  void wake_up(std::uint64_t seed);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace dg
