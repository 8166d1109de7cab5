#include "daemon/bridge/delta_feed.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>

namespace dg {
namespace {

constexpr std::chrono::milliseconds kPause{200};
constexpr std::chrono::seconds kPatience{5};

}  // namespace

DeltaFeed::~DeltaFeed() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    if (ends_[0] >= 0) ::close(ends_[0]);
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (ends_[1] >= 0) ::close(ends_[1]);
}

Result<> DeltaFeed::start() {
  const std::lock_guard guard(mutex_);
  if (thread_.joinable()) return Ok{};
  // The log has what comes between this and the subscription.
  const Result<Json> status = link_.ask("status", Json::object());
  if (!status) return status.error();
  point_ = std::to_string(status->value("sequence", std::uint64_t{0}));
  if (::pipe2(ends_, O_CLOEXEC) != 0)
    return Error{ErrorKind::io, "pipe", "cannot be made", "Close some programs."};
  thread_ = std::thread([this] { run(); });
  return Ok{};
}

void DeltaFeed::run() {
  while (!stopping()) {
    const Result<std::unique_ptr<Client>> client = link_.connect(false);
    if (client) {
      const Result<> ended = (*client)->listen(
          "subscribe", Json{{"since", point_}},
          [this](const Json& delta) {
            point_ = delta.value("point", point_);
            on_(delta);
            return !stopping();
          },
          ends_[1]);
      const bool refused = !ended && ended.error().kind != ErrorKind::io;
      if (refused && !stopping() && look_anew(**client)) on_(Json());
    }
    if (!pause()) return;
  }
}

Result<> DeltaFeed::look_anew(Client& client) {
  const Result<Json> status = client.call("status", Json::object(), kPatience);
  if (!status) return status.error();
  point_ = std::to_string(status->value("sequence", std::uint64_t{0}));
  return Ok{};
}

bool DeltaFeed::stopping() {
  const std::lock_guard guard(mutex_);
  return stopping_;
}

bool DeltaFeed::pause() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, kPause, [this] { return stopping_; });
}

}  // namespace dg
