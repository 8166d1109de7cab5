#include "daemon/mcp/server.h"

#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>

#include "daemon/bridge/request_queue.h"
#include "daemon/mcp/protocol.h"
#include "daemon/mcp/subscriptions.h"

namespace dg::mcp {
namespace {

constexpr int kListsKeepMs = 3'600'000;  ///< Lists of tools and resources never change.
constexpr int kAnswersKeepMs = 0;
using Done = std::function<void(Json)>;

class Server {
 public:
  Server(StdioChannel& channel, const Backend& backend, ServiceLink& link, const Options& options)
      : channel_(channel),
        backend_(backend),
        options_(options),
        feed_(link, [this](const Json& delta) { push(delta); }) {}

  Result<> run() {
    queue_.post([this] { note_beginning(); });
    const Result<> ended =
        channel_.read([this](const std::string& text) { handle(text); }, [] { return true; });
    if (!queue_.drain([this] { return channel_.has_reader(); })) {
      // Whoever asked is gone, and a question to a service that is busy cannot be taken back:
      // nothing here has to be kept.
      std::_Exit(EXIT_SUCCESS);
    }
    for (const Json& id : subscriptions_.streams()) end_stream(id, true);
    return ended;
  }

 private:
  // --- messages
  // -----------------------------------------------------------------------------------

  void handle(const std::string& text) {
    answer_message(
        read_rpc(text),
        [this](const RpcRequest& request, const Done& done) { route(request, done); },
        [this](const std::string& reply) { channel_.send(reply); });
  }

  void route(const RpcRequest& request, const Done& done) {
    if (!request.fault.empty()) {
      // What has neither a method nor a request of ours behind it may be the answer to something.
      return done(rpc_error(request.id, kRpcInvalidRequest, request.fault));
    }
    if (request.notification) return done(notified(request));
    if (request.id.is_null())
      return done(rpc_error(nullptr, kRpcInvalidRequest, "id must be a string or a number"));
    if (!request.params.is_object())
      return done(rpc_error(request.id, kRpcInvalidParams, "params must be an object"));
    if (request.method == "initialize") {
      initialized_ = true;
      return done(rpc_result(request.id, initialize_result(request.params)));
    }
    if (request.method == "ping" && !request.params.contains("_meta"))
      return done(rpc_result(request.id, Json::object()));
    Opening opening = era_of(request, initialized_);
    if (opening.refusal) return done(std::move(*opening.refusal));
    answer(request, opening.era, done);
  }

  /// Notifications have no answer.
  Json notified(const RpcRequest& request) {
    if (request.method == "notifications/cancelled" && request.params.is_object()) {
      const Json id = request.params.value("requestId", Json());
      end_stream(id, false);
      queue_.cancel(id);
    }
    return nullptr;
  }

  void answer(const RpcRequest& request, Era era, const Done& done) {
    const std::string& method = request.method;
    const Json& id = request.id;
    const auto at_once = [&](Json result, int keep_ms) {
      done(rpc_result(id, complete(era, std::move(result), keep_ms)));
    };
    const bool lists = method == "tools/list" || method == "resources/list" ||
                       method == "resources/templates/list";
    if (lists && !request.params.value("cursor", Json()).is_null())
      return done(rpc_error(id, kRpcInvalidParams, "there is no such cursor: lists have one page"));
    if (method == "server/discover" && era == Era::modern)
      return at_once(discover_result(), kListsKeepMs);
    if (method == "tools/list") return at_once({{"tools", list_tools()}}, kListsKeepMs);
    if (method == "resources/list") return at_once({{"resources", list_resources()}}, kListsKeepMs);
    if (method == "resources/templates/list")
      return at_once({{"resourceTemplates", list_resource_templates()}}, kListsKeepMs);
    if (method == "tools/call") return call_tool(request, era, done);
    if (method == "resources/read") return read(request, era, done);
    if (method == "ping" && era == Era::legacy) return done(rpc_result(id, Json::object()));
    if (era == Era::legacy && method == "resources/subscribe") return subscribe(request, done);
    if (era == Era::legacy && method == "resources/unsubscribe") {
      subscriptions_.remove(uri_of(request));
      return done(rpc_result(id, Json::object()));
    }
    if (era == Era::modern && method == "subscriptions/listen") return listen(request, done);
    done(rpc_error(id, kRpcMethodNotFound, "no method '" + method.substr(0, 100) + "'"));
  }

  // --- tools
  // --------------------------------------------------------------------------------------

