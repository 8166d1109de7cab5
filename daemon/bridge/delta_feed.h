#pragma once
/// \file
/// The commits of a project for a client that stays: each once and in order, across restarts of the
/// service.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/bridge/service_link.h"

namespace dg {

/// Listens on a thread of its own from start() to the end. It never starts a service again: where
/// one was stopped, it waits for the next.
class DeltaFeed {
 public:
  /// `on`: a commit (delta_json.h), or null where commits were missed for good, because the
  /// database is another one by now: whoever listens has to look anew.
  DeltaFeed(ServiceLink& link, std::function<void(const Json& delta)> on)
      : link_(link), on_(std::move(on)) {}
  ~DeltaFeed();
  DeltaFeed(const DeltaFeed&) = delete;
  DeltaFeed& operator=(const DeltaFeed&) = delete;

  /// When it returns, no later commit is missed. Any thread; once is enough.
  Result<> start();

 private:
  void run();
  bool stopping();
  bool pause();  ///< False: it is to end.
  Result<> look_anew(Client& client);

  ServiceLink& link_;
  std::function<void(const Json&)> on_;
  std::string point_;  ///< The last commit that was handed over: SEQ, or SEQ@REPLICA.
  std::mutex mutex_;   ///< Guards what follows.
  std::condition_variable changed_;
  bool stopping_ = false;
  int ends_[2] = {-1, -1};  ///< A pipe; closing its read end ends the listening.
  std::thread thread_;
};

}  // namespace dg
