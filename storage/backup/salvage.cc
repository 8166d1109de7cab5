#include "storage/backup/salvage.h"

#include <algorithm>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/names.h"
#include "storage/clock.h"
#include "storage/connect.h"
#include "storage/schema/upgrade/upkeep.h"
#include "storage/sqlite/row_statement.h"

namespace dg {
namespace {

struct SavedEvent {
  std::int64_t event_id = 0, atom_rowid = 0, timestamp = 0, transaction_id = 0;
  std::int64_t previous_version = 0, new_version = 0;
  std::string atom, event_type, changed_fields, source, delta, state;
};

struct InsertSaved : RowStatement {
  InsertSaved() : RowStatement(Verb::insert, "salvaged_events") {}
  Text origin{*this, "origin"};
  Integer event_id{*this, "event_id"};
  Text atom{*this, "atom"};
  Text event_type{*this, "event_type"};
  Text changed_fields{*this, "changed_fields"};
  Integer timestamp{*this, "timestamp"};
  Text source{*this, "source"};
  Integer transaction_id{*this, "transaction_id"};
  Integer previous_version{*this, "previous_version"};
  Integer new_version{*this, "new_version"};
  Text delta{*this, "delta"};
  Blob state{*this, "state"};
};

/// Whether this program can have written such an event: damage need not look like damage to SQLite.
bool makes_sense(const SavedEvent& row) {
  EventHeader header;
  const auto operation = operation_named(row.event_type);
  const auto fields = fields_from_json(row.changed_fields.empty() ? "[]" : row.changed_fields);
  if (!operation || !fields || row.new_version != row.previous_version + 1) return false;
  header.operation = *operation;
  header.changed = *fields;
  header.sequence = static_cast<Sequence>(row.transaction_id);
  header.atom = static_cast<AtomId>(row.atom_rowid);
  header.version_before = static_cast<std::uint32_t>(row.previous_version);
  header.version_after = static_cast<std::uint32_t>(row.new_version);
  return decode_event(header, row.state.empty() ? row.delta : row.state).has_value();
}

class Wreck {
 public:
  explicit Wreck(Connection& connection) : connection_(connection) {}

  /// The highest event id that the file tells of; 0: it tells nothing.
  std::int64_t last_event() const {
    return std::max(number("SELECT max(id) FROM atom_events"),
                    number("SELECT max(first_event + events) - 1 FROM transactions"));
  }
  /// The first that is left: what was compacted away is not lost by the damage.
  std::int64_t first_event() const {
    return std::max<std::int64_t>(1, number("SELECT min(first_event) FROM transactions"));
  }
  std::uint64_t lost() const noexcept { return lost_; }

  /// Reads [first, last]; where that meets damage, both halves by themselves.
  void read(std::int64_t first, std::int64_t last, std::vector<SavedEvent>& saved) {
    if (first > last) return;
    const std::size_t before = saved.size();
    if (read_range(first, last, saved)) return;
    saved.resize(before);
    if (first == last) {
      ++lost_;
      return;
    }
    const std::int64_t middle = first + (last - first) / 2;
    read(first, middle, saved);
    read(middle + 1, last, saved);
  }
  std::string atom_named(std::int64_t rowid) const {
    try {
      Statement row = connection_.prepare("SELECT id FROM atoms WHERE rowid = ?1");
      row.bind(1, rowid);
      return row.step() ? std::string(row.text(0)) : std::string();
    } catch (const Failure&) {
      return {};
    }
  }

 private:
  std::int64_t number(const char* sql) const {
    try {
      return connection_.integer(sql);
    } catch (const Failure&) {
      return 0;
    }
  }

