#include "daemon/validator/validator.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

Finding unreadable(const Error& error) {
  return {Stage::database, "", "", error.thing, "SQLite", error.reason, "expected", "readable"};
}

/// Fixes the tables at one commit and takes the snapshot of that very commit. The writer publishes
/// right after it commits, so that one of the two is at most a moment behind the other.
class Pin final : public Check {
 public:
  Pin(const Pipeline& pipeline, std::unique_ptr<Audit>& audit, std::uint64_t& stored_digest,
      Evidence& evidence)
      : pipeline_(pipeline), audit_(audit), stored_digest_(stored_digest), evidence_(evidence) {}

  bool step() override {
    if (audit_ == nullptr && !open()) return false;
    const Result<Audit::Head> head = audit_->begin();
    if (!head) return fail(head.error());
    const SnapshotPtr snapshot = pipeline_.snapshot();
    if (head->sequence != snapshot->sequence()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
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

Validator::Validator(const Pipeline& pipeline, Depth depth, std::function<void()> settle)
    : pipeline_(pipeline), depth_(depth), settle_(std::move(settle)) {}
Validator::~Validator() = default;

std::unique_ptr<Check> Validator::next_check() {
  const bool full = depth_ != Depth::light;
  const bool deep = depth_ == Depth::deep;
  while (true) {
    // Without a readable database, only sources and graph can be compared.
    const bool tables = audit_ != nullptr && !evidence_.unreadable;
    switch (at_++) {
      case 0:
        return std::make_unique<Pin>(pipeline_, audit_, stored_digest_, evidence_);
      case 1:
        if (tables && full) return integrity_check(*audit_, evidence_);
        break;
      case 2:
        if (tables) return memory_check(stored_digest_, evidence_);
        break;
      case 3:
        if (tables) return table_check(*audit_, evidence_, work_);
        break;
      case 4:
        if (tables && full) return log_check(pipeline_, *audit_, evidence_, work_);
        break;
      case 5:
        return parse_check(pipeline_, deep, evidence_, work_);
      case 6:
        if (deep) return rebuild_check(evidence_);
        break;
      case 7:
        return disk_check(pipeline_, deep, settle_, evidence_, work_);
      default:
        return nullptr;
    }
  }
}

bool Validator::step() {
  const Clock::time_point start = Clock::now();
  if (check_ == nullptr) check_ = next_check();
  const bool more = check_ != nullptr;
  if (more && !check_->step()) check_.reset();
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  ++work_.steps;
  work_.total_ms += ms;
  work_.longest_ms = std::max(work_.longest_ms, ms);
  return more;
}

}  // namespace dg
