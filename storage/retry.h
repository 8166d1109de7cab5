#pragma once
/// \file
/// Trying again what can succeed later. Internal to storage/.

#include <chrono>
#include <functional>

namespace dg {

/// Clock and sleep, so that a test counts attempts instead of waiting. Empty: the real ones.
struct Waiting {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::chrono::microseconds)> sleep;
};

/// Runs `work`, again after BUSY and LOCKED with exponential back-off and jitter for at most 30 s
/// in all (S2-26); other failures go through at once. Throws Failure.
void retry_while_busy(const std::function<void()>& work, const Waiting& waiting = {});

}  // namespace dg
