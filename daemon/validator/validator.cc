#include "daemon/validator/validator.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace dg {
namespace {

Finding unreadable(const Error& error) {
  return {Stage::database, "", "", error.thing, "SQLite", error.reason, "expected", "readable"};
}

/// Fixes the tables at one commit and takes the snapshot of that very commit. The writer publishes
/// right after it commits, so that one of the two is at most a moment behind the other.
class Pin final : public Check {
 public:
  Pin(const Pipeline& pipeline, std::unique_ptr<Audit>& audit, std::uint64_t& stored_digest,
      Evidence& evidence, Pace& pace)
      : pipeline_(pipeline),
        audit_(audit),
        stored_digest_(stored_digest),
        evidence_(evidence),
        pace_(pace) {}

  bool step() override {
    if (audit_ == nullptr) return open();
    const Result<Audit::Head> head = audit_->begin();
    if (!head) return fail(head.error());
    const SnapshotPtr snapshot = pipeline_.snapshot();
    if (head->sequence != snapshot->sequence()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      pace_.waited();
      return ++attempts_ < kAttempts || fail_behind(*head, *snapshot);
    }
    stored_digest_ = head->graph_digest;
    evidence_.snapshot = snapshot;
    evidence_.files = snapshot->files();
    return false;
  }

 private:
  static constexpr int kAttempts = 2000;

  bool open() {
    Result<std::unique_ptr<Audit>> audit = pipeline_.audit();
    if (!audit) return fail(audit.error());
    audit_ = std::move(*audit);
    return true;
  }
  bool fail(const Error& error) {
    evidence_.unreadable = error.kind == ErrorKind::corrupt;
    evidence_.add(unreadable(error));
    give_up();
    return false;
  }
  bool fail_behind(const Audit::Head& head, const Snapshot& snapshot) {
    evidence_.memory_differs = true;
    evidence_.add({Stage::memory, "", "", "sequence", "graph",
                   std::to_string(raw(snapshot.sequence())), "tables",
                   std::to_string(raw(head.sequence))});
    give_up();
    return false;
  }
  void give_up() {
    audit_.reset();
    evidence_.snapshot = pipeline_.snapshot();
    evidence_.files = evidence_.snapshot->files();
  }

  const Pipeline& pipeline_;
  std::unique_ptr<Audit>& audit_;
  std::uint64_t& stored_digest_;
  Evidence& evidence_;
  Pace& pace_;
  int attempts_ = 0;
};

}  // namespace

const char* to_string(Stage stage) noexcept {
  static constexpr const char* kNames[kStageCount] = {"database", "memory", "tables", "log",
                                                      "disk",     "parse",  "rebuild"};
  return kNames[static_cast<int>(stage)];
}

void Evidence::add(Finding finding) {
  ++total;
  ++by_stage[static_cast<int>(finding.stage)];
  if (findings.size() < kMaxFindings) findings.push_back(std::move(finding));
}

bool Pace::mark(Stage stage) {
  const Clock::time_point now = Clock::now();
  const double ms = std::chrono::duration<double, std::milli>(now - since_).count();
  since_ = now;
  ++work_.steps;
  work_.total_ms += ms;
  work_.units += units_;
  work_.most_units = std::max(work_.most_units, std::exchange(units_, 0));
  if (ms > work_.longest_ms) {
    work_.longest_ms = ms;
    work_.longest_in = stage;
  }
  return !go_on_ || go_on_();
}

Validator::Validator(const Pipeline& pipeline, Depth depth, Hooks hooks)
    : pipeline_(pipeline),
      depth_(depth),
      settle_(std::move(hooks.settle)),
      pace_(std::move(hooks.go_on)) {}
Validator::~Validator() = default;

bool Pace::mark_where_full(Stage stage) {
  count();
  return !is_full() || mark(stage);
}

std::unique_ptr<Check> Validator::next_check() {
  const bool full = depth_ != Depth::light;
  const bool deep = depth_ == Depth::deep;
  while (true) {
    // Without a readable database, only sources and graph can be compared.
    const bool tables = audit_ != nullptr && !evidence_.unreadable;
    switch (at_++) {
      case 0:
        stage_ = Stage::memory;
        return std::make_unique<Pin>(pipeline_, audit_, stored_digest_, evidence_, pace_);
      case 1:
        stage_ = Stage::database;
        if (tables && full) return integrity_check(*audit_, evidence_, pace_);
        break;
      case 2:
        stage_ = Stage::memory;
        if (tables) return memory_check(stored_digest_, evidence_, pace_);
        break;
      case 3:
        stage_ = Stage::tables;
        if (tables) return table_check(*audit_, full, evidence_, pace_);
        break;
      case 4:
        stage_ = Stage::log;
        if (tables && full) return log_check(pipeline_, *audit_, evidence_, pace_);
        break;
      case 5:
        stage_ = Stage::parse;
        return parse_check(pipeline_, deep, evidence_, pace_);
      case 6:
        stage_ = Stage::rebuild;
        if (deep) return rebuild_check(evidence_, pace_);
        break;
      case 7:
        stage_ = Stage::disk;
        return disk_check(pipeline_, deep, settle_, evidence_, pace_);
      default:
        return nullptr;
    }
  }
}

bool Validator::step() {
  if (stopped_) return false;
  pace_.waited();
  if (check_ == nullptr) check_ = next_check();
  if (check_ == nullptr) return false;
  const bool more = check_->step();
  stopped_ = !pace_.mark(stage_);
  if (more || stopped_) return !stopped_;
  // Letting go of what a check collected is work too.
  check_.reset();
  stopped_ = !pace_.mark(stage_);
  return !stopped_;
}

}  // namespace dg
