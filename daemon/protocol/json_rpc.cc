#include "daemon/protocol/json_rpc.h"

#include <memory>
#include <mutex>

#include "daemon/requests/error_json.h"

namespace dg {
namespace {

RpcRequest read_request(Json& json) {
  RpcRequest request;
  request.id = nullptr;
  if (!json.is_object()) {
    request.fault = "a request must be an object";
    return request;
  }
  const auto id = json.find("id");
  request.notification = id == json.end();
  if (id != json.end()) {
    if (!id->is_string() && !id->is_number() && !id->is_null()) {
      request.fault = "id must be a string, a number or null";
      return request;
    }
    request.id = *id;
  }
  const auto version = json.find("jsonrpc");
  const auto method = json.find("method");
  if (version == json.end() || !version->is_string() ||
      version->get_ref<const std::string&>() != "2.0") {
    request.fault = "jsonrpc must be \"2.0\"";
  } else if (method == json.end() || !method->is_string()) {
    request.fault = "method must be a string";
  } else {
    request.method = method->get<std::string>();
    const auto params = json.find("params");
    // Editors send null for none, which JSON-RPC itself would have left out.
    if (params != json.end() && !params->is_null()) {
      if (!params->is_object() && !params->is_array()) {
        request.fault = "params must be an object";
      } else {
        request.params = std::move(*params);
      }
    }
  }
  return request;
}

/// Collects the replies of a batch; the last one sends them.
struct Batch {
  std::mutex mutex;
  std::size_t waiting = 0;
  Json replies = Json::array();
};

}  // namespace

std::optional<Json> parse_json(std::string_view text, int max_depth) {
  bool too_deep = false;
  const Json::parser_callback_t guard = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > max_depth) too_deep = true;
    return depth <= max_depth;
  };
  Json json = Json::parse(text, guard, /*allow_exceptions=*/false);
  if (json.is_discarded() || too_deep) return std::nullopt;
  return json;
}

RpcMessage read_rpc(std::string_view text, int max_depth) {
  RpcMessage message;
  std::optional<Json> parsed = parse_json(text, max_depth);
  if (!parsed) {
    message.parse_error = true;
    return message;
  }
  Json& json = *parsed;
  if (json.is_array()) {
    message.batch = true;
    for (Json& item : json) message.requests.push_back(read_request(item));
  } else {
    message.requests.push_back(read_request(json));
  }
  return message;
}

Json rpc_result(const Json& id, Json result) {
  return Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

Json rpc_error(const Json& id, int code, const std::string& message, Json data) {
  Json error{{"code", code}, {"message", message}};
  if (!data.is_null()) error["data"] = std::move(data);
  return Json{{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}};
}

Json rpc_error(const Json& id, const Error& error) {
  const int code = error.kind == ErrorKind::usage ? kRpcInvalidParams : kRpcApplicationError;
  return rpc_error(id, code, error.message(), error_to_json(error));
}

Json rpc_notification(const std::string& method, Json params) {
  return Json{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

void answer_message(const RpcMessage& message,
                    const std::function<void(const RpcRequest&, std::function<void(Json)>)>& answer,
                    std::function<void(std::string)> reply) {
  if (message.parse_error)
    return reply(to_text(rpc_error(nullptr, kRpcParseError, "not JSON, or nested too deep")));
  if (message.requests.empty())
    return reply(to_text(rpc_error(nullptr, kRpcInvalidRequest, "an empty batch")));

  const auto is_silent = [](const RpcRequest& request) {
    return request.notification && request.fault.empty();
  };
  if (!message.batch) {
    const bool silent = is_silent(message.requests.front());
    return answer(message.requests.front(), [reply = std::move(reply), silent](const Json& json) {
      if (!silent && !json.is_null()) reply(to_text(json));
    });
  }
  const auto batch = std::make_shared<Batch>();
  batch->waiting = message.requests.size();
  for (const RpcRequest& request : message.requests) {
    answer(request, [batch, reply, silent = is_silent(request)](Json json) {
      const std::lock_guard guard(batch->mutex);
      if (!silent && !json.is_null()) batch->replies.push_back(std::move(json));
      if (--batch->waiting == 0 && !batch->replies.empty()) reply(to_text(batch->replies));
    });
  }
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dg
