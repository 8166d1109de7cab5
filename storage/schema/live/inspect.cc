#include "storage/schema/live/inspect.h"

#include <algorithm>

#include "storage/schema/live/sql_tokens.h"

namespace dg::schema {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

/// The PRAGMAs of one table, prepared once for all.
class Inspector {
 public:
  explicit Inspector(const Connection& connection)
      : connection_(connection),
        columns_(connection.prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden "
                                    "FROM pragma_table_xinfo(?1) ORDER BY cid")),
        foreign_keys_(
            connection.prepare("SELECT id, \"table\", \"from\", \"to\", on_update, on_delete "
                               "FROM pragma_foreign_key_list(?1) ORDER BY id, seq")),
        indexes_(connection.prepare("SELECT name, \"unique\", origin FROM pragma_index_list(?1)")),
        keys_(connection.prepare("SELECT cid, name, \"desc\", coll FROM pragma_index_xinfo(?1) "
                                 "WHERE key = 1 ORDER BY seqno")) {}

  LiveSchema run() {
    LiveSchema schema;
    schema.application_id =
        static_cast<std::uint32_t>(connection_.integer("PRAGMA application_id"));
    schema.user_version = static_cast<std::uint32_t>(connection_.integer("PRAGMA user_version"));
    read_tables(schema);
    for (const LiveTable& table : schema.tables) read_indexes(table, schema);
    read_programs(schema);
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(schema.indexes.begin(), schema.indexes.end(), by_name);
    return schema;
  }

 private:
  void read_tables(LiveSchema& schema) {
    Statement rows = connection_.prepare(
        "SELECT l.name, l.type, l.wr, l.strict, coalesce(s.sql, '') FROM pragma_table_list l "
        "JOIN sqlite_schema s ON s.name = l.name AND s.type = 'table' WHERE l.schema = 'main' "
        "AND l.type IN ('table', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "ORDER BY l.name");
    while (rows.step()) {
      LiveTable& table = schema.tables.emplace_back();
      table.name = rows.text(0);
      table.virtual_table = rows.text(1) == "virtual";
      table.without_rowid = rows.integer(2) != 0;
      table.strict = rows.integer(3) != 0;
      table.sql = rows.text(4);
    }
    for (LiveTable& table : schema.tables) {
      if (table.virtual_table) continue;
      table.checks = checks_of(table.sql);
      read_columns(table);
      read_foreign_keys(table);
    }
  }

  void read_columns(LiveTable& table) {
    columns_.bind_text(1, table.name);
    while (columns_.step()) {
      LiveColumn& column = table.columns.emplace_back();
      column.name = columns_.text(0);
      column.type = upper(columns_.text(1));
      column.not_null = columns_.integer(2) != 0;
      if (!columns_.is_null(3)) column.default_value = std::string(columns_.text(3));
      column.key_position = static_cast<int>(columns_.integer(4));
      column.generated = columns_.integer(5) >= 2;
    }
  }

  void read_foreign_keys(LiveTable& table) {
    foreign_keys_.bind_text(1, table.name);
    std::int64_t last = -1;
    while (foreign_keys_.step()) {
      if (foreign_keys_.integer(0) != last) table.foreign_keys.emplace_back();
      last = foreign_keys_.integer(0);
      LiveForeignKey& key = table.foreign_keys.back();
      key.table = foreign_keys_.text(1);
      key.columns.emplace_back(foreign_keys_.text(2));
      if (!foreign_keys_.is_null(3)) key.referenced.emplace_back(foreign_keys_.text(3));
      key.on_update = foreign_keys_.text(4);
      key.on_delete = foreign_keys_.text(5);
    }
    std::sort(
        table.foreign_keys.begin(), table.foreign_keys.end(),
        [](const LiveForeignKey& a, const LiveForeignKey& b) { return text_of(a) < text_of(b); });
  }

  void read_indexes(const LiveTable& table, LiveSchema& schema) {
    if (table.virtual_table) return;
    indexes_.bind_text(1, table.name);
    while (indexes_.step()) {
      LiveIndex& index = schema.indexes.emplace_back();
      index.name = indexes_.text(0);
      index.table = table.name;
      index.unique = indexes_.integer(1) != 0;
      index.origin = indexes_.text(2).empty() ? 'c' : indexes_.text(2)[0];
      read_keys(index);
    }
    Statement sql = connection_.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 "
        "AND sql IS NOT NULL");
    sql.bind_text(1, table.name);
    while (sql.step()) {
      for (LiveIndex& index : schema.indexes) {
        if (index.name == sql.text(0)) describe(index, sql.text(1));
      }
    }
  }

  void read_keys(LiveIndex& index) {
    keys_.bind_text(1, index.name);
    while (keys_.step()) {
      std::string key = keys_.integer(0) == -2 ? "<expression>" : std::string(keys_.text(1));
      if (keys_.integer(0) == -1) key = "rowid";
      if (keys_.text(3) != "BINARY") key += " COLLATE " + upper(keys_.text(3));
      if (keys_.integer(2) != 0) key += " DESC";
      index.keys.push_back(std::move(key));
    }
  }

  /// What only its statement tells: the condition, and the text of expressions.
  static void describe(LiveIndex& index, std::string_view sql) {
    index.sql = sql;
    const std::string text = normalized(sql);
    if (const std::size_t where = text.find(" where "); where != std::string::npos)
      index.where = text.substr(where + 7);
    const bool expression =
        std::any_of(index.keys.begin(), index.keys.end(),
                    [](const std::string& key) { return key.starts_with("<expression>"); });
    if (!expression) return;
    // Whatever the keys are: with their whole text two such indexes compare.
    const std::size_t open = text.find('('), where = text.find(" where ");
    index.keys = {text.substr(open, where == std::string::npos ? where : where - open)};
  }

  void read_programs(LiveSchema& schema) {
    Statement rows = connection_.prepare(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema "
        "WHERE type IN ('trigger', 'view') ORDER BY name");
    while (rows.step()) {
      auto& list = rows.text(0) == "view" ? schema.views : schema.triggers;
      list.push_back(
          {std::string(rows.text(1)), std::string(rows.text(2)), std::string(rows.text(3))});
    }
  }

  const Connection& connection_;
  Statement columns_, foreign_keys_, indexes_, keys_;
};

}  // namespace

LiveSchema inspect(const Connection& connection) {
  return Inspector(connection).run();
}

std::string broken_reference(const Connection& connection) {
  Statement check = connection.prepare("PRAGMA foreign_key_check");
  if (!check.step()) return {};
  return "a row of '" + std::string(check.text(0)) + "' refers to a row of '" +
         std::string(check.text(2)) + "' that is not there";
}

}  // namespace dg::schema
