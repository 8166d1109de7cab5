#pragma once
/// \file
/// `stats`: what the index holds. The shape of the answer is in stats.cc, and in `help stats`.
///
/// The two lists hold at most `limit` entries each (20); `truncated` tells when there are more.

#include <cstddef>

#include "daemon/requests/request.h"

namespace dg {

/// O(files + atoms).
Json stats_json(const Snapshot& snapshot, std::size_t most_files);

/// What became of every call site, with the `most` packages that are called most often. Of a live
/// snapshot: history does not hold which references are calls. O(references).
Json call_sites_json(const Snapshot& snapshot, std::size_t most);

}  // namespace dg
