#include "storage/requests/shape.h"

#include <algorithm>

#include "storage/requests/sql.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"

namespace dg::requests {
namespace {

std::string header_of(const schema::LiveTable& table) {
  return "table " + table.name + (table.strict ? " STRICT" : "") +
         (table.without_rowid ? " WITHOUT ROWID" : "");
}

std::string line_of(const schema::LiveColumn& column) {
  std::string line = "column " + column.name + " " + text_of(column);
  if (column.key_position > 0) line += " KEY " + std::to_string(column.key_position);
  return line + (column.generated ? " GENERATED" : "");
}

/// An index that comes with the table has a name that counts them.
std::string line_of(const schema::LiveIndex& index) {
  return "index " + (index.origin == 'c' ? index.name : std::string(1, index.origin)) + " " +
         text_of(index);
}

}  // namespace

std::string shape_of(const schema::LiveSchema& schema, std::string_view name) {
  const schema::LiveTable* table = schema.table(name);
  if (table == nullptr) return {};
  std::vector<std::string> objects;
  for (const std::string& check : table->checks) objects.push_back("check " + check);
  for (const schema::LiveForeignKey& key : table->foreign_keys)
    objects.push_back("reference " + text_of(key));
  for (const schema::LiveIndex& index : schema.indexes) {
    if (index.table == name) objects.push_back(line_of(index));
  }
  for (const schema::LiveProgram& trigger : schema.triggers) {
    if (trigger.table == name)
      objects.push_back("trigger " + trigger.name + " " + schema::normalized(trigger.sql));
  }
  std::sort(objects.begin(), objects.end());
  std::string shape = header_of(*table) + "\n";
  for (const schema::LiveColumn& column : table->columns) shape += line_of(column) + "\n";
  for (const std::string& object : objects) shape += object + "\n";
  return shape;
}

std::string shape_of(const Definition& definition) {
  Connection memory(":memory:", Connection::Mode::read_write_create);
  for (const std::string& sql : change_sql({std::nullopt, definition, {}})) memory.execute(sql);
  return shape_of(schema::inspect(memory), definition.name.text());
}

std::string shape_of_all(const schema::LiveSchema& schema) {
  std::string shape;
  for (const schema::LiveTable& table : schema.tables) shape += shape_of(schema, table.name);
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
