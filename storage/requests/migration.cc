#include "storage/requests/migration.h"

#include <cstdio>
#include <ctime>

#include "storage/requests/sha256.h"
#include "storage/requests/sql.h"
#include "storage/schema/live/sql_tokens.h"

namespace dg::requests {
namespace {

std::tm utc(std::int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(std::int64_t ms, const char* format) {
  char text[64];
  const std::tm parts = utc(ms);
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string header(const std::string& name, const char* direction, const Change& change,
                   const SchemaRequest& request, std::int64_t made_ms) {
  std::string text = "-- Migration: " + name + "\n-- Direction: " + direction +
                     "\n-- Table:     " + change.after.name.text() +
                     "\n-- Requester: " + in_comment(request.requested_by) + "\n";
  if (!request.related_issue.empty())
    text += "-- Issue:     " + in_comment(request.related_issue) + "\n";
  text += "-- Time:      " + time_text(made_ms) + "\n";
  if (change.before && is_rebuild(change))
    text += "-- The table is rebuilt: its rows are copied into a new one.\n";
  for (const Identifier& lost : lost_columns(change))
    text += "-- The values of " + lost.text() + " are lost.\n";
  return text + "\n";
}

/// SQLite has no COMMENT ON: comments are rows (tables.h).
void add_comments(const std::string& remove, const Definition* table, std::string& sql) {
  sql += "DELETE FROM \"schema_comments\" WHERE \"table_name\" = " + schema::quoted_text(remove) +
         ";\n";
  if (table == nullptr) return;
  const auto add = [&](const std::string& column, const std::string& comment) {
    if (comment.empty()) return;
    sql +=
        "INSERT INTO \"schema_comments\" (\"table_name\", \"column_name\", \"comment\") VALUES (" +
        schema::quoted_text(table->name.text()) + ", " + schema::quoted_text(column) + ", " +
        schema::quoted_text(comment) + ");\n";
  };
  add("", table->comment);
  for (const Column& column : table->columns) add(column.name.text(), column.comment);
}

std::string statements(const Change& change) {
  std::string sql;
  for (const std::string& statement : change_sql(change)) sql += statement + ";\n";
  return sql;
}

}  // namespace

std::string stamp_text(std::int64_t ms) {
  return formatted(ms, "%Y%m%d_%H%M%S");
}

std::string time_text(std::int64_t ms) {
  return formatted(ms, "%Y-%m-%dT%H:%M:%SZ");
}

Migration make_migration(const Change& change, const SchemaRequest& request, std::int64_t made_ms) {
  Migration migration;
  migration.name = stamp_text(made_ms) + (change.before ? "_alter_" : "_create_") +
                   (change.before ? change.before->name : change.after.name).text();
  migration.destructive = !lost_columns(change).empty();
  migration.up = header(migration.name, "UP", change, request, made_ms) + statements(change);
  const std::string before = change.before ? change.before->name.text() : std::string();
  add_comments(before.empty() ? change.after.name.text() : before, &change.after, migration.up);
  if (change.before) {
    const Change back = inverse(change);
    migration.down = header(migration.name, "DOWN", back, request, made_ms) + statements(back);
    add_comments(change.after.name.text(), &*change.before, migration.down);
  } else {
    migration.down = header(migration.name, "DOWN", change, request, made_ms) +
                     "DROP TABLE IF EXISTS " + quoted(change.after.name) + ";\n";
    add_comments(change.after.name.text(), nullptr, migration.down);
  }
  migration.hash = sha256(migration.up + '\0' + migration.down);
  return migration;
}

}  // namespace dg::requests
