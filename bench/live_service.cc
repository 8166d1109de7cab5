#include "bench/live_service.h"

#include <utility>

#include "bench/measure.h"

namespace dg::bench {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};

LiveService::LiveService(const std::filesystem::path& root, unsigned threads) {
  ServiceOptions options;
  options.pipeline.root = root;
  options.pipeline.threads = threads;
  ServiceEvents events;
  events.indexed = [this](const Outcome&) {
    const std::lock_guard guard(mutex_);
    indexed_ = true;
    changed_.notify_all();
  };
  events.delta = [this](const Outcome& outcome) { published(outcome); };
  Result<std::unique_ptr<Service>> started = Service::start(options, std::move(events));
  require(static_cast<bool>(started), started ? "" : started.error().message());
  service_ = std::move(*started);
  {
    std::unique_lock guard(mutex_);
    require(changed_.wait_for(guard, kPatience, [this] { return indexed_; }),
            "the service did not become ready");
  }
  Result<std::unique_ptr<Client>> client = Client::connect(service_->socket());
  require(static_cast<bool>(client), client ? "" : client.error().message());
  client_ = std::move(*client);
}

LiveService::~LiveService() {
  client_.reset();
  service_->request_stop();
  service_->wait();
}

void LiveService::published(const Outcome& outcome) {
  const auto now = Clock::now();
  const std::lock_guard guard(mutex_);
  sequence_ = outcome.sequence;
  published_at_ = now;
  changed_.notify_all();
}

Clock::time_point LiveService::wait_after(Sequence base) {
  std::unique_lock guard(mutex_);
  require(changed_.wait_for(guard, kPatience, [&] { return sequence_ > base; }),
          "a save was not noticed within a minute");
  return published_at_;
}

Json LiveService::ask(const std::string& method, const Json& params) {
  Result<Json> answer = client_->call(method, params, std::chrono::seconds(30));
  require(static_cast<bool>(answer), answer ? "" : method + ": " + answer.error().message());
  return std::move(*answer);
}

}  // namespace dg::bench
