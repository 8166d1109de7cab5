#pragma once
/// \file
/// What a scenario can ask after a step. Atoms are named by id; the answers are lines:
///
///     delta                    `+ ID`, `- ID`, `~ ID fields`; `+ relation SOURCE -> TARGET`, `-
///     …`;
///                              `+ open SOURCE relation text reason`, `- …`; `+ file PATH`,
///                              `- file PATH`, `= PATH` (only places moved); in order of the delta
///     work WORD…               of read, parsed, cached, relinked, events: `parsed 1, relinked 2`
///     callers ID, callees ID   incoming or outgoing calls and instantiations
///     in ID, out ID            every relation but contains
///     contains ID              what it contains
///     open ID|PATH             references without a target
///     atoms PATH               `name kind form flags`, in source order
///     places PATH              `name start-end`
///     versions PATH            `name version`
///     signature ID             canonical signature; `doc ID`: its doc comment
///     files                    every file with language, lines, skip reason, problems
///     truth PATH               where the graph differs from what the source says that its lines
///                              call (scenario_truth.h)
///     problems PATH            what could not be read
///     troubles                 files that the step could not read
///     ask METHOD KEY=VALUE…    the ids that the request of that name answers, or its error's kind
///     log [ID|PATH]            `#sequence operation vN id fields` of an atom, newest first; of a
///                              file or, without one, of all: `#sequence +created ~updated
///                              -deleted`
///     sql SELECT…              rows, cells joined by ` | `
///     at STEP QUESTION…        any question about a state, asked of the state after that earlier
///                              step, which is counted from 1; `ask` goes through the request's
///                              `at`
///
/// An edge is `relation ID sites`, with its confidence where that is not exact. `contains` edges
/// show up in `contains` only.

#include <string>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/requests/request.h"
#include "tests/support/scenario.h"

namespace dg {

/// What questions are asked of. `outcome` is null where the step was not applied in this process.
struct Asked {
  const Pipeline& pipeline;
  const Outcome* outcome = nullptr;
  /// Answers a request, through whatever protocol.
  std::function<Result<Json>(const std::string& method, const Json& params)> request;
  std::vector<Sequence> step_ends;  ///< The sequence after each step so far.
};

bool is_question(const std::string& verb);

/// Whether the answer needs the outcome of the step.
bool needs_outcome(const std::string& verb);

/// The answer's lines; never empty.
std::vector<std::string> answer(const Asked& asked, const Command& question);

}  // namespace dg
