#pragma once
/// \file
/// A commit as JSON: what subscribers get and `watch --json` prints, one object each.
///
///     {"sequence": 7, "cause": "file-watcher", "committed_ms": …, "files": ["src/a.js"],
///      "counts": {"created": 1, "updated": 1, "deleted": 0, "gained": 1, "lost": 0, "opened": 0,
///      "closed": 0}, "atoms": [{"operation": "update", "id": "src/a.js::pay", "kind": "function",
///      "line": 3,
///                 "version": 2, "fields": ["body", "relations"]}],
///      "gained": [{"relation": "calls", "source": "src/a.js::pay", "target": "src/b.js::log",
///      "confidence": "exact"}], "lost": […], "opened": [{"source": …, "relation": "calls", "text":
///      "x.y", "reason": "not_found"}], "closed": […], "work": {"parsed": 1, "relinked": 1, "rows":
///      9}, "visible_ms": 2.1, "truncated": false}

#include <cstddef>

#include "daemon/pipeline.h"
#include "daemon/requests/request.h"

namespace dg {

/// At most `limit` entries of each list; `truncated` says when one was cut (the counts are whole).
Json delta_json(const Outcome& outcome, std::int64_t committed_ms, std::size_t limit = 1000);

}  // namespace dg
