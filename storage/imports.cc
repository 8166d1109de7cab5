#include "storage/imports.h"

#include "storage/clock.h"
#include "storage/connect.h"

namespace dg {
namespace {

constexpr std::size_t kUnknownTold = 20;

/// The row of the atom with the id, and whether it is live; 0: there is none.
struct Known {
  std::int64_t row = 0;
  bool live = false;
};

Known find(Statement& by_id, const std::string& id) {
  by_id.bind_text(1, id);
  Known known;
  if (by_id.step()) known = {by_id.integer(0), by_id.text(1) == "live"};
  by_id.reset();
  return known;
}

void tally(const Known& known, const std::string& id, ImportCounts& counts) {
  if (known.row != 0) {
    ++(known.live ? counts.live : counts.removed);
    return;
  }
  ++counts.unknown;
  if (counts.unknown_ids.size() < kUnknownTold) counts.unknown_ids.push_back(id);
}

ImportCounts store(Connection& connection, std::string_view source,
                   std::span<const ImportedAtom> atoms) {
  ImportCounts counts;
  Statement clear = connection.prepare("DELETE FROM imported_atoms WHERE source = ?1");
  clear.bind_text(1, source);
  clear.run();
  counts.replaced = static_cast<std::uint64_t>(connection.integer("SELECT changes()"));
  Statement by_id = connection.prepare("SELECT rowid, state FROM atoms WHERE id = ?1");
  Statement insert = connection.prepare(
      "INSERT INTO imported_atoms(source, id, atom_id, data, imported_at) "
      "VALUES(?1, ?2, ?3, ?4, ?5)");
  const std::int64_t now = unix_ms();
  for (const ImportedAtom& atom : atoms) {
    const Known known = find(by_id, atom.id);
    tally(known, atom.id, counts);
    insert.bind_text(1, source);
    insert.bind_text(2, atom.id);
    known.row != 0 ? insert.bind(3, known.row) : insert.bind_null(3);
    insert.bind_text(4, atom.data);
    insert.bind(5, now);
    insert.run();
  }
  return counts;
}

}  // namespace

Result<ImportCounts> import_atoms(const std::filesystem::path& database, std::string_view source,
                                  std::span<const ImportedAtom> atoms, bool dry_run) {
  try {
    Connection connection = connect_writer(database, {}, Synchronous::full);
    if (connection.integer("SELECT 1 FROM sqlite_schema WHERE name = 'imported_atoms'") == 0) {
      return Error{ErrorKind::not_found, database.string(), "is of an older program",
                   "'deltagraph index' brings it up to date"};
    }
    connection.execute("BEGIN IMMEDIATE");
    ImportCounts counts = store(connection, source, atoms);
    // Nothing that a transaction did is left where it is not committed, not even by a crash.
    connection.execute(dry_run ? "ROLLBACK" : "COMMIT");
    return counts;
  } catch (const Failure& failure) {
    return to_error(failure, database.string());
  }
}

}  // namespace dg
