#include "storage/requests/parse.h"

#include <algorithm>
#include <set>

namespace dg::requests {
namespace {

std::string shown(std::string_view text) {
  return "'" + in_comment(text) + "'";
}

std::string spelling(const std::string& name) {
  const std::string near = snake_case(name);
  if (near.empty() || near == name || !Identifier::parse(near))
    return "Use lower-case letters, digits and _, beginning with a letter; at most 63 of them.";
  return "Write " + near + ".";
}

/// The key by the columns' flags or by the explicit list (E1, E2, E10).
std::vector<Identifier> key_of(const TableSpec& spec, const std::string& at, Findings& findings) {
  std::vector<Identifier> key;
  std::vector<std::string> flagged;
  for (const ColumnSpec& column : spec.columns) {
    if (column.primary_key) flagged.push_back(column.name);
  }
  if (spec.primary_key.empty() && flagged.size() > 1) {
    findings.add("E2", at + "/columns", "More than one column is a primary key.",
                 "Keep one, or list a composite key in primaryKey.");
    return key;
  }
  const std::vector<std::string>& names = spec.primary_key.empty() ? flagged : spec.primary_key;
  if (names.empty()) {
    findings.add("E1", at + "/columns", "The table has no primary key.",
                 "Add {\"name\": \"id\", \"type\": \"UUID\", \"primaryKey\": true, "
                 "\"defaultValue\": \"gen_random_uuid()\"}.");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string place =
        spec.primary_key.empty() ? at + "/columns" : at + "/primaryKey/" + std::to_string(i);
    const bool known = std::any_of(spec.columns.begin(), spec.columns.end(),
                                   [&](const ColumnSpec& each) { return each.name == names[i]; });
    std::optional<Identifier> name = Identifier::parse(names[i]);
    const bool twice = name && std::find(key.begin(), key.end(), *name) != key.end();
    if (!spec.primary_key.empty() && (!known || twice)) {
      findings.add(
          "E10", place,
          "The key names " + shown(names[i]) + (twice ? " twice." : ", which is no column."),
          "Name each column of the key once.");
    } else if (name) {
      key.push_back(*std::move(name));
    }
  }
  for (const std::string& name : flagged) {
    const bool listed =
        spec.primary_key.empty() || std::find(names.begin(), names.end(), name) != names.end();
    if (!listed) {
      findings.add("E2", at + "/primaryKey", shown(name) + " is a key that the list leaves out.",
                   "Add it to primaryKey, or take its flag away.");
    }
  }
  return key;
}

std::optional<Reference> parse_reference(const ReferenceSpec& spec, const std::string& at,
                                         Findings& findings) {
  const std::optional<Identifier> table = parse_name(spec.table, "table", at + "/table", findings);
  const std::optional<Identifier> column =
      parse_name(spec.column, "column", at + "/column", findings);
  const auto action = [&](const std::string& text, const char* key) {
    const std::optional<Action> read = parse_action(text);
    if (!read) {
      findings.add("E6", at + key, shown(text) + " is no action of a foreign key.",
                   "Use CASCADE, SET NULL, RESTRICT or NO ACTION.");
    }
    return read;
  };
  const std::optional<Action> on_delete = action(spec.on_delete, "/onDelete");
  const std::optional<Action> on_update = action(spec.on_update, "/onUpdate");
  if (!table || !column || !on_delete || !on_update) return std::nullopt;
  return Reference{*table, *column, *on_delete, *on_update};
}

std::optional<DefaultValue> read_default(const ColumnSpec& spec, const Type& type, bool not_null,
                                         const std::string& at, Findings& findings) {
  std::optional<DefaultValue> value = parse_default(*spec.default_value, type);
  if (!value) {
    findings.add("E12", at + "/defaultValue",
                 shown(*spec.default_value) + " is no default for " + to_string(type) + ".",
                 "Give " + default_forms(type) + ".");
  } else if (value->is_null && not_null) {
    findings.add("E12", at + "/defaultValue", "A column that is not nullable has no NULL.",
                 "Give another default, or make the column nullable.");
  }
  return value;
}

/// Names that are there twice (E9). `place` gives the place of the i-th.
template <typename Specs>
void check_twice(const Specs& specs, const std::string& at, const char* what, Findings& findings) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (seen.insert(specs[i].name).second) continue;
    findings.add("E9", at + "/" + std::to_string(i) + "/name",
                 std::string("There are two ") + what + " called " + shown(specs[i].name) + ".",
                 "Give each its own name.");
  }
}

