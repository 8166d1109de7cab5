#pragma once
/// \file
/// Service: the supervisor. Owns the threads (watch, writer, server) and their order of start and
/// stop.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/idle.h"
#include "daemon/pipeline.h"
#include "daemon/watch/watcher.h"

namespace dg {

struct ServiceOptions {
  PipelineOptions pipeline;
  WatchOptions watch;
  std::chrono::seconds validate_every{60};  ///< While there is change; 0: only when asked.
  /// Without a client, a request or a commit for so long the service ends; 0: never; nothing: what
  /// the project's configuration says.
  std::optional<std::chrono::minutes> idle_exit;
  Idle::Now idle_clock;                    ///< For tests; empty: the machine's.
  std::optional<std::uint16_t> http_port;  ///< Over the configuration's (daemon/config.h).
};

/// What the foreground terminal shows; called from the writer thread.
struct ServiceEvents {
  std::function<void(const Progress&)> progress;
  std::function<void(const Outcome&)> indexed;  ///< Once: the first consistent state is published.
  std::function<void(const Outcome&)> delta;    ///< Each later commit.
  std::function<void(const std::string&)> notice;
};

/// One service of one project: index, watch, answer, until request_stop().
class Service {
 public:
  /// Takes the write lock, opens the database and the socket. Fails with busy where another service
  /// holds it.
  static Result<std::unique_ptr<Service>> start(const ServiceOptions& options,
                                                ServiceEvents events);
  virtual ~Service() = default;
  virtual void wait() = 0;  ///< Until it has stopped.
  virtual void
  request_stop() noexcept = 0;  ///< Any thread or a signal watcher; finishes the commit under way.
  virtual Pipeline& pipeline() noexcept = 0;
  virtual std::filesystem::path socket() const = 0;
};

}  // namespace dg
