#pragma once
/// \file
/// The time that commits, events and answers carry.

#include <chrono>
#include <cstdint>

namespace dg {

/// Milliseconds since 1970, UTC. Any thread.
inline std::int64_t unix_ms() noexcept {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace dg
