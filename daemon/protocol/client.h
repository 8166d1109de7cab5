#pragma once
/// \file
/// A blocking JSON-RPC 2.0 client of the service's Unix socket (LSP framing), for the command line.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "daemon/requests/request.h"
#include "storage/result.h"

namespace dg {

/// Sixteen hex digits that stand for a project in names of files: XXH3-64 of its canonical root.
std::string project_key(const std::filesystem::path& root);

/// Where a project's service listens: `$XDG_RUNTIME_DIR/deltagraph/<key>.sock`, or
/// `/tmp/deltagraph-<uid>/<key>.sock` (folder 0700, owner checked).
Result<std::filesystem::path> socket_path(const std::filesystem::path& root);

class Client {
 public:
  /// Fails with not_found where nobody listens.
  static Result<std::unique_ptr<Client>> connect(const std::filesystem::path& socket);
  virtual ~Client() = default;
  /// A JSON-RPC error becomes an Error whose kind is carried in `error.data.kind`.
  virtual Result<Json> call(const std::string& method, const Json& params,
                            std::chrono::milliseconds timeout) = 0;
  /// Subscribes and hands over each notification until `on` returns false, the connection ends or
  /// nobody is left to read the pipe or socket `out` (-1: no such).
  virtual Result<> listen(const std::string& method, const Json& params,
                          const std::function<bool(const Json&)>& on, int out = -1) = 0;
};

}  // namespace dg
