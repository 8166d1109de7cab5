#pragma once
/// \file
/// Idle: whether a service is still of use to anybody (RELIABILITY R-24).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace dg {

/// Counts as use: a connected client, a request, a commit. One thread.
class Idle {
 public:
  /// Time since the machine was started, suspension included (CLOCK_BOOTTIME): no step of the wall
  /// clock makes a service old or young.
  using Now = std::function<std::chrono::milliseconds()>;

  /// `limit` 0: never idle. Empty `now`: the machine's own.
  explicit Idle(std::chrono::minutes limit, Now now = {});

  /// One look: whether nothing was of use since `limit` before it. `uses` is how many requests and
  /// commits there were so far; only that it grew counts.
  bool over(std::uint64_t uses, std::size_t clients);
  std::chrono::minutes limit() const noexcept { return limit_; }

 private:
  std::chrono::minutes limit_;
  Now now_;
  std::chrono::milliseconds since_;
  std::uint64_t uses_ = 0;
};

}  // namespace dg
