#pragma once
/// \file
/// What the watch side hands to the pipeline.

#include <chrono>
#include <string>
#include <vector>

#include "storage/store.h"

namespace dg {

/// Paths (relative to the project) that may differ from what is known: created, written, removed or
/// renamed. What really changed is decided by reading them. Sorted, each once.
struct SettledChange {
  std::vector<std::string> paths;
  bool rescan =
      false;  ///< Compare the whole tree: first scan, queue overflow, ignore rules changed.
  Cause cause = Cause::file_watcher;
  std::chrono::steady_clock::time_point first_event;  ///< For save → visible.
  bool empty() const noexcept { return paths.empty() && !rescan; }
};

}  // namespace dg
