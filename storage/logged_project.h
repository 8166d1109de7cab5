#pragma once
/// \file
/// A stored project whose tables are not what the last commit left: the log's word counts.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "storage/store.h"

namespace dg {

struct LoggedProject {
  StoredProject project;
  /// Of its files, those that come as the log tells them, since their rows are missing or are not
  /// what was committed: with content hash, size and time 0, so that they are read anew.
  std::vector<FileId> from_log;
  /// What the digests of these lack for the content hash: with it, the sum over all files is
  /// graph_digest where tables and log agree.
  std::uint64_t from_log_digest = 0;
  std::vector<FileId> stray_files;  ///< Rows in `files` that the log knows nothing of; left out.
};

/// As load_project(), but each file is compared with what the log tells of it. A file that the
/// tables lack comes from the log; where the log is whole (it comes to the last commit's digest) so
/// does one that differs, and what the log does not know is left out. O(events since each file's
/// last checkpoint).
Result<LoggedProject> load_project_by_log(const std::filesystem::path& database);

}  // namespace dg
