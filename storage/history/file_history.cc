#include "storage/history/file_history.h"

#include <string>
#include <utility>
#include <vector>

#include "storage/history/log_rows.h"
#include "storage/load.h"
#include "storage/rows/file_rows.h"

namespace dg {
EventRows::EventRows(const Connection& connection)
    : rows_(connection.prepare(
          std::string("SELECT ")
              .append(kEventColumns)
              .append(" FROM atom_events e WHERE e.id >= ?1 AND e.id < ?2 ORDER BY e.id"))),
      extent_(connection.prepare("SELECT count(*), min(id), max(id) FROM atom_events INDEXED BY "
                                 "idx_atom_events_transaction_id WHERE transaction_id = ?1")),
      of_commit_(connection.prepare(
          std::string("SELECT ")
              .append(kEventColumns)
              .append(" FROM atom_events e WHERE e.transaction_id = ?1 ORDER BY e.id"))) {}

void EventRows::each(std::int64_t first, std::int64_t count,
                     const std::function<void(const Event&)>& take) {
  rows_.bind(1, first);
  rows_.bind(2, first + count);
  std::int64_t read = 0;
  for (; rows_.step(); ++read) take(event_of(rows_));
  if (read != count) throw Damage{"the log, which lacks events after " + std::to_string(first)};
}

std::int64_t EventRows::each_of(Sequence commit, std::int64_t first, std::int64_t count,
                                const std::function<void(const LoggedEvent&)>& take) {
  const auto sequence = static_cast<std::int64_t>(raw(commit));
  extent_.bind(1, sequence);
  const bool counted = extent_.step();
  const std::int64_t there = counted ? extent_.integer(0) : 0;
  // The range is faster to read, but what the commit's row says of it may have been edited.
  const bool in_range =
      there == count &&
      (there == 0 || (extent_.integer(1) == first && extent_.integer(2) == first + count - 1));
  extent_.reset();
  Statement& rows = in_range ? rows_ : of_commit_;
  rows.bind(1, in_range ? first : sequence);
  if (in_range) rows.bind(2, first + count);
  while (rows.step()) take(logged_event_of(rows));
  return count - there;
}

History::FileRow file_row_of(const Statement& row) {
  History::FileRow read;
  read.id = static_cast<FileId>(row.integer(0));
  read.path = row.text(1);
  read.removed = row.is_null(2);
  read.first_event = row.integer(4);
  read.events = static_cast<std::uint32_t>(row.integer(5));
  if (read.removed) return read;
  read.hash = content_hash_from(row.text(2));
  std::optional<FilePlaces> places = unpack_positions(row.text(3));
  if (!places) throw Damage{"the positions of " + read.path};
  read.places = *std::move(places);
  return read;
}

std::vector<FileId> files_in_log(const Connection& connection, Sequence upto) {
  std::vector<FileId> files;
  Statement rows = connection.prepare(
      "SELECT file_id FROM transaction_files AS f WHERE sequence = (SELECT max(sequence) FROM "
      "transaction_files WHERE file_id = f.file_id AND sequence <= ?1) "
      "AND content_hash IS NOT NULL ORDER BY file_id");
  rows.bind(1, static_cast<std::int64_t>(raw(upto)));
  while (rows.step()) files.push_back(static_cast<FileId>(rows.integer(0)));
  return files;
}

FileHistory::FileHistory(const Connection& connection)
    : events_(connection),
      last_row_(
          connection.prepare("SELECT file_id, path, content_hash, positions, first_event, events "
                             "FROM transaction_files WHERE file_id = ?1 AND sequence <= ?2 "
                             "ORDER BY sequence DESC LIMIT 1")),
      checkpoint_(connection.prepare(
          "SELECT sequence, state FROM file_snapshots WHERE file_id = ?1 AND sequence <= ?2 "
          "ORDER BY sequence DESC LIMIT 1")),
      ranges_(connection.prepare(
          "SELECT first_event, events FROM transaction_files INDEXED BY "
          "idx_transaction_files_file_id WHERE file_id = ?1 AND sequence > ?2 AND sequence <= ?3 "
          "AND events > 0 ORDER BY sequence")) {}

std::int64_t FileHistory::begin(FileFold& fold, FileId file, std::int64_t sequence) {
  checkpoint_.bind(1, std::int64_t{raw(file)});
  checkpoint_.bind(2, sequence);
  std::int64_t begin = 0;
  if (checkpoint_.step()) {
    begin = checkpoint_.integer(0);
    if (!fold.begin(checkpoint_.text(1))) {
      throw Damage{"the checkpoint of file " + std::to_string(raw(file))};
    }
  }
  checkpoint_.reset();
  return begin;
}

std::optional<FileState> FileHistory::at(FileId file, Sequence at) {
  const auto sequence = static_cast<std::int64_t>(raw(at));
  last_row_.bind(1, std::int64_t{raw(file)});
  last_row_.bind(2, sequence);
  std::optional<History::FileRow> row;
  if (last_row_.step()) row = file_row_of(last_row_);
  last_row_.reset();
  if (!row || row->removed) return std::nullopt;

  FileFold fold(file, row->path);
  ranges_.bind(1, std::int64_t{raw(file)});
  ranges_.bind(2, begin(fold, file, sequence));
  ranges_.bind(3, sequence);
  while (ranges_.step()) {
    events_.each(ranges_.integer(0), ranges_.integer(1), [&](const Event& event) {
      if (const auto wrong = fold.apply(event)) throw Damage{"the log (" + *wrong + ")"};
    });
  }
  std::optional<FileState> state = std::move(fold).finish(row->hash, std::move(row->places));
  if (!state) throw Damage{"the log, which lacks atoms of " + row->path};
  return state;
}

}  // namespace dg