  bool read_range(std::int64_t first, std::int64_t last, std::vector<SavedEvent>& saved) {
    try {
      Statement row = connection_.prepare(
          "SELECT id, atom_id, timestamp, transaction_id, previous_version, new_version, "
          "event_type, coalesce(changed_fields, ''), source, coalesce(delta, ''), "
          "coalesce(state, x'') FROM atom_events WHERE id BETWEEN ?1 AND ?2 ORDER BY id");
      row.bind(1, first);
      row.bind(2, last);
      std::int64_t next = first;
      while (row.step()) {
        SavedEvent event{row.integer(0),
                         row.integer(1),
                         row.integer(2),
                         row.integer(3),
                         row.integer(4),
                         row.integer(5),
                         {},
                         std::string(row.text(6)),
                         std::string(row.text(7)),
                         std::string(row.text(8)),
                         std::string(row.text(9)),
                         std::string(row.text(10))};
        if (event.event_id < next || !makes_sense(event)) return false;
        next = event.event_id + 1;
        saved.push_back(std::move(event));
      }
      // Ids have no gaps: what is not there is lost.
      return next == last + 1;
    } catch (const Failure&) {
      return false;
    }
  }

  Connection& connection_;
  std::uint64_t lost_ = 0;
};

void keep(const std::filesystem::path& database, const std::string& origin, const Wreck& wreck,
          std::vector<SavedEvent>& saved) {
  Connection connection = connect_writer(database, {}, Synchronous::normal);
  schema::bring_up(connection);
  if (saved.empty()) return;
  InsertSaved row;
  row.prepare(connection);
  connection.execute("BEGIN IMMEDIATE");
  for (SavedEvent& event : saved) {
    event.atom = wreck.atom_named(event.atom_rowid);
    row.origin.set(origin);
    row.event_id.set(event.event_id);
    row.atom.set_or_null(event.atom);
    row.event_type.set(event.event_type);
    row.changed_fields.set_or_null(event.changed_fields);
    row.timestamp.set(event.timestamp);
    row.source.set(event.source);
    row.transaction_id.set(event.transaction_id);
    row.previous_version.set(event.previous_version);
    row.new_version.set(event.new_version);
    row.delta.set_or_null(event.delta);
    if (event.state.empty()) {
      row.state.null();
    } else {
      row.state.set(event.state);
    }
    row.run();
  }
  connection.execute("COMMIT");
}

}  // namespace

Result<Salvage> salvage(const std::filesystem::path& damaged,
                        const std::filesystem::path& database) {
  Salvage result;
  std::vector<SavedEvent> saved;
  try {
    Connection connection(damaged, Connection::Mode::read_only);
    Wreck wreck(connection);
    const std::int64_t last = wreck.last_event();
    result.lost_unknown = last == 0;
    wreck.read(wreck.first_event(), last, saved);
    result.saved = saved.size();
    result.lost = wreck.lost();
    keep(database, damaged.filename().string(), wreck, saved);
  } catch (const Failure& failure) {
    return to_error(failure, database.string());
  } catch (const Error& error) {
    return error;
  }
  return result;
}

namespace {

/// Begin of the keys; the Unix time (ms) follows.
constexpr std::string_view kSetAsideKey = "set_aside:";
constexpr std::int64_t kToldMs = std::int64_t{7} * 24 * 3600 * 1000;

}  // namespace

std::vector<std::string> set_aside_notes(const std::filesystem::path& database) {
  std::vector<std::string> notes;
  try {
    Connection connection = connect_reader(database, {});
    Statement rows = connection.prepare(
        "SELECT value FROM system_metadata WHERE key >= ?1 AND key < ?1 || char(0x10ffff) AND "
        "updated_at > ?2 ORDER BY key");
    rows.bind_text(1, kSetAsideKey);
    rows.bind(2, unix_ms() - kToldMs);
    while (rows.step()) notes.emplace_back(rows.text(0));
  } catch (const Failure&) {
    // Who cannot read it has been told why by opening it.
  }
  return notes;
}

Result<> note_set_aside(const std::filesystem::path& database, const std::string& what) {
  try {
    Connection connection = connect_writer(database, {}, Synchronous::normal);
    schema::bring_up(connection);
    const std::int64_t now = unix_ms();
    const std::string key = std::string(kSetAsideKey) + std::to_string(now);
    Statement put = connection.prepare(
        "INSERT INTO system_metadata(key, value, updated_at) VALUES(?1, ?2, ?3) "
        "ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    put.bind_text(1, key);
    put.bind_text(2, what);
    put.bind(3, now);
    put.run();
    return Ok{};
  } catch (const Failure& failure) {
    return to_error(failure, database.string());
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace dg
