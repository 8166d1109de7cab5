#pragma once
/// \file
/// Errors on the wire: `error.data` of JSON-RPC and what `--json` prints on standard error.
///
///     {"kind": "ambiguous", "thing": "pay", "reason": "3 atoms have this name", "cure": "Give its
///     id …",
///      "candidates": [{"id": "src/a.js::pay", "kind": "function", "place": "src/a.js:12:3"}, …]}

#include <string_view>

#include "daemon/requests/request.h"
#include "storage/result.h"

namespace dg {

std::string_view to_string(ErrorKind kind) noexcept;

Json error_to_json(const Error& error);

/// The inverse. Anything missing is empty; an unknown kind is `io`. Never throws.
Error error_from_json(const Json& data);

}  // namespace dg
