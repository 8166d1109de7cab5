#include "storage/schema/report/export.h"

#include "storage/schema/ddl.h"
#include "storage/schema/registry.h"

namespace dg::schema {
namespace {

/// A text in a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string key_text(const Column& column) {
  std::string text;
  if (!column.nullable) text += "not null";
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (!column.default_value.empty()) add("default " + std::string(column.default_value));
  if (!column.check.empty()) add("`" + std::string(column.check) + "`");
  if (!column.references.empty()) add("references " + std::string(column.references));
  if (!column.refers_to.empty()) add("holds " + std::string(column.refers_to));
  return text;
}

void append_columns(const Table& table, std::string& text) {
  text += "| column | type | | since | filled by | meaning |\n|---|---|---|---|---|---|\n";
  for (const Column& column : table.columns) {
    text += "| " + std::string(column.name) + " | " + std::string(to_string(column.type)) + " | " +
            cell(key_text(column)) + " | " + std::string(column.added_in) + " | " +
            (column.producer.empty() ? std::string("nothing yet") : std::string(column.producer)) +
            " | " + cell(column.description) + " |\n";
  }
}

void append_indexes(const Table& table, std::string& text) {
  for (const Index& index : table.indexes) {
    text += "- ";
    text += index.unique ? "unique index `" : "index `";
    text.append(index.name).append("` on `").append(index.columns).append("`");
    if (!index.where.empty()) text.append(" where `").append(index.where).append("`");
    text += "\n";
  }
}

}  // namespace

std::string schema_markdown() {
  std::string text = "# Schema of deltagraph.db\n\nVersion " + std::to_string(kSchemaVersion) +
                     "; programs from version " + std::to_string(kOldestReader) +
                     " on can read it.\n";
  for (const Table& table : tables()) {
    text.append("\n## ").append(table.name).append("\n\n").append(table.description).append("\n");
    text.append("Primary key: `").append(table.primary_key).append("`.");
    if (!table.unique.empty()) text.append(" Unique: `").append(table.unique).append("`.");
    if (!table.check.empty()) text.append(" Always: `").append(table.check).append("`.");
    if (table.mutability == Mutability::append_only) text += " Rows are only ever added.";
    text.append(" Life cycle: ").append(to_string(table.life_cycle)).append(".");
    if (!table.critical) text += " Not critical.";
    text += "\n\n";
    append_columns(table, text);
    if (!table.indexes.empty()) text += "\n";
    append_indexes(table, text);
  }
  text += "\n## Full text\n\n";
  for (const NamedSql& each : virtual_tables())
    text.append("- `").append(each.name).append("`: ").append(each.description).append("\n");
  text += "\n## Views\n\n";
  for (const NamedSql& each : views())
    text.append("- `").append(each.name).append("`: ").append(each.description).append("\n");
  return text;
}

std::string schema_dot() {
  std::string text =
      "digraph schema {\n  rankdir=LR;\n  node [shape=record, fontname=\"Helvetica\"];\n";
  for (const Table& table : tables()) {
    text.append("  ").append(table.name).append(" [label=\"{").append(table.name).append("|");
    for (const Column& column : table.columns) {
      text.append("<").append(column.name).append("> ").append(column.name);
      text.append(" : ").append(to_string(column.type)).append("\\l");
      if (&column != &table.columns.back()) text += "|";
    }
    text += "}\"];\n";
  }
  for (const Table& table : tables()) {
    for (const Column& column : table.columns) {
      const std::size_t dot = column.refers_to.find('.');
      if (dot == std::string_view::npos) continue;
      text.append("  ").append(table.name).append(":").append(column.name).append(" -> ");
      text.append(column.refers_to.substr(0, dot)).append(":");
      text.append(column.refers_to.substr(dot + 1)).append(";\n");
    }
  }
  return text + "}\n";
}

}  // namespace dg::schema
