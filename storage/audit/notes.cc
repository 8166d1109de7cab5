#include "storage/audit/notes.h"

#include <string_view>
#include <vector>

#include "storage/rows/version_rows.h"
#include "storage/schema/ddl.h"

namespace dg {
namespace {

/// `a=1 b='x'` of those columns for which the condition holds.
std::string shown(const std::string& column, const std::string& condition) {
  return "CASE WHEN " + condition + " THEN ' " + column + "=' || quote(" + column + ") ELSE '' END";
}

/// Columns without a producer are NULL, so that no query takes a value in them for a fact.
void add_unfilled(const char* table, const char* window, const char* row,
                  std::vector<Note>& notes) {
  Note note{table, window, row, {}, {}, "NULL: nothing computes them", {}};
  std::string set;
  for (const schema::Column& column : schema::table(table)->columns) {
    if (!column.producer.empty() || !column.nullable) continue;
    const std::string name(column.name);
    const std::string filled = name + " IS NOT NULL";
    note.condition += (note.condition.empty() ? "" : " OR ") + filled;
    note.stored += (note.stored.empty() ? "" : " || ") + shown(name, filled);
    set += (set.empty() ? "" : ", ") + name + " = NULL";
  }
  note.fix = "UPDATE " + note.table + " SET " + set + " WHERE " + note.condition;
  notes.push_back(std::move(note));
}

/// A column that the log tells: `told` is an SQL expression, NULL where it does not.
void add_told(const char* table, const char* window, const char* row, const std::string& column,
              const std::string& told, const char* expected, std::vector<Note>& notes) {
  const std::string differs = column + " <> (" + told + ")";
  notes.push_back(
      {table, window, row, differs, shown(column, differs), expected,
       std::string("UPDATE ") + table + " SET " + column + " = (" + told + ") WHERE " + differs});
}

std::vector<Note> make_notes() {
  std::vector<Note> notes;
  add_unfilled("atoms", "rowid", "id", notes);
  add_unfilled("files", "id", "path", notes);
  add_unfilled("atom_relations", "source_id", "source_id || ' ' || relation_type", notes);
  add_unfilled("cache_entries", "id", "id", notes);

  constexpr const char* kLast =
      " FROM atom_events e WHERE e.atom_id = atoms.rowid AND e.new_version = atoms.version";
  constexpr const char* kOfLast = "as the atom's last event tells";
  add_told("atoms", "rowid", "id", "sequence", std::string("SELECT e.transaction_id") + kLast,
           kOfLast, notes);
  add_told("atoms", "rowid", "id", "updated_at", std::string("SELECT e.timestamp") + kLast, kOfLast,
           notes);
  add_told("atoms", "rowid", "id", "extracted_at",
           "SELECT e.timestamp FROM atom_events e WHERE e.atom_id = atoms.rowid AND e.event_type = "
           "'create' ORDER BY e.new_version DESC LIMIT 1",
           "as the event that created it tells", notes);
  add_told("atom_versions", "atom_id", "file_path || ' ' || atom_name", "last_modified",
           std::string(kLastModified), "as the last event that changed its source tells", notes);
  add_told("files", "id", "path", "last_analyzed",
           "SELECT t.committed_ms FROM transactions t WHERE t.sequence = (SELECT max(f.sequence) "
           "FROM transaction_files f WHERE f.file_id = files.id)",
           "as the last commit that wrote it tells", notes);

  // A relation is first committed when something is committed; what a compaction took away was so
  // before the first commit that is left.
  const std::string no_commit =
      "NOT EXISTS (SELECT 1 FROM transactions t WHERE t.committed_ms = created_at) AND NOT (EXISTS "
      "(SELECT 1 FROM system_metadata WHERE key = 'compacted') AND created_at <= (SELECT "
      "t.committed_ms FROM transactions t ORDER BY t.sequence LIMIT 1))";
  notes.push_back(
      {"atom_relations", "source_id", "source_id || ' ' || relation_type", no_commit,
       "' created_at=' || created_at", "the time of a commit",
       "UPDATE atom_relations SET created_at = coalesce((SELECT t.committed_ms FROM atoms a JOIN "
       "transactions t ON t.sequence = a.sequence WHERE a.rowid = source_id), (SELECT "
       "t.committed_ms FROM transactions t ORDER BY t.sequence DESC LIMIT 1)) WHERE " +
           no_commit});

  // By the log alone: a row in `files` may be a stray.
  const std::string least =
      "(SELECT coalesce(max(file_id), 0) + 1 FROM transaction_files WHERE file_id < 1 << 31)";
  const std::string unfit =
      "key = 'next_file' AND (value <> CAST(CAST(value AS INTEGER) AS TEXT) OR CAST(value AS "
      "INTEGER) < " +
      least + " OR CAST(value AS INTEGER) > 1 << 31)";
  notes.push_back(
      {"system_metadata", "rowid", "key", unfit, "' value=' || quote(value)",
       "a number behind those of all files",
       "UPDATE system_metadata SET value = CAST(" + least + " AS TEXT) WHERE " + unfit});
  return notes;
}

}  // namespace

std::span<const Note> notes() {
  static const std::vector<Note> kNotes = make_notes();
  return kNotes;
}

}  // namespace dg
