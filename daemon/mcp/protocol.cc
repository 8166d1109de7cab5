#include "daemon/mcp/protocol.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dg::mcp {
namespace {

constexpr const char* kModernVersion = "2026-07-28";
constexpr std::array<std::string_view, 5> kLegacyVersions{"2025-11-25", "2025-06-18", "2025-03-26",
                                                          "2024-11-05", "2024-10-07"};
constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kServerInfoKey = "io.modelcontextprotocol/serverInfo";

constexpr const char* kInstructions =
    "An exact, live call graph of this JavaScript/TypeScript project. Ask it instead of searching "
    "text: find for definitions, who_calls for call sites, what_breaks before you change a "
    "signature, changes_since after your edits to learn which callers broke. Answers are "
    "file:line:col and include your last save. Atoms are named by id (src/a.js::Cart.pay), place "
    "(src/a.js:12) or name. Subscribe to deltagraph://changes to be told of broken callers "
    "unasked.";

Json server_info() {
  return {{"name", "deltagraph"}, {"title", "deltagraph"}, {"version", DELTAGRAPH_VERSION}};
}

Json capabilities() {
  return {{"tools", Json::object()}, {"resources", {{"subscribe", true}}}};
}

}  // namespace

const char* const kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";
const char* const kDeltaKey = "deltagraph/delta";

Opening era_of(const RpcRequest& request, bool initialized) {
  const Json meta = request.params.is_object() ? request.params.value("_meta", Json()) : Json();
  const bool modern = meta.is_object() && meta.contains(kVersionKey);
  const auto refuse = [&](Era era, const std::string& reason) {
    return Opening{era, rpc_error(request.id, kRpcInvalidParams, reason)};
  };
  if (!modern && initialized) return {};
  if (!modern) {
    return refuse(Era::legacy, std::string("params._meta lacks ") + kVersionKey +
                                   ", and there was no initialize before");
  }
  const Json& version = meta.at(kVersionKey);
  if (!version.is_string()) return refuse(Era::modern, std::string(kVersionKey) + " is no text");
  if (version != kModernVersion) {
    return {Era::modern,
            rpc_error(request.id, kUnsupportedVersion, "Unsupported protocol version",
                      {{"supported", Json::array({kModernVersion})}, {"requested", version}})};
  }
  const auto client = meta.find(kCapabilitiesKey);
  if (client == meta.end() || !client->is_object())
    return refuse(Era::modern, std::string("params._meta lacks ") + kCapabilitiesKey);
  return {Era::modern, std::nullopt};
}

Json initialize_result(const Json& params) {
  const auto wanted = params.find("protocolVersion");
  std::string version(kLegacyVersions.front());
  if (wanted != params.end() && wanted->is_string()) {
    const auto& text = wanted->get_ref<const std::string&>();
    if (std::find(kLegacyVersions.begin(), kLegacyVersions.end(), text) != kLegacyVersions.end())
      version = text;
  }
  return {{"protocolVersion", version},
          {"capabilities", capabilities()},
          {"serverInfo", server_info()},
          {"instructions", kInstructions}};
}

Json discover_result() {
  return {{"supportedVersions", Json::array({kModernVersion})},
          {"capabilities", capabilities()},
          {"serverInfo", server_info()},
          {"instructions", kInstructions}};
}

Json complete(Era era, Json result, std::optional<int> cache_ms) {
  if (era == Era::legacy) return result;
  result["resultType"] = "complete";
  result["_meta"][kServerInfoKey] = server_info();
  if (cache_ms) {
    result["ttlMs"] = *cache_ms;
    result["cacheScope"] = "private";
  }
  return result;
}

}  // namespace dg::mcp
