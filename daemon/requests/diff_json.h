#pragma once
/// \file
/// A graph difference as JSON, and in one sentence for a reviewer.

#include <cstddef>
#include <string>

#include "daemon/requests/request.h"
#include "graph/compare.h"

namespace dg {

/// {"summary", "files", "atoms", "edges", "broken", "fixed", "cycles", "truncated"} as `diff`
/// documents them: the summary counts all, each list holds at most `limit` entries.
Json difference_json(const Snapshot& from, const Snapshot& to, const GraphDifference& difference,
                     std::size_t limit);

/// `3 functions changed, 1 renamed, 2 callers broken, 1 new cycle`; `no difference`.
std::string difference_text(const Snapshot& from, const Snapshot& to,
                            const GraphDifference& difference);

}  // namespace dg
