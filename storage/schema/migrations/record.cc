#include "storage/schema/migrations/record.h"

#include <pwd.h>
#include <unistd.h>

#include "events/chain.h"
#include "storage/schema/ddl.h"

namespace dg::schema {
namespace {

/// In the order in which they are bound and read.
constexpr std::string_view kColumns[] = {
    "name",       "number", "kind", "status", "checksum", "applied_at", "duration_us",
    "applied_by", "batch",  "up",   "down",   "error",    "backup",     "findings"};

void bind_or_null(Statement& row, int index, const std::optional<std::string>& text) {
  if (text) {
    row.bind_text(index, *text);
  } else {
    row.bind_null(index);
  }
}

std::optional<std::string> text_or_none(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::string(row.text(column));
}

}  // namespace

void put_record(Connection& connection, const MigrationRecord& record) {
  const Table& table = *schema::table("schema_migrations");
  std::vector<const Column*> columns;
  for (const std::string_view name : kColumns) columns.push_back(table.column(name));
  Statement row = connection.prepare(upsert_sql(table, columns, {}));
  row.bind_text(1, record.name);
  if (record.number) {
    row.bind(2, *record.number);
  } else {
    row.bind_null(2);
  }
  row.bind_text(3, to_string(record.kind));
  row.bind_text(4, to_string(record.state));
  row.bind_text(5, record.checksum);
  row.bind(6, record.applied_at);
  row.bind(7, record.duration_us);
  row.bind_text(8, record.applied_by);
  row.bind_text(9, record.batch);
  row.bind_text(10, record.up);
  bind_or_null(row, 11, record.down);
  bind_or_null(row, 12, record.error);
  bind_or_null(row, 13, record.backup);
  bind_or_null(row, 14, record.findings);
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
    record.down = text_or_none(rows, 10);
    record.error = text_or_none(rows, 11);
    record.backup = text_or_none(rows, 12);
    record.findings = text_or_none(rows, 13);
  }
  return records;
}

std::string checksum_of(std::string_view up, std::string_view down) {
  RowDigest digest;
  digest.text("up", up);
  digest.text("down", down);
  digest.end_row("migration");
  const ContentHash hash = digest.digest();
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[half >> shift & 15];
  }
  return text;
}

std::string login_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  const int failed = ::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found);
  return failed == 0 && found != nullptr ? std::string(found->pw_name) : std::string();
}

}  // namespace dg::schema
