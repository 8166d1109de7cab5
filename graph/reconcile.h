#pragma once
/// \file
/// State that is recorded anew: for what is known and yet not trusted.
///
/// Pure, as advance() is; any thread.

#include <functional>
#include <string>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// As advance(), but sources of which `distrusted` tells are linked, and are part of the delta,
/// even where their bytes and facts are the known ones.
Advance advance_distrusting(const SnapshotPtr& base, ChangeSet changes,
                            const std::function<bool(const std::string& path)>& distrusted,
                            unsigned threads = 1);

/// What is to be recorded anew, whatever is recorded.
struct Reconciling {
  std::vector<FileId> files;  ///< Written with what is already known of them.
  std::vector<AtomId> atoms;  ///< Get a `reconcile` event with all they are, and a new version.
  std::vector<FileId> whole;  ///< Files of which every change in the delta becomes a `reconcile`.
  struct Gone {
    AtomId id{};
    std::uint32_t version = 0;  ///< The newest known.
  };
  std::vector<Gone> gone;  ///< Not live, though something else is recorded of them.
  struct GoneFile {
    FileId id{};
    std::string path;
  };
  std::vector<GoneFile> gone_files;  ///< Likewise.
  bool empty() const noexcept {
    return files.empty() && atoms.empty() && whole.empty() && gone.empty() && gone_files.empty();
  }
};
/// Adds to what advance() made of `base` (it may have changed nothing) what is to be recorded anew.
/// O(changed files, and those of `what`).
Advance reconcile(const SnapshotPtr& base, Advance advanced, const Reconciling& what);

}  // namespace dg
