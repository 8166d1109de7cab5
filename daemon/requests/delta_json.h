#pragma once
/// \file
/// One commit as JSON: what `subscribe` sends and what `serve` and `watch` show.
///
///     {"sequence": 42, "point": "42@0192…", "cause": "file-watcher", "committed_ms": …,
///      "files": [{"path": "src/a.js", "change": "changed"}],          change: added changed
///      removed "atoms": [{"operation": "update", "id": "src/a.js::pay", "version": 3, "fields":
///      ["body"]}], "counts": {"files", "created", "updated", "deleted", "relations_gained",
///      "relations_lost",
///                 "opened", "closed"},
///      "broken": [{"source": "src/b.js::checkout", "relation": "calls", "text": "pay",
///                  "reason": "not_found", "place": "src/b.js:7:3"}],
///      "truncated": false, "latency_ms": 3.1,
///      "timings": {"read_ms", "parse_ms", "link_ms", "commit_ms", "total_ms"},
///      "work": {"read", "parsed", "from_cache", "relinked", "rows_written", "events"}}
///
/// `point` is where to go on from (point.h): with it, another database that has a commit of that
/// number is not taken for this one. `broken` names the references that lost their target by this
/// commit: newly unresolved, and either the name is looked for in a known place (not_found,
/// no_module, no_member) or the same atom has lost an edge to an atom of that name. Each list holds
/// at most 200 entries; `counts` are always complete.

#include <cstdint>

#include "daemon/pipeline.h"
#include "daemon/requests/request.h"

namespace dg {

/// `latency_ms` is from the first file event to visible; null where there was none. The same commit
/// read back from the log (past_delta.h) is the same JSON, but that latency, timings and work,
/// which nobody wrote down, are null.
Json delta_to_json(const Outcome& outcome, std::int64_t committed_ms);

}  // namespace dg
