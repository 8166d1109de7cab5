#pragma once
/// \file
/// What both eras of MCP say alike and unlike: versions, capabilities, the frame of results. Pure.

#include <optional>
#include <string>

#include "daemon/protocol/json_rpc.h"

namespace dg::mcp {

enum McpCode : int {
  kResourceNotFound = -32002,    ///< Legacy; later kRpcInvalidParams.
  kUnsupportedVersion = -32022,  ///< Modern.
};

/// How one request is to be answered.
enum class Era { legacy, modern };

/// The era of a request, or the error to answer it with: of a modern one all that has to be in its
/// `_meta` is there, and its version is ours. `initialized`: the client has opened the legacy way.
struct Opening {
  Era era = Era::legacy;
  std::optional<Json> refusal;
};
Opening era_of(const RpcRequest& request, bool initialized);

/// The result of `initialize`. The version is the client's where we know it, else our latest of
/// that era.
Json initialize_result(const Json& params);
/// The result of `server/discover`, but for what complete() adds.
Json discover_result();

/// A result of either era. Modern ones get "resultType" and who answers, and where `cache_ms` is
/// given for how long they may be kept.
Json complete(Era era, Json result, std::optional<int> cache_ms = std::nullopt);

/// The `_meta` key of what is sent for a subscription.
extern const char* const kSubscriptionKey;
/// The `_meta` key of a commit that came with a notification.
extern const char* const kDeltaKey;

}  // namespace dg::mcp
