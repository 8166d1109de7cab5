#include "storage/schema/requests/sql.h"

#include <algorithm>

#include "parser/check.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/requests/types.h"

namespace dg::schema {

std::vector<std::string> key_of(const SchemaRequest& request) {
  if (!request.primary_key.empty()) return request.primary_key;
  std::vector<std::string> names;
  for (const RequestColumn& column : request.columns) {
    if (column.primary_key) names.push_back(column.name);
  }
  return names;
}

namespace {

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoted_name(name);
  return text;
}

bool is_serial(RequestType type) {
  return type == RequestType::serial || type == RequestType::bigserial;
}

std::string reference_sql(const RequestReference& reference) {
  std::string sql =
      " REFERENCES " + quoted_name(reference.table) + "(" + quoted_name(reference.column) + ")";
  // Only the four known words come here.
  if (!reference.on_delete.empty()) sql += " ON DELETE " + reference.on_delete;
  if (!reference.on_update.empty()) sql += " ON UPDATE " + reference.on_update;
  return sql;
}

/// Definition of one column. `alone`: it is the whole primary key of a table that is created.
std::string column_sql(const RequestColumn& column, bool in_key, bool alone) {
  const std::optional<RequestType> type = request_type(column.type);
  DG_ENFORCE(type.has_value(), "a validated request has known types alone");
  const std::string name = quoted_name(column.name);
  std::string sql = name + " " + std::string(stored_type(*type));
  if (is_serial(*type) && alone) return sql + " PRIMARY KEY";
  if (in_key || !column.nullable) sql += " NOT NULL";
  if (column.default_value) {
    const std::optional<DefaultValue> value = default_of(*type, *column.default_value);
    DG_ENFORCE(value.has_value(), "a validated request has readable defaults alone");
    sql += " DEFAULT " + value->sql;
  }
  if (column.unique) sql += " UNIQUE";
  if (const std::string check = type_check(*type, name); !check.empty())
    sql += " CHECK (" + check + ")";
  if (column.references) sql += reference_sql(*column.references);
  return sql;
}

std::string index_sql(const RequestIndex& index, const std::string& table) {
  return std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
         quoted_name(index.name) + " ON " + quoted_name(table) + " (" + quoted_list(index.columns) +
         ");\n";
}

RequestSql create_sql(const SchemaRequest& request) {
  const std::vector<std::string> key = key_of(request);
  const auto in_key = [&](const std::string& name) {
    return std::find(key.begin(), key.end(), name) != key.end();
  };
  RequestSql sql;
  sql.destructive_down = true;
  sql.up = "CREATE TABLE " + quoted_name(request.table_name) + " (";
  bool key_is_said = false;
  for (const RequestColumn& column : request.columns) {
    if (&column != request.columns.data()) sql.up += ",";
    const bool alone = key.size() == 1 && in_key(column.name);
    sql.up += "\n  " + column_sql(column, in_key(column.name), alone);
    key_is_said = key_is_said || (alone && is_serial(*request_type(column.type)));
  }
  if (!key_is_said) sql.up += ",\n  PRIMARY KEY (" + quoted_list(key) + ")";
  sql.up += "\n) STRICT;\n";
  for (const RequestIndex& index : request.indexes) sql.up += index_sql(index, request.table_name);
  sql.down = "DROP TABLE " + quoted_name(request.table_name) + ";\n";
  return sql;
}

/// In this order: columns renamed and added, indexes, then the table's own name; back in reverse.
RequestSql alter_sql(const SchemaRequest& request) {
  RequestSql sql;
  const std::string table = quoted_name(request.table_name);
  const auto add = [&](const std::string& up, const std::string& down) {
    sql.up += up;
    sql.down = down + sql.down;
  };
  for (const RequestRename& rename : request.renames) {
    const std::string from = quoted_name(rename.from), to = quoted_name(rename.to);
    add("ALTER TABLE " + table + " RENAME COLUMN " + from + " TO " + to + ";\n",
        "ALTER TABLE " + table + " RENAME COLUMN " + to + " TO " + from + ";\n");
  }
  for (const RequestColumn& column : request.columns) {
    sql.destructive_down = true;
    add("ALTER TABLE " + table + " ADD COLUMN " + column_sql(column, false, false) + ";\n",
        "ALTER TABLE " + table + " DROP COLUMN " + quoted_name(column.name) + ";\n");
  }
  for (const RequestIndex& index : request.indexes)
    add(index_sql(index, request.table_name), "DROP INDEX " + quoted_name(index.name) + ";\n");
  if (!request.rename_to.empty()) {
    const std::string name = quoted_name(request.rename_to);
    add("ALTER TABLE " + table + " RENAME TO " + name + ";\n",
        "ALTER TABLE " + name + " RENAME TO " + table + ";\n");
  }
  return sql;
}

}  // namespace

RequestSql sql_of(const SchemaRequest& request) {
  RequestSql sql = request.kind == RequestKind::create ? create_sql(request) : alter_sql(request);
  // As a migration's file gives them back, so that both have one checksum.
  for (std::string* script : {&sql.up, &sql.down}) {
    while (script->ends_with('\n')) script->pop_back();
  }
  return sql;
}

}  // namespace dg::schema
