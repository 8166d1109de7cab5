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

/// Work counted, which tests assert instead of time.
struct ValidationWork {
  std::uint64_t files = 0, atoms = 0, events = 0, read = 0, parsed = 0, steps = 0;
  double total_ms = 0;    ///< Summed over the steps.
  double longest_ms = 0;  ///< The longest step; none of them holds a lock.
};

/// One part of a validation; step() does a bounded piece and tells whether there is more.
class Check {
 public:
  virtual ~Check() = default;
  virtual bool step() = 0;
};

class Validator {
 public:
  /// `settle` waits until what is on disk now is in the graph, for differences with the disk that
  /// are only changes on their way; may be empty.
  Validator(const Pipeline& pipeline, Depth depth, std::function<void()> settle = {});
  ~Validator();

  /// Does the next piece, of a few milliseconds; false when all is done.
  bool step();
  const Evidence& evidence() const noexcept { return evidence_; }
  const ValidationWork& work() const noexcept { return work_; }

 private:
  std::unique_ptr<Check> next_check();

  const Pipeline& pipeline_;
  Depth depth_;
  std::function<void()> settle_;
  Evidence evidence_;
  ValidationWork work_;
  int at_ = 0;                       ///< Number of the next check.
  std::uint64_t stored_digest_ = 0;  ///< Of the graph, with the pinned commit.
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Check> check_;
};

/// Time that a step fills with items, one at least.
inline constexpr std::chrono::milliseconds kSlice{4};

/// Calls `item` for [next, count) until the slice is used up; false when all are done.
template <typename Item>
bool in_slices(std::size_t& next, std::size_t count, const Item& item) {
  const auto end = std::chrono::steady_clock::now() + kSlice;
  while (next < count) {
    item(next++);
    if (std::chrono::steady_clock::now() >= end) break;
  }
  return next < count;
}

// The checks, each in a file of its own. `audit` has begun where it is given.
std::unique_ptr<Check> integrity_check(Audit& audit, Evidence& evidence);
std::unique_ptr<Check> memory_check(std::uint64_t stored_digest, Evidence& evidence);
std::unique_ptr<Check> table_check(Audit& audit, Evidence& evidence, ValidationWork& work);
std::unique_ptr<Check> log_check(const Pipeline& pipeline, Audit& audit, Evidence& evidence,
                                 ValidationWork& work);
std::unique_ptr<Check> disk_check(const Pipeline& pipeline, bool all_bytes,
                                  const std::function<void()>& settle, Evidence& evidence,
                                  ValidationWork& work);
std::unique_ptr<Check> parse_check(const Pipeline& pipeline, bool all, Evidence& evidence,
                                   ValidationWork& work);
std::unique_ptr<Check> rebuild_check(Evidence& evidence);

}  // namespace dg