  Json list_tools() const {
    Json list = Json::array();
    for (const Tool& tool : tools()) {
      if (options_.all_tools || tool.by_default) list.push_back(describe(tool, options_.max_bytes));
    }
    return list;
  }

  void call_tool(const RpcRequest& request, Era era, const Done& done) {
    const auto refuse = [&](const std::string& reason) {
      done(rpc_error(request.id, kRpcInvalidParams, reason));
    };
    const Json name = request.params.value("name", Json());
    if (!name.is_string()) return refuse("tools/call: name is missing");
    const auto& text = name.get_ref<const std::string&>();
    const Tool* tool = find_tool(text, options_.all_tools);
    if (tool == nullptr) {
      const std::string near = nearest_tool(text, options_.all_tools);
      return refuse("there is no tool '" + text.substr(0, 100) + "'" +
                    (near.empty() ? "" : ". Did you mean " + near + "?"));
    }
    Json arguments = request.params.value("arguments", Json());
    if (arguments.is_null()) arguments = Json::object();
    if (!arguments.is_object()) return refuse("tools/call: arguments must be an object");
    queue_.run(
        request.id,
        [this, tool, era, arguments = std::move(arguments), id = request.id] {
          const Result<Answer> answer = call(backend_, *tool, arguments, options_.max_bytes);
          const std::string shown = answer ? answer->text : error_text(answer.error());
          Json result{{"content", Json::array({{{"type", "text"}, {"text", shown}}})}};
          if (answer) result["structuredContent"] = answer->json;
          result["isError"] = !answer;
          return rpc_result(id, complete(era, std::move(result)));
        },
        done);
  }

  // --- resources
  // ----------------------------------------------------------------------------------

  static std::string uri_of(const RpcRequest& request) {
    const Json uri = request.params.value("uri", Json());
    return uri.is_string() ? uri.get<std::string>() : std::string();
  }

  static Json no_such_resource(const Json& id, Era era, const std::string& uri) {
    const int code = era == Era::modern ? static_cast<int>(kRpcInvalidParams) : kResourceNotFound;
    return rpc_error(id, code, "there is no resource '" + uri.substr(0, 200) + "'", {{"uri", uri}});
  }

  void read(const RpcRequest& request, Era era, const Done& done) {
    const std::string uri = uri_of(request);
    const std::optional<Resource> resource = resource_of(uri);
    if (!resource) return done(no_such_resource(request.id, era, uri));
    queue_.run(
        request.id,
        [this, uri, era, resource = *resource, id = request.id] {
          const Result<Answer> answer =
              read_resource(backend_, resource, beginning(), options_.max_bytes);
          if (!answer && answer.error().kind == ErrorKind::not_found) {
            return no_such_resource(id, era, uri);
          }
          if (!answer) return rpc_error(id, answer.error());
          Json contents =
              Json::array({{{"uri", uri}, {"mimeType", "text/plain"}, {"text", answer->text}}});
          return rpc_result(id, complete(era, {{"contents", std::move(contents)}}, kAnswersKeepMs));
        },
        done);
  }

  void subscribe(const RpcRequest& request, const Done& done) {
    const std::string uri = uri_of(request);
    if (!resource_of(uri)) return done(no_such_resource(request.id, Era::legacy, uri));
    queue_.run(
        request.id,
        [this, uri, id = request.id] {
          if (const Result<> started = feed_.start(); !started)
            return rpc_error(id, started.error());
          subscriptions_.add(std::nullopt, {uri});
          look_first(std::nullopt, uri);
          return rpc_result(id, Json::object());
        },
        done);
  }

  void listen(const RpcRequest& request, const Done& done) {
    const Json wish = request.params.value("notifications", Json());
    if (!wish.is_object())
      return done(rpc_error(request.id, kRpcInvalidParams, "notifications must be an object"));
    std::vector<std::string> uris;
    for (const Json& uri : wish.value("resourceSubscriptions", Json::array())) {
      if (uri.is_string() && resource_of(uri.get<std::string>()))
        uris.push_back(uri.get<std::string>());
    }
    {
      const std::lock_guard guard(mutex_);
      listening_[request.id.dump()] = done;
    }
    queue_.post([this, id = request.id, uris] {
      if (const Result<> started = feed_.start(); !started)
        return finish_stream(id, rpc_error(id, started.error()));
      Json agreed = Json::object();
      if (!uris.empty()) agreed["resourceSubscriptions"] = uris;
      {
        // Nothing is sent on a stream before it is acknowledged.
        const std::lock_guard guard(pushing_);
        if (!is_listening(id)) return;
        subscriptions_.add(id, uris);
        channel_.send_json(rpc_notification(
            "notifications/subscriptions/acknowledged",
            {{"_meta", {{kSubscriptionKey, id}}}, {"notifications", std::move(agreed)}}));
      }
      for (const std::string& uri : uris) look_first(id, uri);
    });
  }

