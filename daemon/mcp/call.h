#pragma once
/// \file
/// One call of a tool: its question is asked, and the answer made to fit the budget of bytes.

#include <cstddef>
#include <string>

#include "daemon/mcp/backend.h"
#include "daemon/mcp/tools.h"

namespace dg::mcp {

struct Answer {
  Json json;         ///< The answer as the question gives it.
  std::string text;  ///< The same for reading: what is left out first, then lines to act on.
};

/// The answer of a tool. Neither its JSON nor its text is larger than `max_bytes`, or than the
/// argument of that name: an answer that is too large is asked for again with a smaller `limit`, so
/// that its own total, `truncated` and cursor say what is left out. Where one entry alone is too
/// large: a usage error with the size that would do. Unknown arguments: a usage error with the
/// nearest name.
Result<Answer> call(const Backend& backend, const Tool& tool, const Json& arguments,
                    std::size_t max_bytes);

/// An error with its candidates, a line each.
std::string error_text(const Error& error);

}  // namespace dg::mcp
