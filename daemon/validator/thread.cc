#include "daemon/validator/thread.h"

#include <memory>
#include <utility>

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::hours kFullEvery{1};
constexpr std::chrono::seconds kSettlePatience{15};

}  // namespace

ValidateThread::ValidateThread(Pipeline& pipeline, std::chrono::seconds every, Hooks hooks)
    : pipeline_(pipeline),
      every_(every),
      hooks_(std::move(hooks)),
      last_full_(Clock::now()),
      thread_([this] { loop(); }) {}

ValidateThread::~ValidateThread() {
  stop();
  join();
}

void ValidateThread::join() {
  if (thread_.joinable()) thread_.join();
}

void ValidateThread::stop() {
  const std::lock_guard guard(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void ValidateThread::ask(const ValidateOptions& options, Then then) {
  {
    const std::lock_guard guard(mutex_);
    if (!stopped_) {
      tasks_.push_back({options, std::move(then)});
      changed_.notify_all();
      return;
    }
  }
  Validation none;
  none.failure = "the service stops";
  then(none);
}

void ValidateThread::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto called = [&] { return stopped_ || !tasks_.empty(); };
    const bool asked = every_.count() > 0 ? changed_.wait_for(lock, every_, called)
                                          : (changed_.wait(lock, called), true);
    if (stopped_) break;
    Task task;
    if (asked) {
      task = std::move(tasks_.front());
      tasks_.pop_front();
    } else if (pipeline_.snapshot()->sequence() != looked_at_) {
      task = next_of_itself();
    } else {
      continue;
    }
    lock.unlock();
    run(std::move(task));
    lock.lock();
  }
  std::deque<Task> left = std::move(tasks_);
  lock.unlock();
  Validation none;
  none.failure = "the service stops";
  for (const Task& task : left) task.then(none);
}

ValidateThread::Task ValidateThread::next_of_itself() {
  Task task;
  const Clock::time_point now = Clock::now();
  const bool full = now - last_full_ >= kFullEvery;
  if (full) last_full_ = now;
  task.options.depth = full ? Depth::full : Depth::light;
  task.options.repair = true;
  task.then = [this](const Validation& validation) {
    if (!validation.consistent() && hooks_.by_itself) hooks_.by_itself(validation);
  };
  return task;
}

void ValidateThread::run(Task task) {
  task.options.settle = [this] { settle(); };
  task.options.write = [this](const Repair& repair) { return on_writer(repair); };
  task.options.go_on = [this] {
    const std::lock_guard guard(mutex_);
    return !stopped_;
  };
  Validation validation = validate(pipeline_, task.options);
  looked_at_ = pipeline_.snapshot()->sequence();
  {
    const std::lock_guard guard(mutex_);
    if (stopped_) validation.failure = "the service stops";
    last_ = validation;
  }
  task.then(validation);
}

void ValidateThread::settle() {
  // The answer may come after this has given up: it has a place of its own.
  struct Answer {
    std::mutex mutex;
    std::condition_variable come;
    bool there = false;
  };
  const auto answer = std::make_shared<Answer>();
  hooks_.sync([answer](const Result<>&) {
    const std::lock_guard guard(answer->mutex);
    answer->there = true;
    answer->come.notify_all();
  });
  std::unique_lock lock(answer->mutex);
  answer->come.wait_for(lock, kSettlePatience, [&] { return answer->there; });
}

Result<Outcome> ValidateThread::on_writer(const Repair& repair) {
  Writing writing{&repair, {}};
  std::unique_lock lock(mutex_);
  writing_ = &writing;
  lock.unlock();
  hooks_.wake_writer();
  lock.lock();
  // Once the writer has taken it, it is waited for to its end.
  changed_.wait(lock, [&] { return writing.outcome || (stopped_ && writing_ == &writing); });
  if (writing.outcome) return std::move(*writing.outcome);
  writing_ = nullptr;
  return Error{ErrorKind::cancelled, "repair", "the service stops", "Validate again"};
}

void ValidateThread::write_pending(const std::function<void(const Outcome&)>& done) {
  Writing* writing = nullptr;
  {
    const std::lock_guard guard(mutex_);
    writing = std::exchange(writing_, nullptr);
  }
  if (writing == nullptr) return;
  Result<Outcome> outcome = pipeline_.repair(*writing->repair);
  if (outcome) done(*outcome);
  const std::lock_guard guard(mutex_);
  writing->outcome = std::move(outcome);
  changed_.notify_all();
}

Json ValidateThread::status() const {
  const std::lock_guard guard(mutex_);
  return {{"every_s", every_.count()}, {"last", last_ ? summary_json(*last_) : Json()}};
}

}  // namespace dg
