#pragma once
/// \file
/// The log's rows read back: events, file rows, and the state of one file at a sequence. Internal
/// to storage/; throws Failure and Damage.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "storage/audit/audit.h"
#include "storage/history/history.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// Reads runs of events.
class EventRows {
 public:
  explicit EventRows(const Connection& connection);
  /// Those with the ids [first, first + count). Throws Damage where one lacks.
  void each(std::int64_t first, std::int64_t count, const std::function<void(const Event&)>& take);
  /// Those that say they are the commit's, wherever they are, as far as they can be read. \returns
  /// how many of `count` lack; less than 0: there are more.
  std::int64_t each_of(Sequence commit, std::int64_t first, std::int64_t count,
                       const std::function<void(const LoggedEvent&)>& take);

 private:
  Statement rows_, extent_, of_commit_;
};

/// Of a row (file_id, path, content_hash, positions, first_event, events). Throws Damage.
History::FileRow file_row_of(const Statement& row);

/// The files that are there after a commit, by what the log tells. O(file rows).
std::vector<FileId> files_in_log(const Connection& connection, Sequence upto);

/// Statements for the states of any number of files.
class FileHistory {
 public:
  explicit FileHistory(const Connection& connection);
  /// Nothing where the file was not there. Inside the caller's transaction.
  std::optional<FileState> at(FileId file, Sequence sequence);

 private:
  /// Begins with the last checkpoint up to then. \returns its sequence; 0: there is none.
  std::int64_t begin(FileFold& fold, FileId file, std::int64_t sequence);

  EventRows events_;
  Statement last_row_, checkpoint_, ranges_;
};

}  // namespace dg
