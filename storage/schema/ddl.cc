#include "storage/schema/ddl.h"

#include "parser/check.h"

namespace dg::schema {
namespace {

bool in_list(std::string_view list, std::string_view name) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(", ");
    if (list.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 2);
  }
  return false;
}

bool is_rowid_alias(const Table& table, const Column& column) noexcept {
  return !table.without_rowid && table.primary_key == column.name &&
         column.type == ColumnType::integer;
}

/// Definition without name: type and constraints.
void append_constraints(const Table& table, const Column& column, std::string& sql) {
  sql += sql_type(column.type);
  if (is_rowid_alias(table, column)) {
    sql += " PRIMARY KEY";
    return;
  }
  if (!column.nullable) sql += " NOT NULL";
  if (!column.default_value.empty()) sql.append(" DEFAULT ").append(column.default_value);
  if (column.type == ColumnType::boolean) {
    sql.append(" CHECK (").append(column.name).append(" IN (0, 1))");
  }
  if (column.type == ColumnType::json) {
    // Before SQLite 3.45 json_valid(NULL) is 0, and any SQLite tool may look at the file.
    const std::string valid = "json_valid(" + std::string(column.name) + ")";
    const std::string unset = column.nullable ? std::string(column.name) + " IS NULL OR " : "";
    sql.append(" CHECK (").append(unset).append(valid).append(")");
  }
  if (!column.check.empty()) sql.append(" CHECK (").append(column.check).append(")");
  if (!column.references.empty()) sql.append(" REFERENCES ").append(column.references);
}

void append_names(std::span<const Column* const> columns, std::string& sql) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != 0) sql += ", ";
    sql += columns[i]->name;
  }
}

void append_equations(std::span<const Column* const> columns, std::size_t first,
                      std::string_view separator, std::string& sql) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != 0) sql += separator;
    sql.append(columns[i]->name).append(" = ?").append(std::to_string(first + i));
  }
}

}  // namespace

std::string create_table_sql(const Table& table) {
  std::string sql = "CREATE TABLE ";
  sql.append(table.name).append(" (");
  bool rowid_alias = false;
  for (const Column& column : table.columns) {
    if (&column != table.columns.data()) sql += ",";
    sql.append("\n  ").append(column.name).append(" ");
    append_constraints(table, column, sql);
    rowid_alias = rowid_alias || is_rowid_alias(table, column);
  }
  if (!rowid_alias) sql.append(",\n  PRIMARY KEY (").append(table.primary_key).append(")");
  if (!table.unique.empty()) sql.append(",\n  UNIQUE (").append(table.unique).append(")");
  if (!table.check.empty()) sql.append(",\n  CHECK (").append(table.check).append(")");
  sql += table.without_rowid ? "\n) STRICT, WITHOUT ROWID" : "\n) STRICT";
  return sql;
}

std::string create_index_sql(const Table& table, const Index& index) {
  std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  sql.append(index.name).append(" ON ").append(table.name);
  sql.append("(").append(index.columns).append(")");
  if (!index.where.empty()) sql.append(" WHERE ").append(index.where);
  return sql;
}

std::string add_column_sql(const Table& table, const Column& column) {
  if (in_list(table.primary_key, column.name) || in_list(table.unique, column.name)) return {};
  if (!column.nullable && column.default_value.empty()) return {};
  std::string sql = "ALTER TABLE ";
  sql.append(table.name).append(" ADD COLUMN ").append(column.name).append(" ");
  append_constraints(table, column, sql);
  return sql;
}

std::vector<Trigger> append_only_triggers(const Table& table) {
  const bool legacy = table.life_cycle == LifeCycle::legacy_readonly;
  std::vector<Trigger> all;
  const auto refuse = [&](const char* verb, const char* suffix) {
    std::string name = std::string(table.name) + suffix;
    std::string sql = "CREATE TRIGGER " + name + " BEFORE " + verb + " ON ";
    sql.append(table.name).append(" BEGIN SELECT RAISE(ABORT, '").append(table.name);
    sql += legacy ? " is legacy and refuses writes'); END" : " is append-only'); END";
    all.push_back({std::move(name), std::move(sql)});
  };
  if (legacy) refuse("INSERT", "_no_insert");
  if (legacy || table.mutability == Mutability::append_only) {
    refuse("UPDATE", "_no_update");
    refuse("DELETE", "_no_delete");
  }
  return all;
}

std::span<const Trigger> append_only_triggers() noexcept {
  static const std::vector<Trigger> kTriggers = [] {
    std::vector<Trigger> all;
    for (const Table& table : tables()) {
      for (Trigger& trigger : append_only_triggers(table)) all.push_back(std::move(trigger));
    }
    return all;
  }();
  return kTriggers;
}

std::string schema_sql() {
  std::string sql;
  const auto add = [&sql](std::string_view statement) { sql.append(statement).append(";\n"); };
  for (const Table& table : tables()) {
    sql.append("-- ").append(table.description).append("\n");
    add(create_table_sql(table));
    for (const Index& index : table.indexes) add(create_index_sql(table, index));
  }
  for (const Trigger& trigger : append_only_triggers()) add(trigger.sql);
  for (const NamedSql& virtual_table : virtual_tables()) add(virtual_table.sql);
  for (const NamedSql& view : views()) add(view.sql);
  return sql;
}

std::string insert_sql(const Table& table, std::span<const Column* const> columns) {
  std::string sql = "INSERT INTO ";
  sql.append(table.name).append("(");
  append_names(columns, sql);
  sql += ") VALUES(";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != 0) sql += ", ";
    sql.append("?").append(std::to_string(i + 1));
  }
  return sql + ")";
}

std::string upsert_sql(const Table& table, std::span<const Column* const> columns,
                       std::string_view guard) {
  std::string sql = insert_sql(table, columns);
  sql.append(" ON CONFLICT(").append(table.primary_key).append(") DO UPDATE SET ");
  bool first = true;
  for (const Column* column : columns) {
    if (in_list(table.primary_key, column->name)) continue;
    if (!first) sql += ", ";
    first = false;
    sql.append(column->name).append(" = excluded.").append(column->name);
  }
  DG_ENFORCE(!first, "an upsert writes more than its key");
  if (!guard.empty()) sql.append(" WHERE ").append(guard);
  return sql;
}

std::string update_sql(const Table& table, std::span<const Column* const> set,
                       std::span<const Column* const> where) {
  std::string sql = "UPDATE ";
  sql.append(table.name).append(" SET ");
  append_equations(set, 1, ", ", sql);
  sql += " WHERE ";
  append_equations(where, set.size() + 1, " AND ", sql);
  return sql;
}

std::string delete_sql(const Table& table, std::span<const Column* const> where) {
  std::string sql = "DELETE FROM ";
  sql.append(table.name).append(" WHERE ");
  append_equations(where, 1, " AND ", sql);
  return sql;
}

}  // namespace dg::schema
