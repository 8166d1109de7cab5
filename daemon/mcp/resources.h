#pragma once
/// \file
/// What an assistant may read and be told of unasked.
///
///     deltagraph://changes            what changed since this server began, and which callers
///     broke deltagraph://changes/POINT      the same since a point (point.h) or a revision of git
///     deltagraph://outline/FILE       the atoms of a file
///     deltagraph://callers/ATOM       who calls an atom
///     deltagraph://status             how the service is
///     deltagraph://schema             the tables
///
/// FILE, ATOM and POINT may be percent-encoded (RFC 3986).

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/mcp/call.h"

namespace dg::mcp {

/// A resource that an address means. Pure.
struct Resource {
  enum class Kind { changes, outline, callers, status, schema };
  Kind kind = Kind::status;
  std::string about;  ///< The point, file or atom; empty: none was named.
};
std::optional<Resource> resource_of(std::string_view uri);

Json list_resources();
Json list_resource_templates();

/// `since`: where `changes` alone begins.
Result<Answer> read_resource(const Backend& backend, const Resource& resource,
                             const std::string& since, std::size_t max_bytes);

/// Whether a commit (delta_json.h; null: commits were missed) may have changed what the resource
/// says. Of `callers` this says yes always: whoever watches compares.
bool may_change(const Resource& resource, const Json& delta);

}  // namespace dg::mcp
