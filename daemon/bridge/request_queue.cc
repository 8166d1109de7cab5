#include "daemon/bridge/request_queue.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "daemon/protocol/json_rpc.h"

namespace dg {

void RequestQueue::run(const Json& id, std::function<Json()> answer, Done done) {
  auto stop = std::make_shared<std::atomic<bool>>(false);
  {
    const std::lock_guard guard(mutex_);
    running_[id.dump()] = stop;
  }
  post([this, id, stop, answer = std::move(answer), done = std::move(done)] {
    Json reply;
    try {
      if (!*stop) reply = answer();
    } catch (const std::exception& failure) {
      reply = rpc_error(id, kRpcInternalError, failure.what());
    }
    {
      const std::lock_guard guard(mutex_);
      running_.erase(id.dump());
    }
    done(*stop ? cancelled_(id) : std::move(reply));
  });
}

void RequestQueue::cancel(const Json& id) {
  const std::lock_guard guard(mutex_);
  if (const auto found = running_.find(id.dump()); found != running_.end()) *found->second = true;
}

void RequestQueue::post(std::function<void()> task) {
  {
    const std::lock_guard guard(mutex_);
    ++pending_;
  }
  boost::asio::post(pool_, [this, task = std::move(task)] {
    task();
    const std::lock_guard guard(mutex_);
    --pending_;
    idle_.notify_all();
  });
}

bool RequestQueue::drain(const std::function<bool()>& wanted) {
  std::unique_lock lock(mutex_);
  while (pending_ > 0) {
    if (!wanted()) return false;
    idle_.wait_for(lock, std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace dg