/// Counts, before anything is looked at one by one (E13, E6).
bool fits(const TableSpec& spec, const std::string& at, Findings& findings) {
  const auto most = [&](std::size_t count, std::size_t limit, const char* key, const char* what) {
    if (count <= limit) return true;
    findings.add("E13", at + key,
                 std::to_string(count) + " " + what + " are more than the " +
                     std::to_string(limit) + " that a table may have.",
                 "Split the table.");
    return false;
  };
  if (spec.columns.empty()) {
    findings.add("E6", at + "/columns", "The table has no columns.", "Give at least one.");
    return false;
  }
  const bool columns = most(spec.columns.size(), kMostColumns, "/columns", "columns");
  const bool indexes = most(spec.indexes.size(), kMostIndexes, "/indexes", "indexes");
  const bool key = most(spec.primary_key.size(), kMostIndexColumns, "/primaryKey", "key columns");
  return columns && indexes && key;
}

void mark_key(Definition& table, const std::string& at, Findings& findings) {
  for (const Identifier& name : table.primary_key) {
    if (Column* column = table.column(name.text())) column->not_null = true;
  }
  for (const Column& column : table.columns) {
    const bool alone = table.primary_key.size() == 1 && table.primary_key.front() == column.name;
    if (is_serial(column.type) && !alone) {
      findings.add("E12", at + "/columns",
                   "'" + column.name.text() + "' is " + to_string(column.type) +
                       ", which only the one primary key column can be.",
                   "Make it the primary key, or an INTEGER.");
    }
  }
}

}  // namespace

std::optional<Identifier> parse_table_name(const std::string& name, const std::string& at,
                                           Findings& findings) {
  std::optional<Identifier> parsed = Identifier::parse(name);
  if (!parsed)
    findings.add("E3", at, shown(name) + " is no snake_case table name.", spelling(name));
  if (const std::string_view word = dangerous_word(name); !word.empty()) {
    findings.add("E5", at, shown(name) + " names the operation '" + std::string(word) + "'.",
                 "Name what the table holds, without this word.");
    return std::nullopt;
  }
  if (is_reserved(name)) {
    findings.add("E5", at, shown(name) + " is reserved for SQLite or for this program.",
                 "Choose a name without sqlite_ or schema_ at its front and __rebuild at its end.");
    return std::nullopt;
  }
  return parsed;
}

std::optional<Identifier> parse_name(const std::string& name, const char* what,
                                     const std::string& at, Findings& findings) {
  std::optional<Identifier> parsed = Identifier::parse(name);
  if (!parsed) {
    findings.add("E4", at, shown(name) + " is no snake_case " + what + " name.", spelling(name));
  } else if (name == "rowid" || name == "oid" || name == "_rowid_" || name.starts_with("sqlite_")) {
    findings.add("E4", at, shown(name) + " has a meaning of its own in SQLite.",
                 "Choose another name.");
    return std::nullopt;
  }
  return parsed;
}

std::optional<Column> parse_column(const ColumnSpec& spec, const std::string& at,
                                   Findings& findings) {
  const std::size_t before = findings.errors();
  const std::optional<Identifier> name = parse_name(spec.name, "column", at + "/name", findings);
  const std::optional<Type> type = parse_type(spec.type);
  if (!type) {
    findings.add("E6", at + "/type", shown(spec.type) + " is no type.",
                 "Use one of " + type_names() + ".");
  }
  if (spec.primary_key && spec.nullable.value_or(false)) {
    findings.add("E6", at + "/nullable", "A primary key cannot be nullable.",
                 "Leave nullable out.");
  }
  const bool not_null = spec.primary_key || !spec.nullable.value_or(true);
  std::optional<DefaultValue> value;
  if (spec.default_value && type) value = read_default(spec, *type, not_null, at, findings);
  std::optional<Reference> reference;
  if (spec.references) reference = parse_reference(*spec.references, at + "/references", findings);
  if (findings.errors() != before || !name || !type) return std::nullopt;
  return Column{*name,       *type, not_null, spec.unique, std::move(value), std::move(reference),
                spec.comment};
}

