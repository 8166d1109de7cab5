#pragma once
/// \file
/// The time that commits, events and answers carry. It is the clock's, written down as it was: it
/// may go back from one commit to the next. What came first is told by sequences alone.

#include <chrono>
#include <cstdint>
#include <functional>

namespace dg {

/// Milliseconds since 1970, UTC. Any thread.
inline std::int64_t unix_ms() noexcept {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// Where that comes from; tests give another.
using UnixClock = std::function<std::int64_t()>;

}  // namespace dg
