#pragma once
/// \file
/// The validator of a running service: asked, and by itself every so often while there is change.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/validator/run.h"

namespace dg {

/// Owns one thread, which reads; what it repairs, the writer's thread writes in between its own
/// work. By itself it takes a light look after each interval in which something was committed, and
/// a full one once an hour; an idle project costs nothing. Thread-safe.
class ValidateThread {
 public:
  using Then = std::function<void(const Validation&)>;
  struct Hooks {
    std::function<void(std::function<void(Result<>)>)> sync;  ///< As Host::sync.
    std::function<void()> wake_writer;                        ///< write_pending() shall be called.
    Then by_itself;  ///< After each run that nobody asked for and that found something.
  };

  /// `every` 0: only when asked.
  ValidateThread(Pipeline& pipeline, std::chrono::seconds every, Hooks hooks);
  ~ValidateThread();

  /// `then` is called once, from the thread; also when it is stopped, with what there is by then.
  void ask(const ValidateOptions& options, Then then);
  /// Makes the repair that waits, if one does; `done` hears of it. Writer thread.
  void write_pending(const std::function<void(const Outcome&)>& done);
  /// Ends the run under way and all to come; later calls of ask() are answered at once.
  void stop();
  /// After stop(): returns when everybody who asked has been answered.
  void join();
  /// {"every_s", "last": summary or null}
  Json status() const;

 private:
  struct Task {
    ValidateOptions options;
    Then then;
  };
  struct Writing {
    const Repair* repair = nullptr;
    std::optional<Result<Outcome>> outcome;
  };
  void loop();
  void run(Task task);
  Task next_of_itself();
  Result<Outcome> on_writer(const Repair& repair);
  void settle();

  Pipeline& pipeline_;
  const std::chrono::seconds every_;
  const Hooks hooks_;
  std::chrono::steady_clock::time_point last_full_;  ///< Own thread.
  Sequence looked_at_{};                             ///< Own thread.

  mutable std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable changed_;
  bool stopped_ = false;
  std::deque<Task> tasks_;
  Writing* writing_ = nullptr;  ///< What the writer shall do; null: nothing.
  std::optional<Validation> last_;

  std::thread thread_;
};

}  // namespace dg
