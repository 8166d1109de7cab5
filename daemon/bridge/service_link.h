#pragma once
/// \file
/// What stands between a client that stays and a service that may be restarted, replaced or killed
/// at any time: connections that are made again, and safe questions that are asked again.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/protocol/client.h"

namespace dg {

/// Thread-safe: each question has a connection of its own while it waits.
class ServiceLink {
 public:
  /// A connection to the service once it can answer; starts one where none runs and `may_start`.
  using Connect = std::function<Result<std::unique_ptr<Client>>(bool may_start)>;

  explicit ServiceLink(Connect connect) : connect_(std::move(connect)) {}

  /// The answer of a method that changes nothing, so that it may be asked again: where the
  /// connection breaks it is made anew, twice, and the service started if it is gone.
  Result<Json> ask(const std::string& method, const Json& params);
  /// One new connection. Calls `connect` of one thread at a time.
  Result<std::unique_ptr<Client>> connect(bool may_start);

 private:
  Connect connect_;
  std::mutex connecting_;
  std::mutex mutex_;                           ///< Guards idle_.
  std::vector<std::unique_ptr<Client>> idle_;  ///< At most 8.
};

}  // namespace dg
