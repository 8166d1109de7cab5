#pragma once
/// \file
/// The log's rows read back: events, file rows, and the state of one file at a sequence. Internal
/// to storage/; throws Failure and Damage.

#include <cstdint>
#include <functional>
#include <optional>

#include "storage/history/history.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// Reads runs of events.
class EventRows {
 public:
  explicit EventRows(const Connection& connection);
  /// Those with the ids [first, first + count).
  void each(std::int64_t first, std::int64_t count, const std::function<void(const Event&)>& take);

 private:
  Statement rows_;
};

/// Of a row (file_id, path, content_hash, positions, first_event, events).
History::FileRow file_row_of(const Statement& row);

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
