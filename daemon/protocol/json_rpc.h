#pragma once
/// \file
/// JSON-RPC 2.0 (jsonrpc.org/specification): reading requests and making replies. Pure.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/requests/request.h"
#include "storage/result.h"

namespace dg {

enum RpcCode : int {
  kRpcParseError = -32700,
  kRpcInvalidRequest = -32600,
  kRpcMethodNotFound = -32601,
  kRpcInvalidParams = -32602,
  kRpcInternalError = -32603,
  kRpcApplicationError = -32000,  ///< `data` says which: error_json.h.
};

struct RpcRequest {
  Json id;  ///< Null json value where `notification`.
  bool notification = false;
  std::string method;
  Json params = Json::object();
  std::string fault;  ///< Not empty: it is no request; answer kRpcInvalidRequest with it.
};

struct RpcMessage {
  bool batch = false;
  bool parse_error = false;
  std::vector<RpcRequest> requests;  ///< Empty for an empty batch, which is an invalid request.
};

/// Any bytes are accepted. Nothing for what is no JSON, or nested deeper than `max_depth`.
std::optional<Json> parse_json(std::string_view text, int max_depth = 256);

/// Any bytes are accepted; what parse_json takes for none is a parse error.
RpcMessage read_rpc(std::string_view text, int max_depth = 256);

Json rpc_result(const Json& id, Json result);
Json rpc_error(const Json& id, int code, const std::string& message, Json data = nullptr);
/// An Error of a handler: usage becomes kRpcInvalidParams, all others kRpcApplicationError.
Json rpc_error(const Json& id, const Error& error);

/// A message without an id.
Json rpc_notification(const std::string& method, Json params);

/// Answers one message. Each of its requests is given to `answer`, which calls back once, perhaps
/// later and from another thread; `reply` is called at most once, with the answer or with those of
/// the whole batch (JSON-RPC 2.0 §6). Notifications have no answer, nor has a request to whose
/// callback a null is given: it was cancelled.
void answer_message(const RpcMessage& message,
                    const std::function<void(const RpcRequest&, std::function<void(Json)>)>& answer,
                    std::function<void(std::string)> reply);

/// JSON text; invalid UTF-8 is replaced by U+FFFD.
std::string to_text(const Json& json);

}  // namespace dg
