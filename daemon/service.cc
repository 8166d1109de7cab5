#include "daemon/service.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "daemon/backups.h"
#include "daemon/due_requests.h"
#include "daemon/mailbox.h"
#include "daemon/protocol/client.h"
#include "daemon/requests/delta_json.h"
#include "daemon/server/http.h"
#include "daemon/server/server.h"
#include "daemon/status.h"
#include "daemon/validator/mend.h"
#include "daemon/validator/thread.h"
#include "storage/clock.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{1000};  ///< How often the quiet writer looks around.
constexpr milliseconds kSyncPatience{10'000};
/// What was overtaken is read again when the later change has settled, or after this time.
constexpr milliseconds kUnrestPause{50};
constexpr milliseconds kUnrestLimit{2'000};
constexpr milliseconds kRetryCap{30'000};  ///< S2-26.

class RunningService final : public Service, private Host {
 public:
  RunningService(const ServiceOptions& options, ServiceEvents events)
      : options_(options), events_(std::move(events)) {
    options_.pipeline.overtaken = [this](const SettledChange& change) { return overtaken(change); };
    options_.pipeline.arrived = [this] { return arrived(); };
    options_.pipeline.stopping = [this] { return mailbox_.stopped(); };
  }

  ~RunningService() override {
    request_stop();
    wait();
    mailbox_.stop();  // Once more: somebody may have begun to wait meanwhile.
    if (validator_) {
      validator_->stop();
      validator_->join();  // Whoever asked is answered while there is a server.
    }
    http_.reset();
    server_.reset();
    validator_.reset();
  }

  Result<> open() {
    options_.pipeline.told = events_.notice;
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options_.pipeline);
    if (!pipeline) return pipeline.error();
    pipeline_ = std::move(*pipeline);
    const Result<Config> config = read_config(pipeline_->options().state_folder);
    if (!config) return config.error();
    backups_ = std::make_unique<AutomaticBackups>(pipeline_->options().state_folder, *config);
    due_requests_ = std::make_unique<DueRequests>(pipeline_->options().state_folder);
    idle_ = Idle(options_.idle_exit.value_or(config->idle_exit), options_.idle_clock);
    begun_ms_ = begin_of_log();
    Result<std::filesystem::path> socket = socket_path(options_.pipeline.root);
    if (!socket) return socket.error();
    socket_ = std::move(*socket);
    pipeline_->announce(socket_.string());  // Before it listens: who starts can be told to stop.
    Result<std::unique_ptr<Watcher>> watcher = Watcher::start(
        options_.pipeline.root, pipeline_->options().state_folder, options_.watch, &first_listing_);
    if (!watcher) return watcher.error();
    watcher_ = std::move(*watcher);
    validator_ = std::make_unique<ValidateThread>(
        *pipeline_, options_.validate_every,
        ValidateThread::Hooks{[this](auto then) { sync(std::move(then)); },
                              [this] { mailbox_.wake(); },
                              [this](const Validation& found) { note_validation(found); }});
    Result<std::unique_ptr<Server>> server = Server::listen(socket_, *this);
    if (!server) return server.error();
    server_ = std::move(*server);
    if (const auto port = options_.http_port ? options_.http_port : config->http_port) {
      Result<std::unique_ptr<HttpServer>> http =
          HttpServer::listen(*port, pipeline_->options().state_folder);
      if (!http) return http.error();
      http_ = std::move(*http);
    }
    for (const std::string& notice : pipeline_->notices()) say(notice);
    notices_said_ = pipeline_->notices().size();
    writer_thread_ = std::thread([this] { write_loop(); });
    watch_thread_ = std::thread([this] { watch_loop(); });
    return Ok{};
  }

  void wait() override {
    if (writer_thread_.joinable()) writer_thread_.join();
    if (watch_thread_.joinable()) watch_thread_.join();
  }
  void request_stop() noexcept override {
    mailbox_.stop();
    if (watcher_) watcher_->wake();
  }
  Pipeline& pipeline() noexcept override { return *pipeline_; }
  std::filesystem::path socket() const override {
    const std::lock_guard guard(mutex_);
    return socket_;
  }

 private:
  // --- threads
  // --------------------------------------------------------------------------------------

  void watch_loop() {
    while (!mailbox_.stopped()) {
      const std::optional<SettledChange> asked = mailbox_.asked();
      SettledChange change = watcher_->step(asked ? milliseconds(0) : kTick);
      mailbox_.put(std::move(change), watcher_->cookies_seen());
      if (asked) mailbox_.answer(watcher_->unsettled(*asked));
    }
  }

  void write_loop() {
    first_index();
    milliseconds retry{0};
    while (!mailbox_.stopped()) {
      Mailbox::Batch batch = mailbox_.take(pipeline_->dirty() > 0 ? retry : kTick);
      validator_->write_pending([this](const Outcome& outcome) {
        note_success(outcome);
        publish(outcome);
      });
      due_requests_->consider(unix_ms(), [this](const std::string& text) { say(text); });
      const bool work = !batch.change.empty() || pipeline_->dirty() > 0;
      if (work && !mailbox_.stopped()) {
        switch (apply(batch)) {
          case Applied::done:
            retry = milliseconds{0};
            break;
          case Applied::overtaken:
            retry = kUnrestPause;
            break;
          case Applied::failed:
            retry = next_retry(retry);
        }
      } else {
        mailbox_.done(batch);
        look_around();
      }
    }
    validator_->stop();
    static_cast<void>(pipeline_->checkpoint());
  }

  void first_index() {
    SettledChange all;
    all.rescan = true;
    all.cause =
        raw(pipeline_->snapshot()->sequence()) == 0 ? Cause::initial_scan : Cause::reconcile;
    const auto progress = [this](const Progress& at) {
      if (events_.progress) events_.progress(at);
      const std::lock_guard guard(mutex_);
      progress_ = at;
    };
    Result<Outcome> outcome = mending(apply_mended(*pipeline_, all, progress, &first_listing_));
    first_listing_ = {};
    if (!outcome) {
      note_failure(outcome.error());
    } else if (!outcome->overtaken) {  // Else asked to stop: the next start begins with the disk.
      note_success(*outcome);
      if (events_.indexed) events_.indexed(*outcome);
      publish(*outcome);
    }
    become_ready();
  }

  enum class Applied { done, overtaken, failed };

  Applied apply(Mailbox::Batch& batch) {
    if (root_gone()) {
      mailbox_.done(batch);
      return Applied::done;
    }
    batch_ = &batch;
    const SettledChange change = batch.change;  // The batch grows by what joins it.
    Result<Outcome> outcome =
        pipeline_->database_present() ? mending(apply_mended(*pipeline_, change)) : recreate(batch);
    if (!outcome && outcome.error().kind == ErrorKind::corrupt) outcome = replace(batch);
    batch_ = nullptr;
    if (!outcome) {
      note_failure(outcome.error());
      mailbox_.failed(batch, outcome.error());
      return Applied::failed;
    }
    // Whoever waits for this batch is told with the next one, which has its paths too.
    if (outcome->overtaken) return Applied::overtaken;
    note_success(*outcome);
    publish(*outcome);
    mailbox_.done(batch);
    return Applied::done;
  }

  /// Says what had to be mended first.
  Result<Outcome> mending(MendedApply applied) {
    if (applied.mended) {
      note_validation(*applied.mended);
      for (const Outcome& repaired : applied.repaired) publish(repaired);
    }
    return std::move(applied.outcome);
  }

  /// What was saved while a change set is read and linked, if there is any: nothing is waited for.
  SettledChange arrived() {
    if (batch_ == nullptr) return {};
    const bool unsettled = watcher_->pending() > 0;
    return mailbox_.join(*batch_,
                         unsettled ? [this] { watcher_->hurry(); } : std::function<void()>());
  }

  /// Files that are written all the time must not keep their project from ever being seen.
  bool overtaken(const SettledChange& change) {
    if (!mailbox_.overtaken(change, [this] { watcher_->wake(); })) {
      unrest_since_.reset();
      return false;
    }
    if (!unrest_since_) unrest_since_ = Clock::now();
    if (Clock::now() - *unrest_since_ < kUnrestLimit) return true;
    unrest_since_.reset();
    return false;
  }

  /// The database is gone: begin a new one from memory, then apply what changed.
  Result<Outcome> recreate(const Mailbox::Batch& batch) {
    Result<Outcome> outcome = pipeline_->recreate_database();
    if (!outcome) return outcome;
    publish(*outcome);
    return pipeline_->apply(SettledChange(batch.change));
  }

  /// The database was damaged under the service: it is set aside and begun anew from memory.
  Result<Outcome> replace(const Mailbox::Batch& batch) {
    Repair repair;
    repair.sequence = pipeline_->snapshot()->sequence();
    repair.new_database = true;
    Result<Outcome> outcome = pipeline_->repair(repair);
    if (!outcome) return outcome;
    publish(*outcome);
    return pipeline_->apply(SettledChange(batch.change));
  }

  void publish(const Outcome& outcome) {
    if (outcome.delta.empty()) return;
    ++commits_;
    checkpoint_due_ = true;
    if (server_->clients() > 0)
      server_->publish(delta_to_json(outcome, pipeline_->published().committed_ms));
    if (ready_ && events_.delta) events_.delta(outcome);
  }

  /// A project folder that was removed or moved away ends the service; it is never made again.
  bool root_gone() {
    std::error_code ignored;
    if (std::filesystem::is_directory(options_.pipeline.root, ignored)) return false;
    say("The project folder is gone: the service ends.");
    request_stop();
    return true;
  }

  /// A socket whose file was removed (somebody cleaned up, a session ended) is made anew: who is
  /// connected stays, and who comes finds the service again.
  void keep_reachable() {
    if (server_->reachable()) return;
    const Result<std::filesystem::path> path = socket_path(options_.pipeline.root);
    const Result<> listening = path ? server_->listen_again(*path) : Result<>(path.error());
    if (!listening) {
      const std::string failure = listening.error().message();
      if (std::exchange(unreachable_, failure) != failure) say(failure);
      return;
    }
    unreachable_.clear();
    pipeline_->announce(path->string());
    {
      const std::lock_guard guard(mutex_);
      socket_ = *path;
    }
    say("The socket was removed: it is made anew as " + path->string() + ".");
  }

  /// Runs when nothing is to be written.
  void look_around() {
    mailbox_.expire(kSyncPatience);
    if (root_gone()) return;
    keep_reachable();
    if (!pipeline_->database_present()) {
      const Result<Outcome> outcome = recreate({});
      if (outcome) {
        note_success(*outcome);
      } else {
        note_failure(outcome.error());
      }
    } else if (checkpoint_due_) {
      checkpoint_due_ = false;
      static_cast<void>(pipeline_->checkpoint());
    }
    backups_->consider(pipeline_->snapshot()->sequence(), unix_ms(), begun_ms_);
    if (const std::string failure = backups_->failure(); !failure.empty()) say(failure);
    say_new_notices();
    const std::uint64_t asked = server_->requests() + (http_ ? http_->requests() : 0);
    if (idle_.over(asked + commits_, server_->clients())) {
      say("Nobody asked and nothing changed for " + std::to_string(idle_.limit().count()) +
          " minutes: the service ends.");
      request_stop();
    }
  }

  milliseconds next_retry(milliseconds last) {
    std::uniform_int_distribution<int> jitter(80, 120);
    const milliseconds doubled = last.count() == 0 ? milliseconds(100) : last * 2;
    return std::min(doubled * jitter(random_) / 100, kRetryCap);
  }

  /// When the first transaction that is left was committed; now, where there is none.
  std::int64_t begin_of_log() const {
    const Result<std::unique_ptr<Reader>> reader = pipeline_->reader();
    if (!reader) return unix_ms();
    const Result<Reader::Table> first =
        (*reader)->sql("SELECT committed_ms FROM transactions ORDER BY sequence LIMIT 1", 1, 1000);
    if (!first || first->rows.empty() || !first->rows[0][0]) return unix_ms();
    return std::stoll(*first->rows[0][0]);
  }

  // --- what people hear
  // -----------------------------------------------------------------------------

  void say(const std::string& notice) {
    if (events_.notice) events_.notice(notice);
  }
  void say_new_notices() {
    const std::vector<std::string> all = pipeline_->notices();
    for (; notices_said_ < all.size(); ++notices_said_) say(all[notices_said_]);
    std::vector<std::string> found;
    {
      const std::lock_guard guard(mutex_);
      found.swap(validations_);
    }
    for (const std::string& text : found) say(text);
  }
  void note_validation(const Validation& found) {
    const std::lock_guard guard(mutex_);
    validations_.push_back(told(found));
  }
  void note_failure(const Error& error) {
    const std::lock_guard guard(mutex_);
    if (last_error_ != error.message()) say(error.message());
    last_error_ = error.message();
  }
  void note_success(const Outcome& outcome) {
    const std::lock_guard guard(mutex_);
    last_error_.clear();
    troubles_ = outcome.troubles;
  }

  // --- Host, for the server's threads
  // ---------------------------------------------------------------

  View view() const override {
    Pipeline::Published published = pipeline_->published();
    View view;
    view.snapshot = std::move(published.snapshot);
    view.freshness = {published.committed_ms, pending(), true, false, {}};
    return view;
  }
  std::size_t pending() const {
    return watcher_->pending() + mailbox_.pending() + pipeline_->dirty() + (ready_ ? 0 : 1);
  }
  std::string root() const override { return options_.pipeline.root.string(); }
  std::filesystem::path state_folder() const override { return pipeline_->options().state_folder; }
  Result<std::unique_ptr<Reader>> reader() const override { return pipeline_->reader(); }
  std::uint64_t database_generation() const noexcept override {
    return pipeline_->database_generation();
  }

  Json status() const override {
    StatusFacts facts;
    facts.root = root();
    facts.socket = socket().string();
    facts.database = (pipeline_->options().state_folder / "deltagraph.db").string();
    if (http_) facts.http = "http://127.0.0.1:" + std::to_string(http_->port());
    facts.database_size = pipeline_->database_size();
    facts.published = pipeline_->published();
    facts.pending = pending();
    facts.ready = ready_;
    facts.watch = watcher_->status();
    facts.clients = server_ ? server_->clients() : 0;
    facts.uptime_ms = std::chrono::duration_cast<milliseconds>(Clock::now() - started_).count();
    facts.notices = pipeline_->notices();
    facts.validation = validator_ ? validator_->status() : Json();
    facts.backups = list_backups(pipeline_->options().state_folder);
    const std::lock_guard guard(mutex_);
    facts.progress = progress_;
    facts.last_error = last_error_;
    facts.troubles = troubles_;
    return status_json(facts);
  }

  std::vector<std::string> take_notices() override {
    std::vector<std::string> all = pipeline_->notices();
    const std::size_t told = notices_told_.exchange(all.size());
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(told, all.size())));
    return all;
  }

  void when_ready(std::function<void()> then) override {
    {
      const std::lock_guard guard(mutex_);
      if (!ready_) {
        ready_waiters_.push_back(std::move(then));
        return;
      }
    }
    then();
  }
  void become_ready() {
    std::vector<std::function<void()>> waiters;
    {
      const std::lock_guard guard(mutex_);
      ready_ = true;
      waiters.swap(ready_waiters_);
    }
    for (const auto& then : waiters) then();
  }

  void sync(std::function<void(Result<>)> then) override {
    when_ready([this, then = std::move(then)] {
      const Result<std::uint64_t> cookie = watcher_->cookie();
      if (!cookie) return mailbox_.wait_for_rescan(then);
      mailbox_.wait_for_cookie(*cookie, then);
    });
  }
  void validate(const ValidateOptions& options,
                std::function<void(const Validation&)> then) override {
    when_ready([this, options, then = std::move(then)] { validator_->ask(options, then); });
  }
  void stop() noexcept override { request_stop(); }

  ServiceOptions options_;
  ServiceEvents events_;
  Clock::time_point started_ = Clock::now();
  Listing first_listing_;               // Writer thread.
  std::size_t notices_said_ = 0;        // Writer thread.
  bool checkpoint_due_ = false;         // Writer thread.
  std::uint64_t commits_ = 0;           // Published so far. Writer thread.
  Mailbox::Batch* batch_ = nullptr;     // That is applied now. Writer thread.
  Idle idle_{std::chrono::minutes(0)};  // Writer thread.
  std::optional<Clock::time_point>
      unrest_since_;                             // Of changes overtaken without end. Writer thread.
  std::string unreachable_;                      // Why there is no socket. Writer thread.
  std::mt19937 random_{std::random_device{}()};  // Writer thread; jitter only.
  Mailbox mailbox_;
  std::atomic<bool> ready_{false};
  std::atomic<std::size_t> notices_told_{0};  // In answers.

  mutable std::mutex mutex_;  // Guards what follows.
  std::filesystem::path socket_;
  std::vector<std::function<void()>> ready_waiters_;
  std::vector<std::string> validations_;  // What the validator found by itself, to be said.
  Progress progress_;                     // Of the first index.
  std::string last_error_;
  std::vector<Listing::Trouble> troubles_;

  std::int64_t begun_ms_ = 0;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<AutomaticBackups> backups_;
  std::unique_ptr<DueRequests> due_requests_;
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<ValidateThread> validator_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<HttpServer> http_;  // Null: nobody asked for it.
  std::thread writer_thread_, watch_thread_;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::start(const ServiceOptions& options,
                                                ServiceEvents events) {
  auto service = std::make_unique<RunningService>(options, std::move(events));
  const Result<> opened = service->open();
  if (!opened) return opened.error();
  return std::unique_ptr<Service>(std::move(service));
}

}  // namespace dg
