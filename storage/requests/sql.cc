#include "storage/requests/sql.h"

#include <algorithm>

#include "storage/schema/live/sql_tokens.h"

namespace dg::requests {
namespace {

std::string listed(const std::vector<Identifier>& names) {
  std::string list;
  for (const Identifier& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  return list;
}

std::string column_sql(const Column& column, bool rowid_alias) {
  std::string sql = quoted(column.name) + " ";
  sql += storage_type(column.type);
  if (rowid_alias) return sql + " PRIMARY KEY";
  if (column.not_null) sql += " NOT NULL";
  if (column.unique) sql += " UNIQUE";
  if (column.default_value && !column.default_value->is_null)
    sql += " DEFAULT " + column.default_value->sql;
  const std::string condition = type_condition(column.type, column.name);
  if (!condition.empty()) sql += " CHECK (" + condition + ")";
  if (column.references) {
    const Reference& to = *column.references;
    sql += " REFERENCES " + quoted(to.table) + " (" + quoted(to.column) + ")";
    if (to.on_delete != Action::no_action)
      sql.append(" ON DELETE ").append(to_string(to.on_delete));
    if (to.on_update != Action::no_action)
      sql.append(" ON UPDATE ").append(to_string(to.on_update));
  }
  return sql;
}

/// One INTEGER key column is the rowid's alias, which numbers rows by itself.
bool is_rowid_alias(const Definition& table, const Column& column) {
  return table.primary_key.size() == 1 && table.primary_key.front() == column.name &&
         storage_type(column.type) == "INTEGER";
}

/// How the columns of `after` are found in `before`, by position.
const Column* source_of(const Change& change, std::size_t at) {
  const std::optional<Identifier>& source = change.sources[at];
  return source ? change.before->column(source->text()) : nullptr;
}

/// What ALTER TABLE ADD COLUMN takes (sqlite.org/lang_altertable.html#altertabaddcol).
bool can_be_added(const Definition& table, const Column& column) {
  const bool has_default = column.default_value && !column.default_value->is_null;
  if (column.unique || table.in_key(column.name)) return false;
  if (has_default && !column.default_value->constant) return false;
  if (column.not_null && !has_default) return false;
  return !(column.references && has_default);
}

/// What ALTER TABLE DROP COLUMN takes; indexes that name it are dropped before.
bool can_be_dropped(const Definition& table, const Column& column) {
  return !column.unique && !column.references && !table.in_key(column.name);
}

bool keeps_key(const Change& change) {
  std::vector<Identifier> key;
  for (const Identifier& name : change.after.primary_key) {
    for (std::size_t i = 0; i < change.after.columns.size(); ++i) {
      if (change.after.columns[i].name == name && change.sources[i])
        key.push_back(*change.sources[i]);
    }
  }
  return key == change.before->primary_key;
}

/// Whether kept columns come first, in their old order, and a rename never meets a name in use.
bool keeps_order(const Change& change) {
  std::size_t next = 0;
  bool added = false;
  for (std::size_t i = 0; i < change.after.columns.size(); ++i) {
    if (!change.sources[i]) {
      added = true;
      continue;
    }
    if (added) return false;
    const std::string& from = change.sources[i]->text();
    while (next < change.before->columns.size() && change.before->columns[next].name.text() != from)
      ++next;
    if (next++ == change.before->columns.size()) return false;
    const std::string& to = change.after.columns[i].name.text();
    if (to != from && change.before->column(to) != nullptr) return false;
  }
  return true;
}

void add_dropped_indexes(const Change& change, bool all, std::vector<std::string>& sql) {
  for (const Index& index : change.before->indexes) {
    const Index* kept = change.after.index(index.name.text());
    if (all || kept == nullptr) sql.push_back("DROP INDEX IF EXISTS " + quoted(index.name));
  }
}

void add_new_indexes(const Change& change, bool all, std::vector<std::string>& sql) {
  for (const Index& index : change.after.indexes) {
    const Index* known = change.before ? change.before->index(index.name.text()) : nullptr;
    if (all || known == nullptr) sql.push_back(create_index_sql(change.after, index));
  }
}

/// Whether an index of both sides is another one than before, renames of columns aside.
bool changes_index(const Change& change) {
  return std::any_of(
      change.after.indexes.begin(), change.after.indexes.end(), [&](const Index& index) {
        const Index* before = change.before->index(index.name.text());
        if (before == nullptr) return false;
        if (before->unique != index.unique || before->keys.size() != index.keys.size()) return true;
        for (std::size_t i = 0; i < index.keys.size(); ++i) {
          const auto at = static_cast<std::size_t>(
              change.after.column(index.keys[i].column.text()) - change.after.columns.data());
          const bool same = change.sources[at] == before->keys[i].column &&
                            index.keys[i].path == before->keys[i].path;
          if (!same) return true;
        }
        return false;
      });
}

void add_alterations(const Change& change, std::vector<std::string>& sql) {
  const Definition& before = *change.before;
  const Definition& after = change.after;
  add_dropped_indexes(change, false, sql);
  if (before.name != after.name) {
    sql.push_back("ALTER TABLE " + quoted(before.name) + " RENAME TO " + quoted(after.name));
  }
  const std::string table = "ALTER TABLE " + quoted(after.name);
  for (const Identifier& lost : lost_columns(change))
    sql.push_back(table + " DROP COLUMN " + quoted(lost));
  for (std::size_t i = 0; i < after.columns.size(); ++i) {
    const Column& column = after.columns[i];
    if (!change.sources[i]) {
      sql.push_back(table + " ADD COLUMN " + column_sql(column, false));
    } else if (*change.sources[i] != column.name) {
      sql.push_back(table + " RENAME COLUMN " + quoted(*change.sources[i]) + " TO " +
                    quoted(column.name));
    }
  }
  add_new_indexes(change, false, sql);
}

void add_rebuild(const Change& change, std::vector<std::string>& sql) {
  const Definition& before = *change.before;
  const Definition& after = change.after;
  // No request can have this name (is_reserved()).
  const std::string fresh = '"' + after.name.text() + "__rebuild\"";
  std::string into, from;
  for (std::size_t i = 0; i < after.columns.size(); ++i) {
    const Column* source = source_of(change, i);
    if (source == nullptr) continue;
    const Column& column = after.columns[i];
    const char* const comma = into.empty() ? "" : ", ";
    into += comma + quoted(column.name);
    const bool fill = column.not_null && !source->not_null && column.default_value;
    from +=
        comma + (fill ? "coalesce(" + quoted(source->name) + ", " + column.default_value->sql + ")"
                      : quoted(source->name));
  }
  sql.push_back(create_table_sql(after, fresh));
  if (!into.empty()) {
    sql.push_back("INSERT INTO " + fresh + " (" + into + ") SELECT " + from + " FROM " +
                  quoted(before.name));
  }
  sql.push_back("DROP TABLE " + quoted(before.name));
  sql.push_back("ALTER TABLE " + fresh + " RENAME TO " + quoted(after.name));
  add_new_indexes(change, true, sql);
}

}  // namespace

std::string key_sql(const IndexKey& key) {
  if (key.path.empty()) return quoted(key.column);
  std::string path = "$";
  for (const std::string& step : key.path) path += "." + step;
  return "json_extract(" + quoted(key.column) + ", " + schema::quoted_text(path) + ")";
}

std::string create_table_sql(const Definition& table, const std::string& name) {
  std::string sql = "CREATE TABLE ";
  if (name.empty()) sql += "IF NOT EXISTS ";
  sql += (name.empty() ? quoted(table.name) : name) + " (";
  bool rowid_alias = false;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool alias = is_rowid_alias(table, table.columns[i]);
    sql += (i == 0 ? "\n  " : ",\n  ") + column_sql(table.columns[i], alias);
    rowid_alias = rowid_alias || alias;
  }
  if (!rowid_alias) sql += ",\n  PRIMARY KEY (" + listed(table.primary_key) + ")";
  return sql + "\n) STRICT";
}

std::string create_index_sql(const Definition& table, const Index& index) {
  std::string keys;
  for (const IndexKey& key : index.keys) keys += (keys.empty() ? "" : ", ") + key_sql(key);
  return std::string(index.unique ? "CREATE UNIQUE INDEX" : "CREATE INDEX") + " IF NOT EXISTS " +
         quoted(index.name) + " ON " + quoted(table.name) + " (" + keys + ")";
}

bool is_rebuild(const Change& change) {
  if (!change.before) return false;
  for (std::size_t i = 0; i < change.after.columns.size(); ++i) {
    const Column& column = change.after.columns[i];
    const Column* source = source_of(change, i);
    if (source == nullptr ? !can_be_added(change.after, column) : !source->same_shape(column))
      return true;
  }
  for (const Identifier& lost : lost_columns(change)) {
    if (!can_be_dropped(*change.before, *change.before->column(lost.text()))) return true;
  }
  // ALTER TABLE would rename other tables' references with it, and a name freed by a drop is not
  // there yet when the column that takes it is renamed.
  return !keeps_key(change) || !keeps_order(change) || changes_index(change);
}

std::vector<std::string> change_sql(const Change& change) {
  std::vector<std::string> sql;
  if (!change.before) {
    sql.push_back(create_table_sql(change.after));
    add_new_indexes(change, true, sql);
  } else if (is_rebuild(change)) {
    add_rebuild(change, sql);
  } else {
    add_alterations(change, sql);
  }
  return sql;
}

Change inverse(const Change& change) {
  Change back{change.after, *change.before, {}};
  for (const Column& column : back.after.columns) {
    std::optional<Identifier> source;
    for (std::size_t i = 0; i < change.sources.size(); ++i) {
      if (change.sources[i] == column.name) source = change.after.columns[i].name;
    }
    back.sources.push_back(std::move(source));
  }
  return back;
}

std::vector<Identifier> lost_columns(const Change& change) {
  std::vector<Identifier> lost;
  if (!change.before) return lost;
  for (const Column& column : change.before->columns) {
    const bool kept = std::find(change.sources.begin(), change.sources.end(),
                                std::optional<Identifier>(column.name)) != change.sources.end();
    if (!kept) lost.push_back(column.name);
  }
  return lost;
}

}  // namespace dg::requests
