#pragma once
/// \file
/// MCP over stdio for both eras of the protocol (modelcontextprotocol.io): revision 2026-07-28,
/// where each request says for itself what it speaks, and those up to 2025-11-25, which begin with
/// `initialize`. Which one is served follows from how the client opens; both may be mixed.
///
/// Every tool is a question of request.h that the project's service answers; this program only
/// translates. Requests run side by side; the order of answers is theirs.

#include <cstddef>

#include "daemon/bridge/delta_feed.h"
#include "daemon/bridge/stdio_channel.h"
#include "daemon/mcp/backend.h"

namespace dg::mcp {

struct Options {
  bool all_tools = false;
  std::size_t max_bytes = 20'000;  ///< Of one answer, its text and its JSON each.
};

/// Serves until the input ends and what was asked is answered, or nobody reads the output any more.
/// The Error of StdioChannel::read where the input broke.
Result<> serve(StdioChannel& channel, const Backend& backend, ServiceLink& link,
               const Options& options);

}  // namespace dg::mcp
