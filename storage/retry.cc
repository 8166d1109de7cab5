#include "storage/retry.h"

#include <algorithm>
#include <random>
#include <thread>

#include "storage/sqlite/connection.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr std::chrono::seconds kPatience{30};
constexpr microseconds kFirstDelay{500};
constexpr microseconds kLongestDelay{1'000'000};

Clock::time_point now(const Waiting& waiting) {
  return waiting.now ? waiting.now() : Clock::now();
}

void sleep(const Waiting& waiting, microseconds time) {
  if (waiting.sleep) return waiting.sleep(time);
  std::this_thread::sleep_for(time);
}

}  // namespace

void retry_while_busy(const std::function<void()>& work, const Waiting& waiting) {
  const Clock::time_point give_up = now(waiting) + kPatience;
  std::minstd_rand random{std::random_device{}()};
  microseconds delay = kFirstDelay;
  while (true) {
    try {
      work();
      return;
    } catch (const Failure& failure) {
      if (!is_busy(failure) || now(waiting) >= give_up) throw;
    }
    // Between half of the delay and the whole of it.
    const microseconds jittered(
        std::uniform_int_distribution<std::int64_t>(delay.count() / 2, delay.count())(random));
    const auto left = std::chrono::duration_cast<microseconds>(give_up - now(waiting));
    sleep(waiting, std::clamp(left, microseconds{0}, jittered));
    delay = std::min(delay * 2, kLongestDelay);
  }
}

}  // namespace dg
