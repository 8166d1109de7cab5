#include "daemon/lsp/server.h"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <optional>

#include "daemon/bridge/request_queue.h"
#include "daemon/lsp/features.h"
#include "daemon/lsp/uri.h"
#include "daemon/protocol/json_rpc.h"

namespace dg::lsp {
namespace {

using Done = std::function<void(Json)>;

/// Beside those of JSON-RPC (LSP 3.17, "ErrorCodes").
enum LspCode : int {
  kServerNotInitialized = -32002,
  kRequestFailed = -32803,
  kContentModified = -32801,
  kRequestCancelled = -32800,
};

/// The first of the client's encodings that is ours; UTF-16 where it names none.
Encoding chosen_encoding(const Json& params) {
  const Json capabilities = params.value("capabilities", Json::object());
  const Json general =
      capabilities.is_object() ? capabilities.value("general", Json::object()) : Json::object();
  const Json wanted =
      general.is_object() ? general.value("positionEncodings", Json::array()) : Json::array();
  for (const Json& each : wanted) {
    if (each == "utf-8") return Encoding::utf8;
    if (each == "utf-16") return Encoding::utf16;
    if (each == "utf-32") return Encoding::utf32;
  }
  return Encoding::utf16;
}

const char* name_of(Encoding encoding) {
  return encoding == Encoding::utf8 ? "utf-8" : encoding == Encoding::utf16 ? "utf-16" : "utf-32";
}

/// Where the client works: its first workspace folder, else its root.
std::string folder_of(const Json& params) {
  const auto uri_text = [](const Json& uri) {
    return uri.is_string() ? path_of(uri.get<std::string>()).value_or("") : std::string();
  };
  const Json folders = params.value("workspaceFolders", Json());
  if (folders.is_array() && !folders.empty() && folders.front().is_object())
    return uri_text(folders.front().value("uri", Json()));
  if (const Json uri = params.value("rootUri", Json()); uri.is_string()) return uri_text(uri);
  const Json path = params.value("rootPath", Json());
  return path.is_string() ? path.get<std::string>() : std::string();
}

class Server {
 public:
  Server(StdioChannel& channel, const OpenProject& open) : channel_(channel), open_(open) {}

  Result<bool> run() {
    const Result<> ended = channel_.read([this](const std::string& text) { handle(text); },
                                         [this] { return !exiting_; });
    // Whoever asked is gone, and a question to a service that is busy cannot be taken back.
    if (!queue_.drain([this] { return channel_.has_reader(); }))
      std::_Exit(shut_down_ ? EXIT_SUCCESS : EXIT_FAILURE);
    if (!ended && ended.error().kind != ErrorKind::cancelled) return ended.error();
    return shut_down_;
  }

 private:
  void handle(const std::string& text) {
    if (exiting_) return;
    answer_message(
        read_rpc(text),
        [this](const RpcRequest& request, const Done& done) { route(request, done); },
        [this](const std::string& reply) { channel_.send(reply); });
  }

  void route(const RpcRequest& request, const Done& done) {
    if (!request.fault.empty())
      return done(rpc_error(request.id, kRpcInvalidRequest, request.fault));
    const Json params = request.params.is_object() ? request.params : Json::object();
    if (request.notification) {
      notified(request.method, params);
      return done(nullptr);
    }
    const auto refuse = [&](int code, const std::string& reason) {
      done(rpc_error(request.id, code, reason));
    };
    if (request.method == "initialize") {
      if (project_) return refuse(kRpcInvalidRequest, "initialize was sent before");
      return done(initialize(request.id, params));
    }
    if (!project_) return refuse(kServerNotInitialized, "initialize comes first");
    if (shut_down_) return refuse(kRpcInvalidRequest, "after shutdown there is only exit");
    if (request.method == "shutdown") {
      shut_down_ = true;
      return done(rpc_result(request.id, nullptr));
    }
    const Feature feature = feature_of(request.method);
    if (feature == nullptr)
      return refuse(kRpcMethodNotFound, "no method '" + request.method.substr(0, 100) + "'");
    if (!request.params.is_object()) return refuse(kRpcInvalidParams, "params must be an object");
    queue_.run(
        request.id,
        [this, id = request.id, feature, params] { return answer(id, feature, params); }, done);
  }

