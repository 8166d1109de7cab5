#pragma once
/// \file
/// HTTP on loopback, for schema requests (http_routes.h): only when asked for, with a token, with
/// limits on sizes, times and connections. One thread of its own.

#include <cstdint>
#include <filesystem>
#include <memory>

#include "storage/result.h"

namespace dg {

class HttpServer {
 public:
  /// Listens on 127.0.0.1. `port` 0: any free one. Makes the token's file where it is missing.
  static Result<std::unique_ptr<HttpServer>> listen(std::uint16_t port,
                                                    const std::filesystem::path& state_folder);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const noexcept = 0;
  /// Since it listens. For idle exit.
  virtual std::uint64_t requests() const noexcept = 0;
};

}  // namespace dg
