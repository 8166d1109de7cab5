#include "storage/audit/audit_log.h"

#include <algorithm>

#include "events/json_text.h"
#include "storage/connect.h"
#include "storage/history/log_rows.h"
#include "storage/rows/file_rows.h"

namespace dg {

std::vector<LoggedTransaction> logged_transactions(const Connection& connection, Sequence after,
                                                   std::size_t limit) {
  Statement rows = connection.prepare(
      "SELECT sequence, first_event, events FROM transactions WHERE sequence > ?1 "
      "ORDER BY sequence LIMIT ?2");
  rows.bind(1, static_cast<std::int64_t>(raw(after)));
  rows.bind(2, static_cast<std::int64_t>(limit));
  std::vector<LoggedTransaction> found;
  while (rows.step()) {
    found.push_back({static_cast<Sequence>(rows.integer(0)), rows.integer(1), rows.integer(2)});
  }
  return found;
}

std::vector<LoggedEvent> logged_events(const Connection& connection, Sequence commit,
                                       std::size_t limit, std::int64_t* last) {
  Statement rows = connection.prepare(
      std::string("SELECT ")
          .append(kEventColumns)
          .append(", e.id FROM atom_events e WHERE e.transaction_id = ?1 AND e.id > ?2 "
                  "ORDER BY e.id LIMIT ?3"));
  rows.bind(1, static_cast<std::int64_t>(raw(commit)));
  rows.bind(2, *last);
  rows.bind(3, static_cast<std::int64_t>(limit));
  std::vector<LoggedEvent> events;
  while (rows.step()) {
    *last = rows.integer(kEventColumnCount);
    events.push_back(logged_event_of(rows));
  }
  return events;
}

Audit::Beyond beyond_the_log(const Connection& connection) {
  constexpr std::size_t kMostFiles = 5;
  Audit::Beyond beyond;
  const std::int64_t last = connection.integer("SELECT max(sequence) FROM transactions");
  std::int64_t upto = last_sequence(connection);
  // By the index of times, so that not all atoms are looked at.
  Statement atoms = connection.prepare(
      "SELECT sequence, file_path FROM atoms WHERE updated_at >= (SELECT committed_ms FROM "
      "transactions WHERE sequence = ?1) AND sequence > ?1 AND version > coalesce((SELECT "
      "max(e.new_version) FROM atom_events e WHERE e.atom_id = atoms.rowid), 0) ORDER BY "
      "file_path");
  atoms.bind(1, last);
  while (atoms.step()) {
    ++beyond.atoms;
    upto = std::max(upto, atoms.integer(0));
    const std::string file(atoms.text(1));
    const bool is_new = beyond.files.empty() || beyond.files.back() != file;
    if (is_new && beyond.files.size() < kMostFiles) beyond.files.push_back(file);
  }
  beyond.last = static_cast<Sequence>(last);
  if (upto > last) beyond.upto = static_cast<Sequence>(upto);
  return beyond;
}

std::vector<LoggedFile> logged_files(const Connection& connection, Sequence after,
                                     FileId after_file, std::size_t limit) {
  Statement rows = connection.prepare(
      "SELECT sequence, file_id, path, content_hash, positions FROM transaction_files "
      "WHERE (sequence, file_id) > (?1, ?2) ORDER BY sequence, file_id LIMIT ?3");
  rows.bind(1, static_cast<std::int64_t>(raw(after)));
  rows.bind(2, std::int64_t{raw(after_file)});
  rows.bind(3, static_cast<std::int64_t>(limit));
  std::vector<LoggedFile> files;
  while (rows.step()) {
    LoggedFile& file = files.emplace_back();
    file.sequence = static_cast<Sequence>(rows.integer(0));
    file.id = static_cast<FileId>(rows.integer(1));
    append_utf8(file.path, rows.text(2));
    file.removed = rows.is_null(3);
    if (file.removed) continue;
    file.hash = content_hash_from(rows.text(3));
    file.places = unpack_positions(rows.text(4));
  }
  return files;
}

std::uint32_t logged_version(const Connection& connection, AtomId atom) {
  Statement row = connection.prepare("SELECT max(new_version) FROM atom_events WHERE atom_id = ?1");
  row.bind(1, std::int64_t{raw(atom)});
  return row.step() ? static_cast<std::uint32_t>(row.integer(0)) : 0;
}

std::vector<RemovedAtom> removed_atoms(const Connection& connection, AtomId after,
                                       std::size_t limit) {
  Statement rows = connection.prepare(
      "SELECT rowid, version, id FROM atoms WHERE rowid > ?1 AND state = 'removed' "
      "ORDER BY rowid LIMIT ?2");
  rows.bind(1, std::int64_t{raw(after)});
  rows.bind(2, static_cast<std::int64_t>(limit));
  std::vector<RemovedAtom> atoms;
  while (rows.step()) {
    atoms.push_back({static_cast<AtomId>(rows.integer(0)),
                     static_cast<std::uint32_t>(rows.integer(1)), std::string(rows.text(2))});
  }
  return atoms;
}

}  // namespace dg