std::optional<Index> parse_index(const IndexSpec& spec, const std::string& at, Findings& findings) {
  const std::size_t before = findings.errors();
  const std::optional<Identifier> name = parse_name(spec.name, "index", at + "/name", findings);
  if (spec.columns.empty() || spec.columns.size() > kMostIndexColumns) {
    findings.add(spec.columns.empty() ? "E6" : "E13", at + "/columns",
                 "An index has 1 to " + std::to_string(kMostIndexColumns) + " columns.",
                 "Name those that look-ups go by.");
    return std::nullopt;
  }
  static constexpr std::string_view kMethods[] = {"", "BTREE", "GIN", "GIST", "HASH"};
  if (std::find(std::begin(kMethods), std::end(kMethods), spec.type) == std::end(kMethods)) {
    findings.add("E6", at + "/type", shown(spec.type) + " is no type of index.",
                 "Use BTREE, GIN, GIST or HASH.");
  }
  std::vector<IndexKey> keys;
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    std::optional<IndexKey> key = parse_key(spec.columns[i]);
    if (key) {
      keys.push_back(*std::move(key));
    } else {
      findings.add("E4", at + "/columns/" + std::to_string(i),
                   shown(spec.columns[i]) + " is neither a column nor a value within one.",
                   "Write a column's name, or payload->user.name for a value within JSON.");
    }
  }
  if (findings.errors() != before || !name) return std::nullopt;
  return Index{*name, std::move(keys), spec.unique, spec.type.empty() ? "BTREE" : spec.type};
}

void check_index_columns(const Definition& table, const Index& index, const std::string& at,
                         Findings& findings) {
  for (std::size_t i = 0; i < index.keys.size(); ++i) {
    const IndexKey& key = index.keys[i];
    const Column* column = table.column(key.column.text());
    const std::string place = at + "/columns/" + std::to_string(i);
    if (column == nullptr) {
      findings.add("E10", place, "The index names '" + key.column.text() + "', which is no column.",
                   "Name columns of the table.");
    } else if (!key.path.empty() && column->type.logical != Logical::jsonb) {
      findings.add(
          "E10", place,
          "'" + to_string(key) + "' looks into a column that is " + to_string(column->type) + ".",
          "Only JSONB columns have values within.");
    } else if (std::count(index.keys.begin(), index.keys.end(), key) > 1) {
      findings.add("E10", place, "The index names '" + to_string(key) + "' twice.",
                   "Name each column once.");
    }
  }
}

std::optional<Definition> parse_table(const TableSpec& spec, const std::string& at,
                                      Findings& findings) {
  const std::size_t before = findings.errors();
  const std::optional<Identifier> name = parse_table_name(spec.name, at + "/tableName", findings);
  if (!fits(spec, at, findings)) return std::nullopt;
  check_twice(spec.columns, at + "/columns", "columns", findings);
  check_twice(spec.indexes, at + "/indexes", "indexes", findings);
  std::vector<Column> columns;
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    auto column = parse_column(spec.columns[i], at + "/columns/" + std::to_string(i), findings);
    if (column) columns.push_back(*std::move(column));
  }
  std::vector<Index> indexes;
  for (std::size_t i = 0; i < spec.indexes.size(); ++i) {
    auto index = parse_index(spec.indexes[i], at + "/indexes/" + std::to_string(i), findings);
    if (index) indexes.push_back(*std::move(index));
  }
  std::vector<Identifier> key = key_of(spec, at, findings);
  if (findings.errors() != before || !name) return std::nullopt;
  Definition table{*name, std::move(columns), std::move(key), std::move(indexes), spec.comment, {}};
  mark_key(table, at, findings);
  for (std::size_t i = 0; i < table.indexes.size(); ++i) {
    check_index_columns(table, table.indexes[i], at + "/indexes/" + std::to_string(i), findings);
  }
  if (findings.errors() != before) return std::nullopt;
  return table;
}

}  // namespace dg::requests
