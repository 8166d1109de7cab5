#include <algorithm>
#include <optional>
#include <utility>

#include "events/names.h"
#include "parser/facts_codec.h"
#include "storage/connect.h"
#include "storage/history/event_log_reader.h"
#include "storage/history/log_rows.h"
#include "storage/history/reading.h"
#include "storage/load.h"
#include "storage/rows/file_rows.h"

namespace dg {
namespace {

std::int64_t number(Sequence sequence) {
  return static_cast<std::int64_t>(raw(sequence));
}

/// Runs `work` in one read transaction.
template <typename Work>
auto guarded(Connection& connection, const std::string& thing, const Work& work) {
  return reading(thing, [&] {
    const ReadTransaction transaction(connection);
    return work();
  });
}

/// The range and the cause of a filter, as ?1, ?2 and ?3 of each query.
void bind(Statement& rows, const EventLog::Filter& filter) {
  rows.bind(1, number(filter.first));
  rows.bind(2, number(filter.last));
  rows.bind_text(3, filter.cause);
}

constexpr std::string_view kInRange = "t.sequence BETWEEN ?1 AND ?2 AND (?3 = '' OR t.cause = ?3) ";
std::string sql(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

}  // namespace

EventLogReader::EventLogReader(Connection& connection, std::string thing)
    : connection_(connection), thing_(std::move(thing)) {}

Result<std::string> EventLogReader::extractor_options() {
  return guarded(connection_, thing_, [&] {
    Statement row =
        connection_.prepare("SELECT value FROM system_metadata WHERE key = 'extractor_options'");
    return row.step() ? std::string(row.text(0)) : std::string();
  });
}

Result<EventLog::Page<History::Transaction>> EventLogReader::transactions(const Filter& filter) {
  return guarded(connection_, thing_, [&] {
    Page<History::Transaction> page;
    Statement count =
        connection_.prepare(sql({"SELECT count(*) FROM transactions t WHERE ", kInRange}));
    bind(count, filter);
    if (count.step()) page.total = static_cast<std::uint64_t>(count.integer(0));
    Statement rows =
        connection_.prepare(sql({"SELECT ", kTransactionColumns, " FROM transactions t WHERE ",
                                 kInRange, "ORDER BY t.sequence DESC LIMIT ?4"}));
    bind(rows, filter);
    rows.bind(4, static_cast<std::int64_t>(filter.limit));
    while (rows.step()) page.entries.push_back(transaction_of(rows));
    return page;
  });
}

Result<std::map<Sequence, EventLog::Renames>> EventLogReader::renames(Sequence first,
                                                                      Sequence last) {
  return guarded(connection_, thing_, [&] {
    std::map<Sequence, Renames> found;
    Statement rows = connection_.prepare(
        "SELECT transaction_id, event_type, count(*) FROM atom_events WHERE event_type IN "
        "('rename', 'move') AND transaction_id BETWEEN ?1 AND ?2 GROUP BY 1, 2");
    rows.bind(1, number(first));
    rows.bind(2, number(last));
    while (rows.step()) {
      Renames& commit = found[static_cast<Sequence>(rows.integer(0))];
      (operation_named(rows.text(1)) == Operation::move ? commit.moved : commit.renamed) +=
          static_cast<std::uint32_t>(rows.integer(2));
    }
    return found;
  });
}

namespace {

std::optional<std::uint32_t> impact_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<std::uint32_t>(row.integer(column));
}

}  // namespace

Result<std::map<Sequence, std::uint32_t>> EventLogReader::impacts(Sequence first, Sequence last) {
  return guarded(connection_, thing_, [&] {
    std::map<Sequence, std::uint32_t> found;
    Statement rows = connection_.prepare(
        "SELECT transaction_id, max(impact) FROM atom_events WHERE transaction_id BETWEEN ?1 AND "
        "?2 AND impact IS NOT NULL GROUP BY 1");
    rows.bind(1, number(first));
    rows.bind(2, number(last));
    while (rows.step())
      found[static_cast<Sequence>(rows.integer(0))] = static_cast<std::uint32_t>(rows.integer(1));
    return found;
  });
}

Result<std::map<AtomId, std::uint32_t>> EventLogReader::impacts_in(Sequence sequence) {
  return guarded(connection_, thing_, [&] {
    std::map<AtomId, std::uint32_t> found;
    Statement rows = connection_.prepare(
        "SELECT atom_id, impact FROM atom_events WHERE transaction_id = ?1 AND impact IS NOT NULL");
    rows.bind(1, number(sequence));
    while (rows.step())
      found[static_cast<AtomId>(rows.integer(0))] = static_cast<std::uint32_t>(rows.integer(1));
    return found;
  });
}

Result<EventLog::Page<EventLog::AtomEntry>> EventLogReader::events_of(AtomId atom,
                                                                      const Filter& filter) {
  return guarded(connection_, thing_, [&] {
    Page<AtomEntry> page;
    constexpr std::string_view kFrom =
        " FROM atom_events e JOIN transactions t ON t.sequence = e.transaction_id "
        "WHERE e.atom_id = ?4 AND ";
    Statement count = connection_.prepare(sql({"SELECT count(*)", kFrom, kInRange}));
    bind(count, filter);
    count.bind(4, static_cast<std::int64_t>(raw(atom)));
    if (count.step()) page.total = static_cast<std::uint64_t>(count.integer(0));
    Statement rows = connection_.prepare(sql(
        {"SELECT ", kEventColumns, ", t.committed_ms, t.cause, coalesce(t.git_head, ''), e.impact",
         kFrom, kInRange, "ORDER BY e.new_version DESC LIMIT ?5"}));
    bind(rows, filter);
    rows.bind(4, static_cast<std::int64_t>(raw(atom)));
    rows.bind(5, static_cast<std::int64_t>(filter.limit));
    while (rows.step()) {
      page.entries.push_back({event_of(rows), impact_of(rows, kEventColumnCount + 3),
                              rows.integer(kEventColumnCount),
                              std::string(rows.text(kEventColumnCount + 1)),
                              std::string(rows.text(kEventColumnCount + 2))});
    }
    return page;
  });
}

Result<EventLog::Page<EventLog::FileEntry>> EventLogReader::events_at(std::string_view path,
                                                                      const Filter& filter) {
  return guarded(connection_, thing_, [&] {
    Page<FileEntry> page;
    constexpr std::string_view kRows =
        " FROM transaction_files f JOIN transactions t ON t.sequence = f.sequence "
        "WHERE f.path = ?4 AND ";
    constexpr std::string_view kBefore =
        "(SELECT p.content_hash FROM transaction_files p WHERE p.path = f.path "
        "AND p.sequence < f.sequence ORDER BY p.sequence DESC LIMIT 1)";
    Statement count = connection_.prepare(sql({"SELECT count(*)", kRows, kInRange}));
    bind(count, filter);
    count.bind_text(4, path);
    if (count.step()) page.total = static_cast<std::uint64_t>(count.integer(0));
    Statement rows = connection_.prepare(
        sql({"SELECT ", kTransactionColumns, ", f.content_hash IS NULL, ", kBefore,
             " IS NOT NULL, f.content_hash IS NOT ", kBefore, ", f.first_event, f.events", kRows,
             kInRange, "ORDER BY t.sequence DESC LIMIT ?5"}));
    bind(rows, filter);
    rows.bind_text(4, path);
    rows.bind(5, static_cast<std::int64_t>(filter.limit));
    Statement atoms = connection_.prepare(
        "SELECT event_type, count(*), max(impact) FROM atom_events WHERE id >= ?1 AND id < ?1 + ?2 "
        "GROUP BY 1");
    while (rows.step()) {
      FileEntry entry;
      entry.transaction = transaction_of(rows);
      entry.removed = rows.integer(kTransactionColumnCount) != 0;
      entry.existed = rows.integer(kTransactionColumnCount + 1) != 0;
      entry.written = rows.integer(kTransactionColumnCount + 2) != 0;
      atoms.bind(1, rows.integer(kTransactionColumnCount + 3));
      atoms.bind(2, rows.integer(kTransactionColumnCount + 4));
      while (atoms.step()) {
        const std::optional<Operation> operation = operation_named(atoms.text(0));
        (operation == Operation::create    ? entry.created
         : operation == Operation::delete_ ? entry.deleted
         : operation == Operation::rename  ? entry.renamed
         : operation == Operation::move    ? entry.moved
                                           : entry.updated) +=
            static_cast<std::uint32_t>(atoms.integer(1));
        entry.impact = std::max(entry.impact, impact_of(atoms, 2));
      }
      page.entries.push_back(std::move(entry));
    }
    return page;
  });
}

Result<bool> EventLogReader::knows_file(std::string_view path) {
  return guarded(connection_, thing_, [&] {
    Statement row = connection_.prepare("SELECT 1 FROM transaction_files WHERE path = ?1 LIMIT 1");
    row.bind_text(1, path);
    return row.step();
  });
}

Result<std::vector<Event>> EventLogReader::events_in(Sequence sequence, std::size_t limit) {
  return guarded(connection_, thing_, [&] {
    std::vector<Event> events;
    Statement rows = connection_.prepare(
        sql({"SELECT ", kEventColumns,
             " FROM atom_events e WHERE e.transaction_id = ?1 ORDER BY e.id LIMIT ?2"}));
    rows.bind(1, number(sequence));
    rows.bind(2, static_cast<std::int64_t>(limit));
    while (rows.step()) events.push_back(event_of(rows));
    return events;
  });
}

Result<std::vector<EventLog::TouchedFile>> EventLogReader::files_in(Sequence sequence,
                                                                    std::size_t limit) {
  return guarded(connection_, thing_, [&] {
    std::vector<TouchedFile> files;
    Statement rows = connection_.prepare(
        "SELECT f.file_id, f.path, f.content_hash IS NULL, coalesce((SELECT p.content_hash IS NOT "
        "NULL "
        "FROM transaction_files p WHERE p.path = f.path AND p.sequence < f.sequence "
        "ORDER BY p.sequence DESC LIMIT 1), 0) FROM transaction_files f WHERE f.sequence = ?1 "
        "ORDER BY f.path LIMIT ?2");
    rows.bind(1, number(sequence));
    rows.bind(2, static_cast<std::int64_t>(limit));
    while (rows.step()) {
      files.push_back({static_cast<FileId>(rows.integer(0)), std::string(rows.text(1)),
                       rows.integer(3) != 0, rows.integer(2) != 0});
    }
    return files;
  });
}

Result<std::optional<FilePlaces>> EventLogReader::places_in(Sequence sequence, FileId file) {
  return guarded(connection_, thing_, [&] {
    Statement row = connection_.prepare(
        "SELECT positions FROM transaction_files WHERE sequence = ?1 AND file_id = ?2 "
        "AND positions IS NOT NULL");
    row.bind(1, number(sequence));
    row.bind(2, static_cast<std::int64_t>(raw(file)));
    if (!row.step()) return std::optional<FilePlaces>();
    std::optional<FilePlaces> places = unpack_positions(row.text(0));
    if (!places) throw Damage{"the positions of file " + std::to_string(raw(file))};
    return places;
  });
}

Result<std::shared_ptr<const FileFacts>> EventLogReader::facts(const ContentHash& hash,
                                                               Language language) {
  return guarded(connection_, thing_, [&] {
    std::shared_ptr<const FileFacts> facts;
    Statement options =
        connection_.prepare("SELECT value FROM system_metadata WHERE key = 'extractor_options'");
    FactsKey key(options.step() ? std::string(options.text(0)) : std::string());
    Statement row = connection_.prepare("SELECT value FROM cache_entries WHERE key = ?1");
    row.bind_text(1, key.of(hash, language));
    if (!row.step()) return facts;
    std::optional<FileFacts> decoded = decode_facts(row.text(0));
    if (decoded) facts = std::make_shared<const FileFacts>(*std::move(decoded));
    return facts;
  });
}

Result<std::vector<EventLog::AtomRow>> EventLogReader::find_atoms(std::string_view text) {
  return guarded(connection_, thing_, [&] {
    std::vector<AtomRow> found;
    const auto take = [&](Statement& rows) {
      while (rows.step()) {
        found.push_back({static_cast<AtomId>(rows.integer(0)), std::string(rows.text(1)),
                         std::string(rows.text(2)), std::string(rows.text(3)),
                         rows.text(4) == "removed"});
      }
      return !found.empty();
    };
    constexpr std::string_view kColumns =
        "SELECT a.rowid, a.id, a.atom_type, a.file_path, a.state FROM atoms a ";
    Statement exact = connection_.prepare(sql({kColumns, "WHERE a.id = ?1"}));
    exact.bind_text(1, text);
    if (take(exact)) return found;
    Statement gone =
        connection_.prepare(sql({kColumns,
                                 "WHERE a.state = 'removed' AND (a.name = ?1 OR "
                                 "substr(a.id, length(a.file_path) + 3) = ?1) ORDER BY a.id"}));
    gone.bind_text(1, text);
    if (take(gone)) return found;
    // Renames and moves are few among the events, and their own index leads to them.
    Statement moved = connection_.prepare(
        sql({"SELECT ", kEventColumns,
             " FROM atom_events e WHERE e.event_type IN ('rename', 'move') ORDER BY e.id DESC"}));
    std::optional<AtomId> atom;
    while (moved.step()) {
      const Event event = event_of(moved);
      if (event.was.id_text != text) continue;
      atom = event.atom;
      break;
    }
    moved.reset();
    if (!atom) return found;
    Statement known = connection_.prepare(sql({kColumns, "WHERE a.rowid = ?1"}));
    known.bind(1, static_cast<std::int64_t>(raw(*atom)));
    take(known);
    return found;
  });
}

Result<EventLog::AtomName> EventLogReader::name_at(AtomId atom, Sequence sequence) {
  return guarded(connection_, thing_, [&] {
    if (!naming_) {
      naming_ = connection_.prepare(
          sql({"SELECT ", kEventColumns,
               " FROM atom_events e WHERE e.atom_id = ?1 AND e.transaction_id <= ?2 AND "
               "(e.event_type <> 'update' OR instr(e.changed_fields, '\"name\"')) "
               "ORDER BY e.new_version DESC LIMIT 1"}));
      current_name_ = connection_.prepare("SELECT id, name, file_id FROM atoms WHERE rowid = ?1");
    }
    AtomName name;
    naming_.bind(1, static_cast<std::int64_t>(raw(atom)));
    naming_.bind(2, number(sequence));
    if (naming_.step()) {
      const Event event = event_of(naming_);
      const AtomContent& content = event.operation == Operation::delete_ ? event.was : event.now;
      name = {content.id_text, content.name, content.file};
    }
    naming_.reset();
    if (!name.id_text.empty()) return name;
    // Its first events were compacted away: nothing renamed it since.
    current_name_.bind(1, static_cast<std::int64_t>(raw(atom)));
    if (current_name_.step()) {
      name = {std::string(current_name_.text(0)), std::string(current_name_.text(1)),
              static_cast<FileId>(current_name_.integer(2))};
    }
    current_name_.reset();
    return name;
  });
}

}  // namespace dg
