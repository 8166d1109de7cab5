#pragma once
/// \file
/// Server: answers JSON-RPC on the project's Unix socket. It knows the service only through Host,
/// so that a test can stand in for it.
///
/// Methods: every question of methods() (request.h), those of schema requests
/// (requests/schema/methods.h), and `status`, `sync`, `validate`, `subscribe`,
/// `stop`.
/// `"sync": true` in a question's params first waits until all that is on disk at the time of the
/// call is visible. `subscribe` sends each commit as a `delta` notification (delta_json.h); with
/// {"since": POINT} (point.h) first those after that point, read back from the log, without a gap
/// or a repeat before the live ones. A connection's requests are read in order and answered as they
/// are done.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/requests/request.h"
#include "storage/result.h"

namespace dg {

struct Validation;
struct ValidateOptions;

/// What the server asks of the service. Called from several threads.
class Host {
 public:
  virtual ~Host() = default;
  struct View {
    SnapshotPtr snapshot;
    Freshness freshness;
  };
  virtual View view() const = 0;
  virtual std::string root() const = 0;
  virtual std::filesystem::path state_folder() const = 0;
  virtual Result<std::unique_ptr<Reader>> reader() const = 0;
  /// Changes when the database file is replaced: readers opened before are of no use any more.
  virtual std::uint64_t database_generation() const noexcept = 0;
  virtual Json status() const = 0;
  /// What a person should know and no answer has told yet: a database that was set aside. Each is
  /// answered once.
  virtual std::vector<std::string> take_notices() = 0;
  /// Calls back once, from any thread, when the first consistent state is there. At once if it is.
  virtual void when_ready(std::function<void()> then) = 0;
  /// Calls back once, from any thread: all file operations finished before the call are visible.
  virtual void sync(std::function<void(Result<>)> then) = 0;
  /// Calls back once, from another thread, when the validation is done.
  virtual void validate(const ValidateOptions& options,
                        std::function<void(const Validation&)> then) = 0;
  virtual void stop() noexcept = 0;
};

class Server {
 public:
  /// Binds and listens (mode 0600). A socket file that nobody answers on is replaced; the caller
  /// holds the project's write lock, so that it is a dead process' own. Serves until destroyed.
  static Result<std::unique_ptr<Server>> listen(const std::filesystem::path& socket, Host& host,
                                                unsigned threads = 4);
  virtual ~Server() = default;

  /// Whether the socket's file is still this server's: new clients can find it. One system call.
  virtual bool reachable() const noexcept = 0;
  /// Listens on a new socket; clients that are connected stay. One thread at a time.
  virtual Result<> listen_again(const std::filesystem::path& socket) = 0;

  /// Sends a `delta` notification to every subscriber. A subscriber that does not read is dropped.
  virtual void publish(Json delta) = 0;
  virtual std::size_t clients() const noexcept = 0;
  /// How often a client came, sent something or left, so far.
  virtual std::uint64_t requests() const noexcept = 0;
};

}  // namespace dg
