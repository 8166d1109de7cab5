#pragma once
/// \file
/// What the watch side hands to the pipeline.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"

namespace dg {

/// Paths (relative to the project) that may differ from what is known: created, written, removed or
/// renamed. What really changed is decided by reading them. Sorted, each once.
///
/// A path that ends in `/` names a folder that was removed or moved away: every known file below it
/// may be gone. The watch side keeps no list of files, so whoever has one expands it and looks at
/// each.
struct SettledChange {
  std::vector<std::string> paths;
  bool rescan =
      false;  ///< Compare the whole tree: first scan, queue overflow, ignore rules changed.
  /// The state folder or the database in it was removed, renamed or replaced (RELIABILITY R-09):
  /// look whether the open database is still the one of that name, and make a new one if not.
  bool state_folder_gone = false;
  Cause cause = Cause::file_watcher;
  std::chrono::steady_clock::time_point first_event;  ///< For save → visible.
  bool empty() const noexcept { return paths.empty() && !rescan && !state_folder_gone; }
};

/// Has `into` be both changes. What joins it does not change its cause.
void add(SettledChange& into, SettledChange change);

/// Whether an event at `path` (a folder's ends in `/`) may change what is read of the change's
/// paths. Any does where the whole tree is. O(depth of the path · log paths).
bool concerns(const SettledChange& change, std::string_view path);

}  // namespace dg
