#include "storage/schema/migrations/record.h"

#include "events/chain.h"
#include "parser/hexadecimal.h"
#include "storage/schema/ddl.h"

namespace dg::schema {
namespace {

/// In the order in which they are bound and read.
constexpr std::string_view kColumns[] = {
    "name",       "number", "kind", "status", "checksum", "applied_at", "duration_us",
    "applied_by", "batch",  "up",   "down",   "error",    "backup",     "findings"};

}  // namespace

void put_record(Connection& connection, const MigrationRecord& record) {
  const Table& table = *schema::table("schema_migrations");
  std::vector<const Column*> columns;
  for (const std::string_view name : kColumns) columns.push_back(table.column(name));
  Statement row = connection.prepare(upsert_sql(table, columns, {}));
  row.bind_text(1, record.name);
  row.bind_or_null(2, record.number);
  row.bind_text(3, to_string(record.kind));
  row.bind_text(4, to_string(record.state));
  row.bind_text(5, record.checksum);
  row.bind(6, record.applied_at);
  row.bind(7, record.duration_us);
  row.bind_text(8, record.applied_by);
  row.bind_text(9, record.batch);
  row.bind_text(10, record.up);
  row.bind_or_null(11, record.down);
  row.bind_or_null(12, record.error);
  row.bind_or_null(13, record.backup);
  row.bind_or_null(14, record.findings);
  row.run();
}

std::vector<MigrationRecord> records_of(const Connection& connection) {
  std::vector<MigrationRecord> records;
  if (connection.integer(
          "SELECT count(*) FROM pragma_table_xinfo('schema_migrations') WHERE name = 'findings'") ==
      0)
    return records;
  Statement rows = connection.prepare(
      "SELECT name, number, kind, status, checksum, applied_at, duration_us, applied_by, batch, "
      "up, down, error, backup, findings FROM schema_migrations ORDER BY number IS NULL, number, "
      "name");
  while (rows.step()) {
    MigrationRecord& record = records.emplace_back();
    record.name = rows.text(0);
    if (!rows.is_null(1)) record.number = rows.integer(1);
    record.kind = kind_named(rows.text(2)).value_or(MigrationKind::schema);
    record.state = state_named(rows.text(3)).value_or(MigrationState::failed);
    record.checksum = rows.text(4);
    record.applied_at = rows.integer(5);
    record.duration_us = rows.integer(6);
    record.applied_by = rows.text(7);
    record.batch = rows.text(8);
    record.up = rows.text(9);
    record.down = rows.text_or_none(10);
    record.error = rows.text_or_none(11);
    record.backup = rows.text_or_none(12);
    record.findings = rows.text_or_none(13);
  }
  return records;
}

std::string checksum_of(std::string_view up, std::string_view down) {
  RowDigest digest;
  digest.text("up", up);
  digest.text("down", down);
  digest.end_row("migration");
  const ContentHash hash = digest.digest();
  return hexadecimal(hash.high) + hexadecimal(hash.low);
}

}  // namespace dg::schema
