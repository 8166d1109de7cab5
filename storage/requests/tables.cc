#include "storage/requests/tables.h"

#include <algorithm>
#include <array>
#include <vector>

#include "parser/check.h"
#include "storage/schema/ddl.h"

namespace dg::requests {
namespace {

using enum schema::ColumnType;
using Declared = schema::Column;

constexpr Declared needed(std::string_view name, schema::ColumnType type,
                          std::string_view description) {
  return {name, type, false, false, "0.1", "schema-request", description, {}, {}};
}
constexpr Declared maybe(std::string_view name, schema::ColumnType type,
                         std::string_view description) {
  return {name, type, true, false, "0.1", "schema-request", description, {}, {}};
}

constexpr Declared kRequests[] = {
    needed("id", text, "UUIDv7 (RFC 9562)."),
    needed("table_name", text, "That it is about, as it is called before."),
    needed("operation", text, "create or alter."),
    needed("status", text, "draft, requested, approved, migrated or rejected."),
    maybe("owner", text, "Who looks after the table."),
    needed("requested_by", text, "Who asks for it, by their own word."),
    needed("submitted_by", text, "Who handed it in."),
    needed("justification", text, "What it is for."),
    maybe("related_issue", text, "Where it is discussed."),
    needed("created_ms", integer, "ms since 1970, UTC."),
    needed("updated_ms", integer, "ms since 1970, UTC: of its definition or status."),
    needed("made_ms", integer, "The time that its migration is named after."),
    needed("migration", text, "Name of its migration."),
    needed("document", json, "The request as it was handed in."),
    maybe("approved_by", text, "Who approved; NULL: the approval is void or never was."),
    maybe("approved_ms", integer, "ms since 1970, UTC."),
    maybe("approved_hash", text, "SHA-256 of the SQL that was reviewed."),
    maybe("approved_base", text, "SHA-256 of the shapes of the tables that it builds on."),
    maybe("scheduled_ms", integer, "When it is to be applied, ms since 1970, UTC; NULL: never."),
    maybe("scheduled_by", text, "Who said so."),
    maybe("schedule_note", text, "Why it was not applied at its time; NULL: nothing to say."),
};
constexpr schema::Index kRequestIndexes[] = {
    {"idx_schema_requests_migration", "migration", true, false, {}},
    {"idx_schema_requests_table_name", "table_name, status", false, false, {}},
    {"idx_schema_requests_status", "status, created_ms", false, false, {}},
};

constexpr Declared kMigrations[] = {
    maybe("sequence", integer, "In the order of being applied."),
    needed("request_id", text, "schema_requests.id."),
    maybe("previous", integer, "sequence of the migration that the table was made by before."),
    needed("name", text, "YYYYMMDD_HHMMSS_create_TABLE."),
    needed("table_name", text, "That it left behind."),
    needed("checksum", text, "SHA-256 of up_sql and down_sql."),
    needed("up_sql", text, "As it was executed."),
    needed("down_sql", text, "What takes it back."),
    needed("state", text, "applied or rolled_back."),
    needed("applied_by", text, "Who applied it."),
    needed("applied_ms", integer, "ms since 1970, UTC."),
    needed("duration_us", integer, "Of UP."),
    maybe("undone_by", text, "Who rolled it back."),
    maybe("undone_ms", integer, "ms since 1970, UTC."),
    maybe("backup", text, "Copy of the database made before it was rolled back."),
    needed("comment", text, "Of the table."),
    needed("owner", text, "Of the table."),
};
constexpr schema::Index kMigrationIndexes[] = {
    {"idx_schema_migrations_request_id", "request_id, sequence", false, false, {}},
    {"idx_schema_migrations_previous", "previous", false, false, {}},
};

constexpr Declared kColumns[] = {
    needed("migration", integer, "schema_migrations.sequence that left the table so."),
    needed("position", integer, "From 0."),
    needed("name", text, "Of the column."),
    needed("type", text, "Logical type, as the request names it."),
    needed("not_null", boolean, "Whether it must have a value."),
    needed("is_unique", boolean, "Whether values differ."),
    needed("key_position", integer, "From 1 in the primary key; 0: not in it."),
    maybe("default_value", text, "As the request has it."),
    maybe("ref_table", text, "Foreign key: table."),
    maybe("ref_column", text, "Foreign key: column."),
    maybe("on_delete", text, "Foreign key: action."),
    maybe("on_update", text, "Foreign key: action."),
    needed("comment", text, "What it holds."),
};

constexpr Declared kIndexes[] = {
    needed("migration", integer, "schema_migrations.sequence that left the table so."),
    needed("position", integer, "From 0."),
    needed("name", text, "Of the index."),
    needed("keys", text, "Columns and values within JSON, separated by commas."),
    needed("is_unique", boolean, "Whether values differ."),
    needed("method", text, "As asked for; SQLite makes a B-tree."),
};

constexpr Declared kComments[] = {
    needed("table_name", text, "Of a requested table."),
    needed("column_name", text, "Of its column; empty: the table itself."),
    needed("comment", text, "What it holds."),
};

constexpr Declared kAudit[] = {
    maybe("sequence", integer, "In the order of happening."),
    needed("request_id", text, "schema_requests.id."),
    needed("table_name", text, "That it was about."),
    needed("action", text, "CREATE_REQUEST, UPDATE_REQUEST, STATUS_CHANGE_X, APPLY, ROLLBACK …"),
    maybe("from_status", text, "Before; NULL: there was no request."),
    needed("status", text, "Afterwards."),
    needed("performed_by", text, "By their own word."),
    needed("account", text, "Of the operating system."),
    needed("performed_ms", integer, "ms since 1970, UTC."),
    maybe("reason", text, "As given."),
    maybe("sql_hash", text, "Of the SQL that it was about."),
    maybe("sql_executed", text, "What was run."),
    maybe("error_message", text, "Why it failed."),
    maybe("document", json, "The request as it was then."),
};
constexpr schema::Index kAuditIndexes[] = {
    {"idx_schema_audit_request_id", "request_id, sequence", false, false, {}},
};

constexpr std::array<schema::Table, 6> kTables{{
    {"schema_requests",
     "Requests for tables, and where each of them stands.",
     kRequests,
     "id",
     {},
     "status IN ('draft', 'requested', 'approved', 'migrated', 'rejected')",
     kRequestIndexes},
    {"schema_migrations",
     "What was applied, and what was taken back.",
     kMigrations,
     "sequence",
     {},
     "state IN ('applied', 'rolled_back')",
     kMigrationIndexes},
    {"schema_columns",
     "The columns of a table as a migration left them.",
     kColumns,
     "migration, position",
     {},
     {},
     {}},
    {"schema_indexes",
     "The indexes of a table as a migration left them.",
     kIndexes,
     "migration, position",
     {},
     {},
     {}},
    {"schema_comments",
     "What requested tables and their columns hold.",
     kComments,
     "table_name, column_name",
     {},
     {},
     {}},
    {"schema_audit",
     "Who did what to which request, and when.",
     kAudit,
     "sequence",
     {},
     {},
     kAuditIndexes,
     false,
     false,
     schema::Mutability::append_only},
}};

}  // namespace

std::span<const schema::Table> tables() noexcept {
  return kTables;
}

const schema::Table& table(std::string_view name) {
  const auto found = std::find_if(kTables.begin(), kTables.end(),
                                  [&](const schema::Table& each) { return each.name == name; });
  DG_ENFORCE(found != kTables.end(), "statements name declared tables");
  return *found;
}

std::string insert_all_sql(std::string_view table_name) {
  std::vector<const schema::Column*> columns;
  const schema::Table& declared = table(table_name);
  for (const schema::Column& column : declared.columns) columns.push_back(&column);
  return schema::insert_sql(declared, columns);
}

void create_tables(Connection& connection) {
  for (const schema::Table& each : kTables) {
    connection.execute(schema::create_table_sql(each));
    for (const schema::Index& index : each.indexes)
      connection.execute(schema::create_index_sql(each, index));
    for (const schema::Trigger& trigger : schema::append_only_triggers(each))
      connection.execute(trigger.sql);
  }
  connection.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  connection.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion));
}

void upgrade_tables(Connection& connection) {
  if (connection.integer("PRAGMA user_version") >= kSchemaVersion) return;
  Statement there =
      connection.prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2 COLLATE NOCASE");
  for (const schema::Table& each : kTables) {
    for (const schema::Column& column : each.columns) {
      there.bind_text(1, each.name);
      there.bind_text(2, column.name);
      const bool found = there.step();
      there.reset();
      if (!found) connection.execute(schema::add_column_sql(each, column));
    }
  }
  connection.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion));
}

}  // namespace dg::requests
