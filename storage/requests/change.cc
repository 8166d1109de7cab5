#include "storage/requests/change.h"

#include <algorithm>
#include <utility>

#include "storage/requests/parse.h"

namespace dg::requests {
namespace {

void place_all(PlacedChange& placed, const std::string& at) {
  const Definition& table = placed.change.after;
  placed.columns.clear();
  placed.indexes.clear();
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    placed.columns[table.columns[i].name.text()] = at + "/columns/" + std::to_string(i);
  for (std::size_t i = 0; i < table.indexes.size(); ++i)
    placed.indexes[table.indexes[i].name.text()] = at + "/indexes/" + std::to_string(i);
  placed.table = at;
  placed.whole = true;
}

void no_such_column(const std::string& name, const std::string& at, Findings& findings) {
  findings.add("E14", at, "The table has no column '" + in_comment(name) + "'.",
               "'schema-request show' of the request that made it lists its columns.");
}

/// Applies one change of an ALTER after another.
class Alteration {
 public:
  Alteration(const Definition& before, Findings& findings)
      : placed_{{before, before, {}}, {}, {}, "", false}, findings_(findings) {
    for (const Column& column : before.columns) placed_.change.sources.emplace_back(column.name);
  }

  void apply(const ChangeSpec& spec, const std::string& at) {
    switch (spec.kind) {
      case ChangeSpec::Kind::add_column:
        return add_column(spec.column, at + "/column");
      case ChangeSpec::Kind::add_index:
        return add_index(spec.index, at + "/index");
      case ChangeSpec::Kind::rename_table:
        return rename_table(spec.to, at + "/to");
      case ChangeSpec::Kind::rename_column:
        return rename_column(spec.from, spec.to, at);
      case ChangeSpec::Kind::rebuild:
        return rebuild(spec.table, at + "/schemaJson");
    }
  }
  PlacedChange take() { return std::move(placed_); }

 private:
  Definition& table() { return placed_.change.after; }

  void add_column(const ColumnSpec& spec, const std::string& at) {
    std::optional<Column> column = parse_column(spec, at, findings_);
    if (!column) return;
    if (spec.primary_key || is_serial(column->type)) {
      findings_.add("E14", at, "A key cannot be added to a table that is there.",
                    "Ask for a rebuild with the whole definition.");
    } else if (column->not_null && (!column->default_value || column->default_value->is_null)) {
      findings_.add("E14", at + "/nullable",
                    "'" + column->name.text() +
                        "' must not be NULL and has no default: rows that are there have no value.",
                    "Make it nullable, or give it a default.");
    } else if (table().column(column->name.text()) != nullptr) {
      findings_.add("E9", at + "/name", "There is a column '" + column->name.text() + "' already.",
                    "Choose another name.");
    } else if (table().columns.size() >= kMostColumns) {
      findings_.add("E13", at, "The table would have too many columns.", "Split the table.");
    } else {
      placed_.columns[column->name.text()] = at;
      table().columns.push_back(*std::move(column));
      placed_.change.sources.emplace_back(std::nullopt);
    }
  }

  void add_index(const IndexSpec& spec, const std::string& at) {
    std::optional<Index> index = parse_index(spec, at, findings_);
    if (!index) return;
    const std::size_t errors = findings_.errors();
    check_index_columns(table(), *index, at, findings_);
    if (findings_.errors() != errors) return;
    if (table().index(index->name.text()) != nullptr) {
      findings_.add("E9", at + "/name", "There is an index '" + index->name.text() + "' already.",
                    "Choose another name.");
    } else if (table().indexes.size() >= kMostIndexes) {
      findings_.add("E13", at, "The table would have too many indexes.", "Leave some out.");
    } else {
      placed_.indexes[index->name.text()] = at;
      table().indexes.push_back(*std::move(index));
    }
  }

  void rename_table(const std::string& to, const std::string& at) {
    const std::optional<Identifier> name = parse_table_name(to, at, findings_);
    if (!name) return;
    for (Column& column : table().columns) {
      if (column.references && column.references->table == table().name)
        column.references->table = *name;
    }
    table().name = *name;
    placed_.table = at;
  }

