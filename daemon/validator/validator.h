#pragma once
/// \file
/// Validator: compares what should be the same, in small steps (REFERENCE §7.1.3, RELIABILITY
/// §2.5).
///
/// Four sides: graph and tables, tables and log, tables and disk, files and a fresh parse; and
/// SQLite's own checks. It reads on a connection of its own and holds one snapshot, so that neither
/// the writer nor readers wait for it. It changes nothing: repair.h does.
///
/// Thread rule: one thread at a time; any but the writer's may be it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/validator/evidence.h"
#include "storage/audit/audit.h"

namespace dg {

enum class Depth : std::uint8_t {
  light,  ///< Graph, tables, disk by size and time, a sample of files parsed.
  full,   ///< And the log, and SQLite's checks.
  deep,   ///< And every file's bytes, a parse of each, and a fresh index.
};

/// Work counted, which tests assert instead of time. A unit is a row, an event, a folder, or a
/// file that is looked at as a whole: what is done in one go.
struct ValidationWork {
  std::uint64_t files = 0, atoms = 0, events = 0, read = 0, parsed = 0;
  std::uint64_t steps = 0, units = 0;
  std::uint64_t most_units = 0;        ///< In one step.
  double total_ms = 0;                 ///< Summed over the steps.
  double longest_ms = 0;               ///< The longest step; none of them holds a lock.
  Stage longest_in = Stage::database;  ///< Where that was.
};

/// Cuts work into steps: what lies between two marks can neither be stopped nor gives way.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Pace(std::function<bool()> go_on) : go_on_(std::move(go_on)) {}

  /// Units done since the last mark.
  void count(std::uint64_t units = 1) { units_ += units; }
  /// A step of this stage ends and the next begins. False: the validation shall end.
  bool mark(Stage stage);
  /// For work that is called out of: counts a unit, and marks where the step is full.
  bool mark_where_full(Stage stage);
  /// What passed since the last mark was no work: somebody was waited for.
  void waited() { since_ = Clock::now(); }
  /// Whether the step has done what one may do. It may be asked after each unit.
  bool is_full() const { return units_ >= kMostUnits || Clock::now() - since_ >= kSlice; }

  /// Time that a step fills with units, one at least, and the most that it does however fast.
  static constexpr std::chrono::milliseconds kSlice{4};
  static constexpr std::uint64_t kMostUnits = 256;

  const ValidationWork& work() const noexcept { return work_; }
  ValidationWork& work() noexcept { return work_; }

 private:
  std::function<bool()> go_on_;
  ValidationWork work_;
  std::uint64_t units_ = 0;
  Clock::time_point since_ = Clock::now();
};

/// One part of a validation; step() does a bounded piece and tells whether there is more.
class Check {
 public:
  virtual ~Check() = default;
  virtual bool step() = 0;
};

class Validator {
 public:
  struct Hooks {
    /// Waits until what is on disk now is in the graph, for differences with the disk that are only
    /// changes on their way; may be empty.
    std::function<void()> settle;
    /// Asked between steps; false ends the validation early. May be empty.
    std::function<bool()> go_on;
  };
  Validator(const Pipeline& pipeline, Depth depth, Hooks hooks = {});
  ~Validator();

  /// Does the next piece, of a few milliseconds; false when all is done, or hooks.go_on said so.
  bool step();
  bool stopped() const noexcept { return stopped_; }
  Stage stage() const noexcept { return stage_; }  ///< Of the step that was done last.
  const Evidence& evidence() const noexcept { return evidence_; }
  const ValidationWork& work() const noexcept { return pace_.work(); }

 private:
  std::unique_ptr<Check> next_check();

  const Pipeline& pipeline_;
  Depth depth_;
  std::function<void()> settle_;
  Pace pace_;
  bool stopped_ = false;
  Evidence evidence_;
  int at_ = 0;  ///< Number of the next check.
  Stage stage_ = Stage::memory;
  std::uint64_t stored_digest_ = 0;  ///< Of the graph, with the pinned commit.
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Check> check_;
};

/// Calls `item` for [next, count) until the step is full; false when all are done.
template <typename Item>
bool in_steps(Pace& pace, std::size_t& next, std::size_t count, const Item& item) {
  while (next < count) {
    item(next++);
    pace.count();
    if (pace.is_full()) break;
  }
  return next < count;
}

// The checks, each in a file of its own. `audit` has begun where it is given.
std::unique_ptr<Check> integrity_check(Audit& audit, Evidence& evidence, Pace& pace);
std::unique_ptr<Check> memory_check(std::uint64_t stored_digest, Evidence& evidence, Pace& pace);
std::unique_ptr<Check> table_check(Audit& audit, bool all, Evidence& evidence, Pace& pace);
std::unique_ptr<Check> log_check(const Pipeline& pipeline, Audit& audit, Evidence& evidence,
                                 Pace& pace);
std::unique_ptr<Check> disk_check(const Pipeline& pipeline, bool all_bytes,
                                  const std::function<void()>& settle, Evidence& evidence,
                                  Pace& pace);
std::unique_ptr<Check> parse_check(const Pipeline& pipeline, bool all, Evidence& evidence,
                                   Pace& pace);
std::unique_ptr<Check> rebuild_check(Evidence& evidence, Pace& pace);

}  // namespace dg
