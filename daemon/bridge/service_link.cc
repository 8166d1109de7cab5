#include "daemon/bridge/service_link.h"

#include "daemon/requests/time_travel.h"
#include "storage/clock.h"

namespace dg {
namespace {

constexpr int kAttempts = 3;
/// A service that indexes for the first time answers when it is done.
constexpr std::chrono::minutes kPatience{2};

}  // namespace

Result<std::unique_ptr<Client>> ServiceLink::connect(bool may_start) {
  const std::lock_guard guard(connecting_);
  return connect_(may_start);
}

Result<Json> ServiceLink::ask(const std::string& method, const Json& params) {
  Json complete = params;
  make_points_absolute(complete, unix_ms());
  for (int attempt = 1;; ++attempt) {
    std::unique_ptr<Client> client;
    {
      const std::lock_guard guard(mutex_);
      if (!idle_.empty()) {
        client = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (client == nullptr) {
      Result<std::unique_ptr<Client>> made = connect(true);
      if (!made) return made.error();
      client = std::move(*made);
    }
    Result<Json> answer = client->call(method, complete, kPatience);
    const bool broken = !answer && answer.error().kind == ErrorKind::io;
    if (broken && attempt < kAttempts) {
      const std::lock_guard guard(mutex_);
      idle_.clear();  // They were of the same service.
      continue;
    }
    const bool usable = answer || (!broken && answer.error().kind != ErrorKind::cancelled);
    if (usable) {
      const std::lock_guard guard(mutex_);
      if (idle_.size() < 8) idle_.push_back(std::move(client));
    }
    return answer;
  }
}

}  // namespace dg