  void rename_column(const std::string& from, const std::string& to, const std::string& at) {
    const std::optional<Identifier> name = parse_name(to, "column", at + "/to", findings_);
    Column* column = table().column(from);
    if (column == nullptr) return no_such_column(from, at + "/from", findings_);
    if (!name) return;
    if (table().column(to) != nullptr) {
      return findings_.add("E9", at + "/to", "There is a column '" + to + "' already.",
                           "Choose another name.");
    }
    const Identifier old = column->name;
    column->name = *name;
    std::replace(table().primary_key.begin(), table().primary_key.end(), old, *name);
    for (Index& index : table().indexes) {
      for (IndexKey& key : index.keys) {
        if (key.column == old) key.column = *name;
      }
    }
    for (Column& each : table().columns) {
      if (each.references && each.references->table == table().name &&
          each.references->column == old) {
        each.references->column = *name;
      }
    }
    placed_.columns[to] = at;
  }

  void rebuild(const TableSpec& spec, const std::string& at) {
    std::optional<Definition> wanted = parse_table(spec, at, findings_);
    if (!wanted) return;
    if (wanted->name != table().name) {
      return findings_.add(
          "E8", at + "/tableName",
          "The rebuilt table is called '" + spec.name + "', not '" + table().name.text() + "'.",
          "Keep the name; rename_table is a change of its own.");
    }
    std::vector<std::optional<Identifier>> sources;
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      const std::string& from =
          spec.columns[i].from.empty() ? spec.columns[i].name : spec.columns[i].from;
      const Column* source = table().column(from);
      if (source == nullptr && !spec.columns[i].from.empty())
        no_such_column(from, at + "/columns/" + std::to_string(i) + "/from", findings_);
      sources.push_back(source == nullptr ? std::nullopt : origin_of(*source));
      require_value(wanted->columns[i], source, at + "/columns/" + std::to_string(i));
    }
    placed_.change.sources = std::move(sources);
    wanted->owner = table().owner;
    table() = *std::move(wanted);
    place_all(placed_, at);
  }

  /// Where the values of one of the table's present columns come from.
  std::optional<Identifier> origin_of(const Column& column) {
    return placed_.change.sources[static_cast<std::size_t>(&column - table().columns.data())];
  }

  /// Rows that are there need a value for each column that must have one.
  void require_value(const Column& column, const Column* source, const std::string& at) {
    const bool has_default = column.default_value && !column.default_value->is_null;
    if (source != nullptr || !column.not_null || has_default || is_serial(column.type)) return;
    findings_.add("E14", at,
                  "'" + column.name.text() +
                      "' is new, must not be NULL and has no default: rows that are there have no "
                      "value.",
                  "Give it a default, make it nullable, or take its values from a column.");
  }

  PlacedChange placed_;
  Findings& findings_;
};

}  // namespace

std::optional<PlacedChange> create_change(const SchemaRequest& request, Findings& findings) {
  std::optional<Definition> table = parse_table(request.table, "/schemaJson", findings);
  if (!table) return std::nullopt;
  table->owner = request.owner;
  PlacedChange placed{{std::nullopt, *std::move(table), {}}, {}, {}, "", false};
  placed.change.sources.resize(placed.change.after.columns.size());
  place_all(placed, "/schemaJson");
  return placed;
}

std::optional<PlacedChange> alter_change(const SchemaRequest& request, const Definition& before,
                                         Findings& findings) {
  const std::size_t errors = findings.errors();
  if (request.changes.empty() || request.changes.size() > kMostChanges) {
    findings.add(request.changes.empty() ? "E6" : "E13", "/changes",
                 "An alter has 1 to " + std::to_string(kMostChanges) + " changes.",
                 "Say what is to be changed.");
    return std::nullopt;
  }
  Alteration alteration(before, findings);
  for (std::size_t i = 0; i < request.changes.size(); ++i)
    alteration.apply(request.changes[i], "/changes/" + std::to_string(i));
  if (findings.errors() != errors) return std::nullopt;
  return alteration.take();
}

}  // namespace dg::requests
