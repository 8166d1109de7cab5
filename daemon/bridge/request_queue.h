#pragma once
/// \file
/// The requests of one client, answered side by side on a few threads.

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/requests/request.h"

namespace dg {

/// Thread-safe. Its destructor waits for what runs.
class RequestQueue {
 public:
  using Done = std::function<void(Json reply)>;
  /// Makes the reply of a cancelled request: null where there is to be none.
  using Cancelled = std::function<Json(const Json& id)>;

  explicit RequestQueue(Cancelled cancelled) : cancelled_(std::move(cancelled)) {}

  /// Calls `answer` on another thread and `done` with what it gives; what it throws becomes an
  /// internal error.
  void run(const Json& id, std::function<Json()> answer, Done done);
  /// What waits is not begun, and the answer of what runs is dropped.
  void cancel(const Json& id);
  void post(std::function<void()> task);

  /// Until all is done. False as soon as `wanted` says that nobody waits for it.
  bool drain(const std::function<bool()>& wanted);

 private:
  Cancelled cancelled_;
  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable idle_;
  std::size_t pending_ = 0;
  std::map<std::string, std::shared_ptr<std::atomic<bool>>> running_;  ///< By id; true: cancelled.
  boost::asio::thread_pool pool_{4};
};

}  // namespace dg
