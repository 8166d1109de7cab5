#pragma once
/// \file
/// What the MCP server needs of the program around it, so that it knows neither terminals nor how a
/// service is started.

#include <functional>
#include <string>

#include "daemon/requests/request.h"

namespace dg::mcp {

/// All members are called from several threads.
struct Backend {
  /// The answer of a method that changes nothing; survives a restart of the service.
  std::function<Result<Json>(const std::string& method, const Json& params)> ask;
  /// Ends the service, if one runs, and starts another: {"restarted", "pid", "sequence"}.
  std::function<Result<Json>()> restart;
  /// An answer as people read it, lines of `file:line:col`.
  std::function<std::string(const std::string& method, const Json& answer)> text;
  /// A commit (delta_json.h) in the same manner.
  std::function<std::string(const Json& delta)> delta_text;
  /// A path or place as typed, relative to the project.
  std::function<std::string(const std::string& typed)> in_project;
};

}  // namespace dg::mcp