  Json initialize(const Json& id, const Json& params) {
    Result<Project> project = open_(folder_of(params));
    if (!project) {
      return rpc_error(id, kRequestFailed, project.error().message(), {{"retry", false}});
    }
    project_ = std::move(*project);
    encoding_ = chosen_encoding(params);
    // Starts the service before the first question needs it.
    queue_.post([this] { static_cast<void>(project_->ask("status", Json::object())); });
    Json capabilities = feature_capabilities();
    capabilities["positionEncoding"] = name_of(encoding_);
    capabilities["textDocumentSync"] = {
        {"openClose", true}, {"change", 2}, {"save", {{"includeText", false}}}};
    return rpc_result(id,
                      {{"capabilities", std::move(capabilities)},
                       {"serverInfo", {{"name", "deltagraph"}, {"version", DELTAGRAPH_VERSION}}}});
  }

  void notified(const std::string& method, const Json& params) {
    if (method == "exit") exiting_ = true;
    if (method == "$/cancelRequest") return queue_.cancel(params.value("id", Json()));
    if (!project_) return;
    const Json document = params.value("textDocument", Json::object());
    if (!document.is_object()) return;
    const Json uri = document.value("uri", Json());
    const auto path = uri.is_string() ? path_of(uri.get<std::string>()) : std::nullopt;
    if (!path) return;
    const Json number = document.value("version", Json());
    const std::int64_t version = number.is_number_integer() ? number.get<std::int64_t>() : 0;
    if (method == "textDocument/didOpen") {
      const Json text = document.value("text", Json());
      documents_.open(*path, version, text.is_string() ? text.get<std::string>() : "");
      saved_ = true;
    } else if (method == "textDocument/didChange") {
      documents_.change(*path, version, params.value("contentChanges", Json::array()), encoding_);
    } else if (method == "textDocument/didSave") {
      saved_ = true;
    } else if (method == "textDocument/didClose") {
      documents_.close(*path);
    }
  }

  /// Of a document whose version is another one when the answer is there, it says nothing.
  std::optional<std::int64_t> version_of(const Json& params) const {
    const Json document = params.value("textDocument", Json::object());
    const Json uri = document.is_object() ? document.value("uri", Json()) : Json();
    const auto path = uri.is_string() ? path_of(uri.get<std::string>()) : std::nullopt;
    return path ? documents_.version(*path) : std::nullopt;
  }

  Json answer(const Json& id, Feature feature, const Json& params) {
    const std::optional<std::int64_t> version = version_of(params);
    Places places(project_->root, documents_, encoding_);
    Question question{*project_, places, saved_.exchange(false), params};
    const Result<Json> result = feature(question);
    if (version_of(params) != version)
      return rpc_error(id, kContentModified, "the document was changed meanwhile");
    if (result) return rpc_result(id, *result);
    const bool usage = result.error().kind == ErrorKind::usage;
    return rpc_error(id, usage ? static_cast<int>(kRpcInvalidParams) : kRequestFailed,
                     result.error().message());
  }

  StdioChannel& channel_;
  const OpenProject& open_;
  // Of the reading thread until there is a project; not changed afterwards.
  std::optional<Project> project_;
  Encoding encoding_ = Encoding::utf16;
  bool shut_down_ = false, exiting_ = false;  ///< Of the reading thread.

  Documents documents_;
  std::atomic<bool> saved_{true};  ///< The next question waits for what is on disk.

  /// The last: it waits for its threads.
  RequestQueue queue_{[](const Json& id) { return rpc_error(id, kRequestCancelled, "cancelled"); }};
};

}  // namespace

Result<bool> serve(StdioChannel& channel, const OpenProject& open) {
  Server server(channel, open);
  return server.run();
}

}  // namespace dg::lsp
