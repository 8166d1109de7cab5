#pragma once
/// \file
/// A running service in this process, with real file events and a client on its socket.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/protocol/client.h"
#include "daemon/service.h"

namespace dg::bench {

class LiveService {
 public:
  /// Returns when the first consistent state is published and the client is connected.
  LiveService(const std::filesystem::path& root, unsigned threads);
  ~LiveService();
  LiveService(const LiveService&) = delete;
  LiveService& operator=(const LiveService&) = delete;

  SnapshotPtr snapshot() { return service_->pipeline().snapshot(); }
  /// A question over the socket; a failure is a WrongAnswer.
  Json ask(const std::string& method, const Json& params);
  /// Waits until a commit after `base` is published; when that was, on the steady clock.
  std::chrono::steady_clock::time_point wait_after(Sequence base);

 private:
  void published(const Outcome& outcome);  ///< On the writer's thread.

  std::mutex mutex_;  ///< Guards the four below.
  std::condition_variable changed_;
  bool indexed_ = false;
  Sequence sequence_{};
  std::chrono::steady_clock::time_point published_at_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Client> client_;
};

}  // namespace dg::bench
