#include "storage/requests/rehearse.h"

#include <vector>

#include "storage/requests/shape.h"

namespace dg::requests {
namespace {

/// A private database that goes with its connection. It is read through a connection of its own:
/// one that has begun to write cannot be copied from, but others still can.
Connection copy_of(const std::filesystem::path& file) {
  const Connection database(file, Connection::Mode::read_only);
  Connection copy("", Connection::Mode::read_write_create);
  sqlite3_backup* const backup =
      sqlite3_backup_init(copy.handle(), "main", database.handle(), "main");
  int code = backup == nullptr ? sqlite3_extended_errcode(copy.handle()) : SQLITE_DONE;
  if (backup != nullptr) {
    code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
  }
  if (code != SQLITE_DONE) {
    Failure failure;
    failure.code = code;
    failure.text = sqlite3_errstr(code);
    throw failure;
  }
  copy.execute("PRAGMA foreign_keys = OFF");
  return copy;
}

void remove_rows(Connection& copy) {
  std::vector<std::string> tables;
  Statement names = copy.prepare(
      "SELECT '\"' || replace(name, '\"', '\"\"') || '\"' FROM sqlite_schema WHERE type = 'table' "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'schema\\_%' ESCAPE '\\'");
  while (names.step()) tables.emplace_back(names.text(0));
  for (const std::string& table : tables) copy.execute("DELETE FROM " + table);
}

/// What went wrong, or nothing.
std::string run(Connection& copy, const std::string& script) {
  try {
    copy.execute(script);
  } catch (const Failure& failure) {
    return failure.text;
  }
  return broken_reference(copy);
}

std::string round_trip(Connection& copy, const Change& change, const Migration& migration) {
  const std::string before = shape_of_all(copy);
  if (const std::string failure = run(copy, migration.up); !failure.empty())
    return "UP fails: " + failure;
  const std::string wanted = shape_of(change.after);
  const std::string made = shape_of(copy, change.after.name.text());
  if (wanted != made)
    return "UP makes another table than asked for: " + first_difference(wanted, made);
  const std::string after = shape_of_all(copy);
  if (const std::string failure = run(copy, migration.down); !failure.empty())
    return "DOWN fails: " + failure;
  if (const std::string back = shape_of_all(copy); back != before)
    return "DOWN does not restore the schema: " + first_difference(before, back);
  if (const std::string failure = run(copy, migration.up); !failure.empty())
    return "UP fails after DOWN: " + failure;
  if (const std::string again = shape_of_all(copy); again != after)
    return "UP after DOWN gives another schema: " + first_difference(after, again);
  return {};
}

}  // namespace

std::string broken_reference(const Connection& connection) {
  Statement check = connection.prepare("PRAGMA foreign_key_check");
  if (!check.step()) return {};
  return "a row of '" + std::string(check.text(0)) + "' refers to a row of '" +
         std::string(check.text(2)) + "' that is not there";
}

Rehearsal rehearse(const std::filesystem::path& database, const Change& change,
                   const Migration& migration) {
  Rehearsal rehearsal;
  {
    Connection empty = copy_of(database);
    remove_rows(empty);
    rehearsal.failure = round_trip(empty, change, migration);
    if (!rehearsal.failure.empty()) return rehearsal;
  }
  Connection full = copy_of(database);
  if (const std::string failure = run(full, migration.up); !failure.empty()) {
    rehearsal.failure = "UP fails with the rows that are there: " + failure;
    return rehearsal;
  }
  rehearsal.down_failure = run(full, migration.down);
  return rehearsal;
}

}  // namespace dg::requests
