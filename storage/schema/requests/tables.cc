#include "storage/schema/requests/tables.h"

#include "storage/schema/ddl.h"
#include "storage/schema/live/inspect.h"

namespace dg::schema {
namespace {

using enum ColumnType;

constexpr std::string_view kRequests = "schema-request";

constexpr Column needed(std::string_view name, ColumnType type, std::string_view description,
                        std::string_view check = {}) {
  return {name, type, false, false, "0.1", kRequests, description, {}, check};
}
constexpr Column maybe(std::string_view name, ColumnType type, std::string_view description) {
  return {name, type, true, false, "0.1", kRequests, description, {}, {}};
}

constexpr Column kSchemaRequests[] = {
    needed("id", text, "UUIDv7.", "length(id) = 36"),
    needed("table_name", text, "The table that is asked for."),
    needed("status", text, "draft, requested, approved, migrated or rejected.",
           "status IN ('draft', 'requested', 'approved', 'migrated', 'rejected')"),
    needed("requested_by", text, "Who asks."),
    needed("request", json, "As it was given."),
    needed("up", text, "The statements that were reviewed."),
    needed("down", text, "What takes them back."),
    needed("hash", text, "XXH3-128 of up and down, hexadecimal."),
    needed("schema_hash", text, "Of the schema that they were made for."),
    maybe("approved_hash", text, "The hash that was approved; NULL: none."),
    maybe("approved_by", text, "Who approved it."),
    needed("created_at", integer, "ms since 1970, UTC."),
    maybe("migration", text, "schema_migrations.name that it became."),
};
constexpr Index kSchemaRequestIndexes[] = {
    {"idx_schema_requests_status", "status, id", false, false, {}},
};

constexpr Column kSchemaAudit[] = {
    maybe("id", integer, "Order of what happened."),
    needed("at", integer, "ms since 1970, UTC."),
    needed("request", text, "schema_requests.id."),
    needed("action", text, "create, status or apply."),
    needed("performed_by", text, "Who did it."),
    maybe("from_status", text, "Status before; NULL: there was no request."),
    needed("to_status", text, "Status after."),
    needed("hash", text, "Of the statements, as they were then."),
    needed("note", text, "A reason, or what failed; empty: none."),
};
constexpr Index kSchemaAuditIndexes[] = {
    {"idx_schema_audit_request", "request, id", false, false, {}},
};

}  // namespace

std::span<const Table> request_tables() noexcept {
  static const Table kTables[] = {
      {"schema_requests", "What was asked for, with the statements to review.", kSchemaRequests,
       "id", "", "", kSchemaRequestIndexes, false, false, Mutability::free},
      {"schema_audit", "Who did what to which request; never changed, never deleted.", kSchemaAudit,
       "id", "", "", kSchemaAuditIndexes, false, false, Mutability::append_only},
  };
  return kTables;
}

const LiveSchema& declared_beside() {
  static const LiveSchema kSchema = [] {
    Connection connection(":memory:", Connection::Mode::read_write_create);
    const auto make = [&](const Table& table) {
      connection.execute(create_table_sql(table));
      for (const Index& index : table.indexes) connection.execute(create_index_sql(table, index));
      for (const Trigger& trigger : append_only_triggers(table)) connection.execute(trigger.sql);
    };
    make(*table("schema_journal"));
    make(*table("schema_migrations"));
    for (const Table& table : request_tables()) make(table);
    return inspect(connection);
  }();
  return kSchema;
}

}  // namespace dg::schema
