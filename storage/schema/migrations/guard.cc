#include "storage/schema/migrations/guard.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "storage/schema/ddl.h"

namespace dg::schema {
namespace {

bool is_protected(std::string_view name) {
  if (name == "schema_migrations") return true;
  const Table* owner = table(name);
  return owner != nullptr && owner->mutability == Mutability::append_only;
}

bool is_protection(std::string_view trigger) {
  const auto& all = append_only_triggers();
  return std::any_of(all.begin(), all.end(),
                     [&](const Trigger& each) { return each.name == trigger; });
}

bool changes_schema(int action) {
  switch (action) {
    case SQLITE_ALTER_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_VTABLE:
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
      return true;
    default:
      return false;
  }
}

/// sqlite3_set_authorizer's callback; `kind` is the migration's.
int decide(void* kind, int action, const char* first, const char* second, const char* /*database*/,
           const char* /*trigger*/) {
  const std::string_view name = first == nullptr ? "" : first;
  const bool data_only = *static_cast<const MigrationKind*>(kind) != MigrationKind::schema;
  if (data_only && changes_schema(action)) return SQLITE_DENY;
  switch (action) {
    case SQLITE_PRAGMA:
      // ALTER TABLE ADD COLUMN asks for it itself.
      return name == "quick_check" ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return SQLITE_DENY;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_DROP_TABLE:
      return is_protected(name) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_ALTER_TABLE:
      return is_protected(second == nullptr ? "" : second) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_DROP_TRIGGER:
      return is_protection(name) ? SQLITE_DENY : SQLITE_OK;
    default:
      return SQLITE_OK;
  }
}

constexpr MigrationKind kAllKinds[] = {MigrationKind::schema, MigrationKind::data,
                                       MigrationKind::fix, MigrationKind::seed};

}  // namespace

Guard::Guard(Connection& connection, MigrationKind kind) : connection_(connection) {
  // SQLite keeps the pointer for as long as the guard stands.
  void* kept = const_cast<MigrationKind*>(&kAllKinds[static_cast<std::size_t>(kind)]);
  sqlite3_set_authorizer(connection.handle(), decide, kept);
}

Guard::~Guard() {
  sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
}

std::string hint_for(const Failure& failure) {
  // The first that fits; SQLite's messages are stable for years and no codes tell these apart.
  static constexpr std::pair<std::string_view, std::string_view> kHints[] = {
      {"already exists",
       "It is there already: 'deltagraph db inspect' shows it. Where it came by hand, 'deltagraph "
       "db adopt' records the migration as applied"},
      {"there is already", "Choose another name: 'deltagraph db audit' lists those that are taken"},
      {"duplicate column name",
       "The column is there already: 'deltagraph db inspect TABLE' shows it. Where it came by "
       "hand, "
       "'deltagraph db adopt' records the migration as applied"},
      {"no such column",
       "The schema is not what the statement expects: 'deltagraph db inspect TABLE' shows the "
       "columns, 'deltagraph db audit' what differs"},
      {"has no column named",
       "The schema is not what the statement expects: 'deltagraph db inspect TABLE' shows the "
       "columns, 'deltagraph db audit' what differs"},
      {"no such table",
       "No migration before this one makes it: 'deltagraph db status' lists them, 'deltagraph db "
       "audit' the tables that are there"},
      {"no such index", "'deltagraph db audit' lists the indexes that are there"},
      {"NOT NULL column with default value NULL",
       "Rows that are there need a value: give the column a DEFAULT, or let it be NULL"},
      {"Cannot add a UNIQUE column", "Add the column first and a UNIQUE index after it"},
      {"Cannot add a PRIMARY KEY column",
       "A key can only be given when the table is made: rebuild it"},
      {"Cannot add a column with non-constant default",
       "Give a literal: CURRENT_TIMESTAMP and expressions are allowed in CREATE TABLE alone"},
      {"Cannot add a REFERENCES column", "Its default must be NULL"},
      {"NOT NULL constraint failed",
       "Rows that are there have no value: fill them in a data migration first, or give a DEFAULT"},
      {"UNIQUE constraint failed", "Rows that are there repeat a value: merge them first"},
      {"CHECK constraint failed",
       "Rows that are there do not meet it: mend them in a data migration first"},
      {"FOREIGN KEY constraint failed",
       "A row refers to one that is not there: 'deltagraph db verify' lists them"},
      {"cannot store", "A value does not fit the column's type: convert it with CAST"},
      {"append-only", "The log is never changed; only 'deltagraph db compact' shortens it"},
      {"not authorized",
       "A migration has no ATTACH, PRAGMA or transaction of its own and leaves the log alone; one "
       "of kind data, fix or seed leaves the schema alone"},
      {"cannot drop", "Drop what refers to it first, or rebuild the table"},
      {"error in drop column", "Drop the index, view or trigger that uses it first"},
      {"syntax error", "Correct the statement"},
      {"incomplete input", "A statement has no end: is a quote or parenthesis open?"},
      {"unrecognized token", "Correct the statement: is a quote open?"},
  };
  for (const auto& [part, hint] : kHints) {
    if (failure.text.find(part) != std::string::npos) return std::string(hint);
  }
  return to_error(failure, "").cure;
}

}  // namespace dg::schema
