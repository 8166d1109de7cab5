#include "storage/requests/shape.h"

#include <algorithm>
#include <set>
#include <vector>

#include "storage/requests/sql.h"

namespace dg::requests {
namespace {

/// The index after a string, a quoted name or a comment that begins at `at`; `at` where none does.
std::size_t skip_quoted(std::string_view sql, std::size_t at) {
  if (sql.substr(at).starts_with("--")) return std::min(sql.find('\n', at), sql.size());
  const char quote = sql[at];
  if (quote != '\'' && quote != '"') return at;
  for (++at; at < sql.size(); ++at) {
    if (sql[at] != quote) continue;
    if (at + 1 == sql.size() || sql[at + 1] != quote) return at + 1;
    ++at;
  }
  return at;
}

std::size_t end_of_parentheses(std::string_view sql, std::size_t at) {
  for (int depth = 0; at < sql.size();) {
    if (const std::size_t after = skip_quoted(sql, at); after != at) {
      at = after;
      continue;
    }
    depth += sql[at] == '(' ? 1 : sql[at] == ')' ? -1 : 0;
    ++at;
    if (depth == 0) break;
  }
  return at;
}

/// No PRAGMA tells a table's conditions: they are cut out of its SQL.
std::multiset<std::string> conditions_of(std::string_view sql) {
  std::multiset<std::string> conditions;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t after = skip_quoted(sql, at); after != at) {
      at = after;
    } else if (sql.substr(at).starts_with("CHECK (")) {
      const std::size_t end = end_of_parentheses(sql, at + 6);
      conditions.insert("check " + std::string(sql.substr(at + 6, end - at - 6)));
      at = end;
    } else {
      ++at;
    }
  }
  return conditions;
}

/// The rows of a query about the table, cells separated by blanks.
std::vector<std::string> lines(const Connection& connection, const char* query,
                               std::string_view name) {
  std::vector<std::string> found;
  Statement statement = connection.prepare(query);
  statement.bind_text(1, name);
  while (statement.step()) {
    std::string line;
    for (int i = 0; i < sqlite3_column_count(statement.handle()); ++i) {
      line += i == 0 ? "" : " ";
      line += statement.is_null(i) ? std::string_view("-") : statement.text(i);
    }
    found.push_back(std::move(line));
  }
  return found;
}

}  // namespace

std::string shape_of(const Connection& connection, std::string_view table) {
  std::string shape;
  const auto add = [&shape](const auto& all) {
    for (const std::string& line : all) shape += line + "\n";
  };
  const std::vector<std::string> header = lines(
      connection, "SELECT type, name, strict, wr FROM pragma_table_list(?1) WHERE schema = 'main'",
      table);
  if (header.empty()) return {};
  add(header);
  add(lines(connection,
            "SELECT 'column', name, type, \"notnull\", dflt_value, pk, hidden "
            "FROM pragma_table_xinfo(?1) ORDER BY cid",
            table));
  for (const std::string& sql : lines(
           connection, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", table)) {
    add(conditions_of(sql));
  }
  add(lines(connection,
            "SELECT 'reference', \"from\", \"table\", \"to\", on_update, on_delete "
            "FROM pragma_foreign_key_list(?1) ORDER BY \"from\", \"table\", \"to\"",
            table));
  // An index that comes with the table has a name that counts them.
  add(lines(connection,
            "SELECT 'index', iif(l.origin = 'c', l.name, l.origin) AS name, l.\"unique\", "
            "l.partial, x.seqno, coalesce(x.name, s.sql), x.\"desc\", x.coll "
            "FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS x "
            "LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = l.name "
            "WHERE x.key ORDER BY 2, 6, 5",
            table));
  add(lines(connection,
            "SELECT 'trigger', name, sql FROM sqlite_schema WHERE type = 'trigger' "
            "AND tbl_name = ?1 ORDER BY name",
            table));
  return shape;
}

std::string shape_of(const Definition& definition) {
  Connection memory(":memory:", Connection::Mode::read_write_create);
  for (const std::string& sql : change_sql({std::nullopt, definition, {}})) memory.execute(sql);
  return shape_of(memory, definition.name.text());
}

std::string shape_of_all(const Connection& connection) {
  std::string shape;
  Statement tables = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
      "ESCAPE '\\' ORDER BY name");
  while (tables.step()) shape += shape_of(connection, std::string(tables.text(0)));
  return shape;
}

std::string first_difference(std::string_view wanted, std::string_view found) {
  const auto next = [](std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  while (!wanted.empty() || !found.empty()) {
    const std::string a = next(wanted), b = next(found);
    if (a != b)
      return "wanted " + (a.empty() ? "nothing" : a) + ", found " + (b.empty() ? "nothing" : b);
  }
  return {};
}

}  // namespace dg::requests
