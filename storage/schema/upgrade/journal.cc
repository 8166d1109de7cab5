#include "storage/schema/upgrade/journal.h"

#include <chrono>

#include "events/chain.h"
#include "storage/clock.h"
#include "storage/rows/file_rows.h"
#include "storage/schema/registry.h"

namespace dg::schema {
namespace {

struct Row {
  std::int64_t applied_at = 0, schema_version = 0, duration_us = 0;
  std::string_view kind, object, sql;
};

std::string checksum(std::string_view before, const Row& row) {
  RowDigest digest;
  digest.blob("before", before);
  digest.integer("applied_at", row.applied_at);
  digest.integer("schema_version", row.schema_version);
  digest.integer("duration_us", row.duration_us);
  digest.text("kind", row.kind);
  digest.text("object", row.object);
  digest.text("sql", row.sql);
  digest.end_row("schema_journal");
  return content_hash_bytes(digest.digest());
}

}  // namespace

void Journal::run(Connection& connection, const Step& step) {
  const auto begun = std::chrono::steady_clock::now();
  if (step.is_test) {
    if (connection.integer(step.sql) != 1) {
      Failure failure;
      failure.code = SQLITE_CONSTRAINT;
      failure.text = "rows would be lost: " + step.sql;
      throw failure;
    }
  } else {
    connection.execute(step.sql);
  }
  const auto took = std::chrono::steady_clock::now() - begun;
  lines_.push_back(
      {step, unix_ms(), std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
}

void Journal::write(Connection& connection) {
  if (lines_.empty()) return;
  Statement last =
      connection.prepare("SELECT checksum FROM schema_journal ORDER BY id DESC LIMIT 1");
  std::string before(last.step() ? last.text(0) : std::string_view());
  last.reset();
  Statement insert = connection.prepare(
      "INSERT INTO schema_journal(applied_at, schema_version, kind, object, sql, duration_us, "
      "checksum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  for (const Line& line : lines_) {
    const Row row{line.at_ms,       std::int64_t{kSchemaVersion},
                  line.duration_us, line.step.kind,
                  line.step.object, line.step.sql};
    before = checksum(before, row);
    insert.bind(1, row.applied_at);
    insert.bind(2, row.schema_version);
    insert.bind_text(3, row.kind);
    insert.bind_text(4, row.object);
    insert.bind_text(5, row.sql);
    insert.bind(6, row.duration_us);
    insert.bind_blob(7, before);
    insert.run();
  }
  lines_.clear();
}

std::optional<std::int64_t> broken_journal_row(const Connection& connection) {
  Statement rows = connection.prepare(
      "SELECT id, applied_at, schema_version, kind, object, sql, duration_us, checksum "
      "FROM schema_journal ORDER BY id");
  std::string before;
  std::int64_t last = 0;
  while (rows.step()) {
    const std::int64_t id = rows.integer(0);
    const bool whole_order = id == last + 1;
    last = id;
    if (rows.is_null(7)) {
      // Only those before the first checksum have none.
      if (!before.empty() || !whole_order) return id;
      continue;
    }
    const Row row{rows.integer(1), rows.integer(2), rows.integer(6),
                  rows.text(3),    rows.text(4),    rows.text(5)};
    before = checksum(before, row);
    if (!whole_order || before != rows.text(7)) return id;
  }
  return std::nullopt;
}

}  // namespace dg::schema
