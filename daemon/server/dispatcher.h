#pragma once
/// \file
/// Dispatcher: one message in, its reply out. Knows JSON-RPC and the methods, no socket.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/protocol/json_rpc.h"
#include "daemon/requests/time_travel.h"
#include "daemon/server/server.h"

namespace dg {

struct SchemaMethod;

/// Thread-safe.
class Dispatcher {
 public:
  using Reply = std::function<void(std::string)>;

  /// Deltas of the past, oldest first, a few at a time; none once all that is committed was given.
  using Past = std::function<Result<std::vector<Json>>()>;
  /// How a connection takes deltas.
  struct Subscriber {
    std::function<void(bool on)> subscribe;
    /// Subscribes, but sends first what the past gives; `since`: the last that the client has seen.
    std::function<void(Past past, Sequence since)> resume;
  };

  /// Runs a piece of work on one of the server's threads, so that the service's own never wait.
  using Post = std::function<void(std::function<void()>)>;

  Dispatcher(Host& host, Post post) : host_(host), post_(std::move(post)) {}

  /// Calls `reply` at most once, perhaps later and from another thread; never for a notification.
  void handle(const std::string& message, Reply reply, const Subscriber& subscriber);

  std::uint64_t database_generation() const noexcept { return host_.database_generation(); }

 private:
  using Answer = std::function<void(Json)>;

  void answer(const RpcRequest& request, const Answer& done, const Subscriber& subscriber);
  void subscribe(const RpcRequest& request, const Answer& done, const Subscriber& subscriber);
  Result<std::vector<Json>> deltas_after(Sequence& last);
  void question(const Method& method, const RpcRequest& request, const Answer& done);
  Json run(const Method& method, const Json& id, const Json& params, const std::string& point);
  Json run(const SchemaMethod& method, const Json& id, const Json& params);
  struct PooledReader {
    std::unique_ptr<Reader> reader;
    std::uint64_t generation = 0;
  };
  PooledReader take_reader();
  void give_back(PooledReader reader);

  Host& host_;
  Post post_;
  PastSnapshots past_;
  std::mutex mutex_;                   ///< Guards readers_.
  std::vector<PooledReader> readers_;  ///< Idle connections, at most 8.
};

}  // namespace dg
