#pragma once
/// \file
/// Time travel: any question that is about a snapshot, asked at a past point.
///
/// A past snapshot is made of the live one's files, where no commit since then wrote them, and of
/// states folded from history. What history does not hold of a file (events/file_state.h) its
/// answers leave out. The dispatcher and the command line call travel() before the handler, which
/// need not know.

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/requests/request.h"

namespace dg {

/// Makes past snapshots and keeps the last few. Any thread.
class PastSnapshots {
 public:
  /// The state after the commit `at`, which `history` knows. `generation` tells databases apart
  /// that followed each other in the same place. O(files written since, and their bounded folds).
  Result<SnapshotPtr> at(Sequence at, const Snapshot& live, History& history,
                         std::uint64_t generation);

 private:
  static constexpr std::size_t kMost = 4;
  struct Kept {
    std::uint64_t generation = 0;
    SnapshotPtr snapshot;
  };
  std::mutex mutex_;
  std::vector<Kept> kept_;  ///< The last used first.
};

/// Takes `at` out of a question's parameters: a text (point.h) or a number; empty where it is not
/// given. A usage error for another type, and for a method that does not know the past.
Result<std::string> take_point(const Method& method, Json& params);

/// Makes the points of a question (`at`, `since`, `until`) mean the same to a service that runs in
/// another time zone or answers later (point.h, absolute_point).
void make_points_absolute(Json& params, std::int64_t now_ms);

/// Sets the context's snapshot and freshness to those of the point. Full text, which knows only the
/// present, is taken away.
Result<> travel(RequestContext& context, const std::string& point, PastSnapshots& past,
                std::uint64_t generation);

}  // namespace dg
