#include "storage/requests/warnings.h"

#include <algorithm>
#include <array>

#include "storage/requests/sql.h"

namespace dg::requests {
namespace {

bool is_time(const Type& type) noexcept {
  return type.logical == Logical::timestamptz || type.logical == Logical::timestamp;
}

/// By whole suffixes: a mere substring would hit `candidate` and `update_count`.
bool sounds_like_time(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 5> kSuffixes{"_at", "_time", "_date", "_on",
                                                             "_timestamp"};
  return name == "date" || name == "timestamp" ||
         std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](std::string_view suffix) { return name.ends_with(suffix); });
}

void warn_of_times(const PlacedChange& placed, Findings& findings) {
  const std::pair<const char*, const char*> wanted[] = {{"W1", "created_at"}, {"W2", "updated_at"}};
  for (const auto& [code, name] : wanted) {
    const Column* column = placed.change.after.column(name);
    if (column != nullptr && is_time(column->type)) continue;
    findings.add(code, placed.table + "/columns",
                 std::string("There is no ") + name + " of a timestamp type.",
                 std::string("Add {\"name\": \"") + name +
                     "\", \"type\": \"TIMESTAMPTZ\", \"nullable\": false, \"defaultValue\": "
                     "\"CURRENT_TIMESTAMP\"}.");
  }
}

void warn_of_type(const Column& column, const std::string& at, Findings& findings) {
  const std::string name = "'" + column.name.text() + "'";
  if (column.type.logical == Logical::varchar) {
    findings.add("W3", at + "/type", name + " is VARCHAR, which SQLite stores as TEXT.",
                 "Use TEXT, unless its length matters.");
  }
  if (column.type.logical == Logical::bigint || column.type.logical == Logical::bigserial) {
    findings.add("W4", at + "/type",
                 name + " can exceed 2^53, beyond which JSON clients lose digits.",
                 "Use INTEGER if it stays below, or TEXT for ids of other systems.");
  }
  if (sounds_like_time(column.name.text()) && column.type.logical != Logical::timestamptz) {
    findings.add("W7", at + "/type",
                 name + " sounds like a time and is " + to_string(column.type) + ".",
                 "Use TIMESTAMPTZ.");
  }
}

bool looks_within(const Definition& table, const Column& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
    return std::any_of(index.keys.begin(), index.keys.end(), [&](const IndexKey& key) {
      return key.column == column.name && !key.path.empty();
    });
  });
}

void warn_of_index(const Definition& table, const Column& column, const std::string& at,
                   Findings& findings) {
  const std::string& name = column.name.text();
  if (column.type.logical == Logical::jsonb && !looks_within(table, column)) {
    findings.add("W6", at, "'" + name + "' is JSON, and no index looks into it.",
                 "If rows are found by a value within, index it: \"columns\": [\"" + name +
                     "->key\"], \"type\": \"GIN\".");
  }
  const bool common = name == "user_id" || name == "created_at" || name == "updated_at";
  if ((common || column.references) && !table.is_indexed(column.name)) {
    findings.add("W5", at, "'" + name + "' has no index.",
                 "Rows are often looked for or sorted by it: add idx_" + table.name.text() + "_" +
                     name + ".");
  }
}

void warn_of_keyword(const std::string& name, const std::string& at, Findings& findings) {
  if (!is_keyword(name)) return;
  findings.add("W10", at, "'" + name + "' is a keyword of SQL.",
               "Whoever writes SQL has to quote it; a longer name needs no quotes.");
}

void warn_of_key(const PlacedChange& placed, Findings& findings) {
  const Definition& table = placed.change.after;
  if (table.primary_key.size() != 1) return;
  const Column& key = *table.column(table.primary_key.front().text());
  const auto place = placed.columns.find(key.name.text());
  const std::string at = place == placed.columns.end() ? placed.table : place->second;
  if (key.type.logical != Logical::uuid && !is_serial(key.type)) {
    findings.add("W8", at + "/type",
                 "The key is " + to_string(key.type) + ", which nothing generates.",
                 "Use UUID, SERIAL or BIGSERIAL, unless the key is a natural one.");
  } else if (key.type.logical == Logical::uuid &&
             (!key.default_value || !key.default_value->generator)) {
    findings.add("W9", at, "The UUID key has no generator.",
                 "Add \"defaultValue\": \"gen_random_uuid()\", or make it in the program.");
  }
}

void warn_of_names(const PlacedChange& placed, Findings& findings) {
  static constexpr std::array<std::string_view, 6> kPlurals{"data",  "people", "children",
                                                            "media", "info",   "metadata"};
  const std::string& name = placed.change.after.name.text();
  const std::string_view last = std::string_view(name).substr(name.rfind('_') + 1);
  const bool plural =
      last.ends_with('s') || std::find(kPlurals.begin(), kPlurals.end(), last) != kPlurals.end();
  if (placed.whole && !plural) {
    findings.add("W11", placed.table + "/tableName", "'" + name + "' is no plural.",
                 "A table is named after what its rows are: " + name + "s.");
  }
  for (const auto& [index, at] : placed.indexes) {
    if (index.starts_with("idx_" + name)) continue;
    findings.add("W11", at + "/name", "'" + index + "' does not say what it is an index of.",
                 "Name it idx_" + name + "_ and its columns.");
  }
}

void warn_of_methods(const PlacedChange& placed, Findings& findings) {
  for (const auto& [name, at] : placed.indexes) {
    const Index* index = placed.change.after.index(name);
    if (index == nullptr || index->method == "BTREE") continue;
    const bool within = std::any_of(index->keys.begin(), index->keys.end(),
                                    [](const IndexKey& key) { return !key.path.empty(); });
    if (index->method == "GIN" && within) continue;
    findings.add("W6", at + "/type",
                 "SQLite has B-trees only: " + index->method + " becomes one on the whole value.",
                 "For values within JSON name them: \"columns\": [\"payload->key\"].");
  }
}

}  // namespace

void warn(const PlacedChange& placed, Findings& findings) {
  const Definition& table = placed.change.after;
  if (placed.whole) {
    warn_of_times(placed, findings);
    warn_of_key(placed, findings);
  }
  for (const auto& [name, at] : placed.columns) {
    const Column* column = table.column(name);
    if (column == nullptr) continue;  // Renamed by a later change.
    warn_of_type(*column, at, findings);
    warn_of_index(table, *column, at, findings);
    warn_of_keyword(name, at + "/name", findings);
  }
  if (placed.whole) warn_of_keyword(table.name.text(), placed.table + "/tableName", findings);
  warn_of_names(placed, findings);
  warn_of_methods(placed, findings);
  for (const Identifier& lost : lost_columns(placed.change)) {
    findings.add("W12", placed.table + "/columns", "The values of '" + lost.text() + "' are lost.",
                 "Keep the column, or take its values with \"from\".");
  }
}

}  // namespace dg::requests
