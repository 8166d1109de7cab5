#include "daemon/idle.h"

#include <time.h>

#include <utility>

namespace dg {
namespace {

std::chrono::milliseconds since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
}

}  // namespace

Idle::Idle(std::chrono::minutes limit, Now now)
    : limit_(limit), now_(now ? std::move(now) : since_boot), since_(now_()) {}

bool Idle::over(std::uint64_t uses, std::size_t clients) {
  if (limit_.count() == 0) return false;
  const std::chrono::milliseconds now = now_();
  if (clients > 0 || std::exchange(uses_, uses) != uses) since_ = now;
  return now - since_ >= limit_;
}

}  // namespace dg
