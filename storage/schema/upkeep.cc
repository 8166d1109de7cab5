#include "storage/schema/upkeep.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "storage/clock.h"
#include "storage/schema/ddl.h"

namespace dg::schema {
namespace {

using Existing = std::unordered_map<std::string, std::string>;  // name -> SQL

Existing objects(const Connection& connection, std::string_view type) {
  Existing found;
  Statement rows =
      connection.prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE type = ?1");
  rows.bind_text(1, type);
  while (rows.step()) found.emplace(rows.text(0), rows.text(1));
  return found;
}

std::vector<std::string> column_names(const Connection& connection, std::string_view table) {
  std::vector<std::string> names;
  Statement rows = connection.prepare("SELECT name FROM pragma_table_xinfo(?1)");
  rows.bind_text(1, table);
  while (rows.step()) names.emplace_back(rows.text(0));
  return names;
}

/// Shadow tables of the full-text index belong to it.
bool is_shadow(std::string_view name) {
  for (const NamedSql& table : virtual_tables()) {
    if (name.starts_with(table.name) && name.substr(table.name.size()).starts_with("_"))
      return true;
  }
  return false;
}

struct Step {
  std::string kind, object, sql;
};

/// What has to be executed, in order; empty where the schema is as registered.
class Plan {
 public:
  explicit Plan(const Connection& connection)
      : tables_(objects(connection, "table")),
        indexes_(objects(connection, "index")),
        triggers_(objects(connection, "trigger")),
        views_(objects(connection, "view")) {
    add_tables(connection);
    add_indexes();
    add_programs();
  }
  const std::vector<Step>& steps() const noexcept { return steps_; }

 private:
  void add_tables(const Connection& connection) {
    for (const Table& table : tables()) {
      if (!tables_.contains(std::string(table.name))) {
        add("table", table.name, create_table_sql(table));
      }
    }
    for (const Table& table : tables()) {
      if (!tables_.contains(std::string(table.name))) continue;
      const std::vector<std::string> present = column_names(connection, table.name);
      for (const Column& column : table.columns) {
        if (std::find(present.begin(), present.end(), column.name) != present.end()) continue;
        std::string object(table.name);
        object.append(".").append(column.name);
        std::string sql = add_column_sql(table, column);
        if (!sql.empty()) add("column", object, std::move(sql));
      }
    }
  }

  void add_indexes() {
    for (const Table& table : tables()) {
      for (const Index& index : table.indexes) {
        if (!indexes_.contains(std::string(index.name))) {
          add("index", index.name, create_index_sql(table, index));
        }
      }
    }
  }

  /// Triggers and views hold no data: one that differs is replaced.
  void add_programs() {
    for (const Trigger& trigger : append_only_triggers()) {
      replace("trigger", trigger.name, trigger.sql, triggers_);
    }
    for (const NamedSql& table : virtual_tables()) {
      if (!tables_.contains(std::string(table.name))) {
        add("virtual_table", table.name, std::string(table.sql));
      }
    }
    for (const NamedSql& view : views()) replace("view", view.name, view.sql, views_);
  }

  void replace(std::string_view kind, std::string_view name, std::string_view sql,
               const Existing& existing) {
    const auto found = existing.find(std::string(name));
    if (found != existing.end() && found->second == sql) return;
    if (found != existing.end()) {
      std::string drop(kind == "view" ? "DROP VIEW " : "DROP TRIGGER ");
      add(kind, name, drop.append(name));
    }
    add(kind, name, std::string(sql));
  }

  void add(std::string_view kind, std::string_view object, std::string sql) {
    steps_.push_back({std::string(kind), std::string(object), std::move(sql)});
  }

  Existing tables_, indexes_, triggers_, views_;
  std::vector<Step> steps_;
};

void journal(Connection& connection, const std::vector<Step>& steps) {
  const std::int64_t now = unix_ms();
  Statement insert = connection.prepare(
      "INSERT INTO schema_journal(applied_at, schema_version, kind, object, sql) "
      "VALUES(?1, ?2, ?3, ?4, ?5)");
  for (const Step& step : steps) {
    insert.bind(1, now);
    insert.bind(2, std::int64_t{kSchemaVersion});
    insert.bind_text(3, step.kind);
    insert.bind_text(4, step.object);
    insert.bind_text(5, step.sql);
    insert.run();
  }
}

}  // namespace

int bring_up(Connection& connection) {
  if (Plan(connection).steps().empty() &&
      connection.integer("PRAGMA user_version") == kSchemaVersion) {
    return 0;
  }
  connection.execute("BEGIN IMMEDIATE");
  // Planned again inside the transaction: another process may have been faster.
  const Plan plan(connection);
  for (const Step& step : plan.steps()) connection.execute(step.sql);
  if (!plan.steps().empty()) journal(connection, plan.steps());
  connection.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  connection.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  connection.execute("COMMIT");
  return static_cast<int>(plan.steps().size());
}

void drop_scattered_indexes(Connection& connection) {
  for (const Table& table : tables()) {
    for (const Index& index : table.indexes) {
      if (index.scattered) connection.execute("DROP INDEX IF EXISTS " + std::string(index.name));
    }
  }
}

int create_indexes(Connection& connection) {
  const Existing existing = objects(connection, "index");
  int created = 0;
  for (const Table& table : tables()) {
    for (const Index& index : table.indexes) {
      if (existing.contains(std::string(index.name))) continue;
      connection.execute(create_index_sql(table, index));
      ++created;
    }
  }
  return created;
}

Report report(const Connection& connection) {
  Report result;
  const Existing existing = objects(connection, "table");
  for (const Table& table : tables()) {
    TableReport line;
    line.name = table.name;
    result.registered_columns += static_cast<std::uint32_t>(table.columns.size());
    if (!existing.contains(line.name)) {
      line.state = TableReport::State::missing;
      ++result.missing_tables;
      result.tables.push_back(std::move(line));
      continue;
    }
    const std::vector<std::string> present = column_names(connection, table.name);
    for (const Column& column : table.columns) {
      if (std::find(present.begin(), present.end(), column.name) == present.end()) {
        line.missing_columns.emplace_back(column.name);
      }
    }
    for (const std::string& name : present) {
      if (table.column(name) == nullptr) line.extra_columns.push_back(name);
    }
    if (!line.missing_columns.empty() || !line.extra_columns.empty()) {
      line.state = TableReport::State::mismatch;
    }
    result.missing_columns += static_cast<std::uint32_t>(line.missing_columns.size());
    result.extra_columns += static_cast<std::uint32_t>(line.extra_columns.size());
    result.tables.push_back(std::move(line));
  }
  for (const auto& object : existing) {
    const std::string& name = object.first;
    const bool ours = table(name) != nullptr || is_shadow(name) || name.starts_with("sqlite_") ||
                      std::any_of(virtual_tables().begin(), virtual_tables().end(),
                                  [&](const NamedSql& v) { return v.name == name; });
    if (!ours) result.extra_tables.push_back(name);
  }
  std::sort(result.extra_tables.begin(), result.extra_tables.end());
  return result;
}

}  // namespace dg::schema
