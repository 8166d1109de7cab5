#include "daemon/server/dispatcher.h"

#include <algorithm>
#include <exception>

#include "daemon/requests/past_delta.h"
#include "daemon/requests/point.h"
#include "daemon/requests/schema/methods.h"
#include "daemon/requests/validate.h"

namespace dg {
namespace {

constexpr std::chrono::seconds kDeadline{5};

const Method* find_method(const std::string& name) {
  const std::vector<Method>& all = methods();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Method& method) { return name == method.name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

void Dispatcher::handle(const std::string& message, Reply reply, const Subscriber& subscriber) {
  answer_message(
      read_rpc(message),
      [&](const RpcRequest& request, const Answer& done) { answer(request, done, subscriber); },
      std::move(reply));
}

void Dispatcher::answer(const RpcRequest& request, const Answer& done,
                        const Subscriber& subscriber) {
  if (!request.fault.empty()) return done(rpc_error(request.id, kRpcInvalidRequest, request.fault));
  if (request.params.is_array()) {
    return done(
        rpc_error(request.id, kRpcInvalidParams, "params must be an object: parameters are named"));
  }
  if (request.method == "status") return done(rpc_result(request.id, host_.status()));
  if (request.method == "stop") {
    done(rpc_result(request.id, Json{{"stopping", true}}));
    return host_.stop();
  }
  if (request.method == "subscribe") return subscribe(request, done, subscriber);
  if (request.method == "unsubscribe") {
    subscriber.subscribe(false);
    return done(rpc_result(request.id, Json{{"sequence", raw(host_.view().snapshot->sequence())}}));
  }
  if (request.method == "sync") {
    return host_.sync([this, done, id = request.id](const Result<>& synced) {
      if (!synced) return done(rpc_error(id, synced.error()));
      done(rpc_result(
          id, Json{{"sequence", raw(host_.view().snapshot->sequence())}, {"synced", true}}));
    });
  }
  if (request.method == "validate") {
    const Result<ValidateOptions> options = validate_options(request.params);
    if (!options) return done(rpc_error(request.id, options.error()));
    return host_.validate(*options, [done, id = request.id](const Validation& validation) {
      done(rpc_result(id, to_json(validation)));
    });
  }
  if (request.method == "ready") {
    return host_.when_ready([this, done, id = request.id] {
      done(rpc_result(id,
                      Json{{"sequence", raw(host_.view().snapshot->sequence())}, {"ready", true}}));
    });
  }
  if (const SchemaMethod* method = find_schema_method(request.method)) {
    return post_([this, method, done, id = request.id, params = request.params] {
      done(run(*method, id, params));
    });
  }
  const Method* method = find_method(request.method);
  if (method == nullptr) {
    return done(rpc_error(request.id, kRpcMethodNotFound, "no method '" + request.method + "'"));
  }
  question(*method, request, done);
}

void Dispatcher::subscribe(const RpcRequest& request, const Answer& done,
                           const Subscriber& subscriber) {
  const auto since = request.params.find("since");
  if (since == request.params.end() || since->is_null()) {
    subscriber.subscribe(true);
    return done(rpc_result(request.id, Json{{"sequence", raw(host_.view().snapshot->sequence())}}));
  }
  if (!since->is_string()) {
    return done(rpc_error(request.id, Error{ErrorKind::usage, "subscribe since", "must be a text",
                                            std::string("Give ") + kPointForms}));
  }
  PooledReader pooled = take_reader();
  std::vector<std::string> notes;
  const Result<Sequence> from =
      pooled.reader == nullptr
          ? Result<Sequence>(Error{ErrorKind::io, "database", "cannot be read at the moment",
                                   "'deltagraph status' tells what is wrong."})
          : sequence_at(since->get<std::string>(), pooled.reader->history(), notes);
  give_back(std::move(pooled));
  if (!from) return done(rpc_error(request.id, from.error()));
  Json subscribed{{"sequence", raw(host_.view().snapshot->sequence())}, {"since", raw(*from)}};
  add_notices(subscribed, notes);
  done(rpc_result(request.id, std::move(subscribed)));
  subscriber.resume(
      [this, last = std::make_shared<Sequence>(*from)] { return deltas_after(*last); }, *from);
}

Result<std::vector<Json>> Dispatcher::deltas_after(Sequence& last) {
  constexpr std::uint64_t kAtOnce = 32;
  std::vector<Json> deltas;
  PooledReader pooled = take_reader();
  if (pooled.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read", "Try again."};
  }
  const Result<History::Extent> extent = pooled.reader->history().extent();
  if (!extent) return extent.error();
  while (deltas.size() < kAtOnce && last < extent->last) {
    const Sequence next{raw(last) + 1};
    Result<Json> delta = past_delta_to_json(pooled.reader->log(), next);
    if (!delta) return delta.error();
    deltas.push_back(std::move(*delta));
    last = next;
  }
  give_back(std::move(pooled));
  return deltas;
}

void Dispatcher::question(const Method& method, const RpcRequest& request, const Answer& done) {
  Json params = request.params;
  bool sync = false;
  if (const auto wish = params.find("sync"); wish != params.end()) {
    if (!wish->is_boolean())
      return done(rpc_error(request.id, kRpcInvalidParams, "sync must be true or false"));
    sync = wish->get<bool>();
    params.erase("sync");
  }
  const Result<std::string> point = take_point(method, params);
  if (!point) return done(rpc_error(request.id, point.error()));
  const auto run_later = [this, &method, done, id = request.id, params = std::move(params),
                          point = *point] {
    post_([this, &method, done, id, params, point] { done(run(method, id, params, point)); });
  };
  if (sync) {
    return host_.sync([run_later, done, id = request.id](const Result<>& synced) {
      if (!synced) return done(rpc_error(id, synced.error()));
      run_later();
    });
  }
  host_.when_ready(run_later);
}

Json Dispatcher::run(const Method& method, const Json& id, const Json& params,
                     const std::string& point) {
  // Each request has its own guard: a failing one costs its own answer, never the service.
  try {
    PooledReader pooled = take_reader();
    Host::View view = host_.view();
    RequestContext context;
    context.snapshot = std::move(view.snapshot);
    context.reader = pooled.reader.get();
    context.freshness = view.freshness;
    context.root = host_.root();
    context.deadline = std::chrono::steady_clock::now() + kDeadline;
    const Result<> there =
        point.empty() ? Result<>(Ok{}) : travel(context, point, past_, pooled.generation);
    Result<Json> answered = there ? method.handler(context, params) : Result<Json>(there.error());
    give_back(std::move(pooled));
    if (answered && answered->is_object()) {
      if (const std::vector<std::string> notices = host_.take_notices(); !notices.empty())
        add_notices(*answered, notices);
    }
    return answered ? rpc_result(id, std::move(*answered)) : rpc_error(id, answered.error());
  } catch (const std::exception& failure) {
    return rpc_error(id, kRpcInternalError,
                     std::string("internal error in '") + method.name + "': " + failure.what());
  }
}

Json Dispatcher::run(const SchemaMethod& method, const Json& id, const Json& params) {
  try {
    Result<Json> answered = run_schema_method(method, host_.state_folder(), params, host_.root());
    return answered ? rpc_result(id, std::move(*answered)) : rpc_error(id, answered.error());
  } catch (const std::exception& failure) {
    return rpc_error(id, kRpcInternalError,
                     std::string("internal error in '") + method.name + "': " + failure.what());
  }
}

Dispatcher::PooledReader Dispatcher::take_reader() {
  const std::uint64_t generation = host_.database_generation();
  {
    const std::lock_guard guard(mutex_);
    std::erase_if(readers_,
                  [&](const PooledReader& reader) { return reader.generation != generation; });
    if (!readers_.empty()) {
      PooledReader reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  Result<std::unique_ptr<Reader>> opened = host_.reader();
  return {opened ? std::move(*opened) : nullptr, generation};
}

void Dispatcher::give_back(PooledReader reader) {
  const std::lock_guard guard(mutex_);
  if (reader.reader != nullptr && readers_.size() < 8) readers_.push_back(std::move(reader));
}

}  // namespace dg