  bool is_listening(const Json& id) {
    const std::lock_guard guard(mutex_);
    return listening_.contains(id.dump());
  }
  /// Ends a stream with its answer, or, where the client has cancelled it, without.
  void end_stream(const Json& id, bool say) {
    subscriptions_.remove_stream(id);
    Json closing = complete(Era::modern, {{"_meta", {{kSubscriptionKey, id}}}});
    finish_stream(id, say ? rpc_result(id, std::move(closing)) : Json());
  }
  void finish_stream(const Json& id, Json answer) {
    Done done;
    {
      const std::lock_guard guard(mutex_);
      const auto found = listening_.find(id.dump());
      if (found == listening_.end()) return;
      done = std::move(found->second);
      listening_.erase(found);
    }
    done(std::move(answer));
  }

  /// What `callers` says now, so that a later commit can be told to have changed it.
  void look_first(const std::optional<Json>& stream, const std::string& uri) {
    const std::optional<Resource> resource = resource_of(uri);
    if (resource && resource->kind == Resource::Kind::callers)
      static_cast<void>(subscriptions_.changed({stream, uri, *resource, ""}, look(*resource)));
  }
  std::string look(const Resource& resource) const {
    const Result<Answer> answer =
        read_resource(backend_, resource, beginning(), options_.max_bytes);
    return answer ? to_text(answer->json.at("items")) : answer.error().message();
  }

  /// A commit, to all whom it concerns. Called by the feed alone.
  void push(const Json& delta) {
    const Json news = delta.is_null() ? Json{{"missed", true}} : short_delta(delta);
    for (const Subscriptions::Entry& entry : subscriptions_.concerned(delta)) {
      if (entry.resource.kind == Resource::Kind::callers &&
          !subscriptions_.changed(entry, look(entry.resource))) {
        continue;
      }
      Json meta{{kDeltaKey, news}};
      if (entry.stream) meta[kSubscriptionKey] = *entry.stream;
      const std::lock_guard guard(pushing_);
      if (entry.stream && !is_listening(*entry.stream)) continue;
      channel_.send_json(rpc_notification("notifications/resources/updated",
                                          {{"uri", entry.uri}, {"_meta", std::move(meta)}}));
    }
  }

  /// What an assistant needs of a commit, within the budget: what broke comes first.
  Json short_delta(const Json& delta) const {
    Json news = Json::object();
    for (const char* key : {"sequence", "point", "cause", "committed_ms", "counts", "truncated"})
      news[key] = delta.value(key, Json());
    std::size_t bytes = 0;
    for (const char* key : {"broken", "files", "atoms"}) {
      news[key] = Json::array();
      for (const Json& item : delta.value(key, Json::array())) {
        bytes += to_text(item).size();
        if (bytes > options_.max_bytes) {
          news["truncated"] = true;
          break;
        }
        news[key].push_back(item);
      }
    }
    news["text"] = backend_.delta_text(delta);
    return news;
  }

  // --- work
  // ---------------------------------------------------------------------------------------

  /// Starts the service as soon as there is a client, and remembers where its work begins.
  void note_beginning() {
    const Result<Json> status = backend_.ask("status", Json::object());
    if (!status) return;
    const std::lock_guard guard(mutex_);
    beginning_ = std::to_string(status->value("sequence", std::uint64_t{0}));
  }
  std::string beginning() const {
    const std::lock_guard guard(mutex_);
    return beginning_;
  }

  StdioChannel& channel_;
  const Backend& backend_;
  Options options_;
  bool initialized_ = false;  ///< Touched by the reading thread only.
  Subscriptions subscriptions_;
  std::mutex pushing_;  ///< Held while something is sent on a stream.

  mutable std::mutex mutex_;  ///< Guards what follows.
  std::string beginning_ = "0";
  std::map<std::string, Done> listening_;  ///< By id.

  DeltaFeed feed_;
  RequestQueue queue_{[](const Json&) { return Json(); }};  ///< The last: it waits for its threads.
};

}  // namespace

Result<> serve(StdioChannel& channel, const Backend& backend, ServiceLink& link,
               const Options& options) {
  Server server(channel, backend, link, options);
  return server.run();
}

}  // namespace dg::mcp
