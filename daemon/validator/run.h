#pragma once
/// \file
/// One validation from begin to end, with repair; and what is told about it.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "daemon/protocol/json_rpc.h"
#include "daemon/validator/validator.h"

namespace dg {

/// What a validation came to.
struct Validation {
  Depth depth = Depth::full;
  bool repair = false;          ///< Repairs were asked for.
  Sequence sequence{};          ///< The state that was validated first.
  std::int64_t started_ms = 0;  ///< Unix time.
  ValidationWork work;          ///< Of all rounds.
  std::uint64_t found = 0;      ///< Differences of the first round.
  std::uint64_t by_stage[kStageCount] = {};
  std::vector<Finding> findings;     ///< The first of them.
  std::vector<Finding> left;         ///< After the repairs; empty: all is as it should be.
  std::uint64_t left_count = 0;      ///< All of what is left.
  std::vector<Sequence> reconciled;  ///< Commits that repaired something.
  std::vector<LogLoss> lost;         ///< History that is known to be gone.
  std::string failure;               ///< Why a repair could not be made; empty: none failed.
  bool consistent() const noexcept { return found == 0; }
};

struct ValidateOptions {
  Depth depth = Depth::full;
  bool repair = false;
  /// Waits until what is on disk is in the graph; may be empty.
  std::function<void()> settle;
  /// Runs a repair on the writer's thread; empty: this is the writer's thread.
  std::function<Result<Outcome>(const Repair&)> write;
  /// Called between steps; false ends the validation early. May be empty.
  std::function<bool()> go_on;
};

/// Repairs in rounds, each with a new look, since one difference may hide another; at most four.
Validation validate(Pipeline& pipeline, const ValidateOptions& options);

/// {"consistent", "depth", "sequence", "started_ms", "found", "by_stage": {…}, "findings":
/// [{"stage", "file", "atom", "thing", "a": {"side", "says"}, "b": {…}}], "repaired", "left": […],
/// "reconciled": [sequence], "lost_history": [{"sequence", "what"}], "work": {"files", "atoms",
/// "events", "read", "parsed", "steps", "units", "most_units_in_a_step", "ms", "longest_step_ms",
/// "longest_step": stage}}
Json to_json(const Validation& validation);
/// The last run in a few words, for status.
Json summary_json(const Validation& validation);
const char* to_string(Depth depth) noexcept;

}  // namespace dg
