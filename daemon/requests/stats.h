#pragma once
/// \file
/// `stats`: what the index holds.
///
///     {"files": {"total", "skipped", "skipped_by_reason": {"minified": 3}, "with_problems",
///                "by_language": {"javascript": 12}, "lines", "bytes"},
///      "atoms": {"total", "exported", "by_kind": {"function": 120, …}},
///      "relations": {"total", "by_relation": {"calls": {"edges", "sites"}, …},
///                    "by_confidence": {"exact", "inferred", "name"}},
///      "unresolved": {"total", "by_reason": {"external": 40, …}},
///      "skipped_files": [{"file", "reason"}], "problem_files": [{"file", "problems", "first":
///      {"line", "col", "kind"}}], "truncated"}
///
/// The two lists hold at most `limit` entries each (20); `truncated` tells when there are more.

#include <cstddef>

#include "daemon/requests/request.h"

namespace dg {

/// O(files + atoms).
Json stats_json(const Snapshot& snapshot, std::size_t most_files);

}  // namespace dg
