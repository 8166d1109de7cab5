#pragma once
/// \file
/// The tools that an assistant sees. Each is one question (request.h), under the name of what it is
/// asked for, with defaults that suit who reads and edits code.

#include <string>
#include <string_view>
#include <vector>

#include "daemon/requests/request.h"

namespace dg::mcp {

struct Tool {
  const char* name;
  const char* title;
  const char* description;
  const char* method;  ///< The question that answers it: of methods(), `status` or `restart`.
  bool by_default;     ///< Else only with `--tools all`.
  Json preset;         ///< Parameters that differ from the question's own defaults.
};

/// In the order in which they are listed.
const std::vector<Tool>& tools();

/// Null: there is none of this name among those that are offered.
const Tool* find_tool(std::string_view name, bool all);
/// The nearest name among those that are offered, or nothing.
std::string nearest_tool(std::string_view name, bool all);

/// The parameters of a tool's question; none for `status` and `restart`.
const std::vector<Parameter>& parameters_of(const Tool& tool);
bool has_parameter(const Tool& tool, std::string_view name);

/// {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}.
Json describe(const Tool& tool, std::size_t max_bytes);

}  // namespace dg::mcp
