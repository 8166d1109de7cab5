#include "storage/requests/check.h"

#include <algorithm>

#include "storage/requests/change.h"
#include "storage/requests/parse.h"
#include "storage/requests/sql.h"
#include "storage/requests/warnings.h"

namespace dg::requests {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Whether a name is free for a table (E7).
void check_free(const std::string& name, const World& world, const std::string& at,
                Findings& findings) {
  if (world.table(name) != nullptr) {
    findings.add("E7", at, "A table '" + name + "' is there already.",
                 "Choose another name, or ask for an alter.");
  } else if (contains(world.other_tables, name)) {
    findings.add("E7", at, "A table '" + name + "' is there that no request made.",
                 "Choose another name.");
  }
  for (const World::Open& open : world.open) {
    if (!open.creates || open.table != name) continue;
    findings.add("E7", at, "The table '" + name + "' is requested already, by " + open.id + ".",
                 "Join that request, or have it rejected first.");
  }
}

void check_references(const Change& change, const PlacedChange& placed, const World& world,
                      Findings& findings) {
  const auto wrong = [&](const Column& column, const std::string& message,
                         const std::string& suggestion) {
    const auto place = placed.columns.find(column.name.text());
    const std::string at = place == placed.columns.end() ? placed.table : place->second;
    findings.add("E11", at + "/references", message, suggestion);
  };
  for (const Column& column : change.after.columns) {
    if (!column.references) continue;
    const Reference& to = *column.references;
    const bool self = to.table == change.after.name;
    const Definition* table = self ? &change.after : world.table(to.table.text());
    const std::string named = "'" + to.table.text() + "." + to.column.text() + "'";
    if (table == nullptr) {
      wrong(column, "There is no requested table '" + to.table.text() + "'.",
            "Request it first. Rows of the graph are named by their id in a TEXT column.");
      continue;
    }
    const Column* target = table->column(to.column.text());
    if (target == nullptr) {
      wrong(column, "There is no column " + named + ".", "Name its key.");
    } else if (!comparable(target->type, column.type)) {
      wrong(column,
            "'" + column.name.text() + "' is " + to_string(column.type) + ", but " + named +
                " is " + to_string(target->type) + ".",
            "Give both one type.");
    } else if (!target->unique &&
               !(table->primary_key.size() == 1 && table->primary_key.front() == target->name)) {
      wrong(column, named + " is neither a key nor unique.", "Name the table's key.");
    }
    const bool needs_null = to.on_delete == Action::set_null || to.on_update == Action::set_null;
    if (needs_null && column.not_null) {
      wrong(column, "'" + column.name.text() + "' is to be set to NULL and must not be NULL.",
            "Make it nullable, or choose another action.");
    }
  }
}

/// What other tables refer to stays what it is (E14).
void check_referenced(const PlacedChange& placed, const World& world, Findings& findings) {
  const Change& change = placed.change;
  if (!change.before) return;
  for (const Definition& other : world.tables) {
    if (other.name == change.before->name) continue;
    for (const Column& column : other.columns) {
      if (!column.references || column.references->table != change.before->name) continue;
      const Column* target = change.after.column(column.references->column.text());
      const Column* was = change.before->column(column.references->column.text());
      const bool kept = target != nullptr && was != nullptr && target->type == was->type &&
                        target->unique == was->unique &&
                        change.after.in_key(target->name) == change.before->in_key(was->name);
      if (kept && change.after.name == change.before->name) continue;
      findings.add("E14", placed.table,
                   "'" + other.name.text() + "." + column.name.text() + "' refers to '" +
                       change.before->name.text() + "." + column.references->column.text() + "'.",
                   "Change that table first.");
    }
  }
}

void check_indexes(const PlacedChange& placed, const World& world, Findings& findings) {
  for (const auto& [name, at] : placed.indexes) {
    const bool own = placed.change.before && placed.change.before->index(name) != nullptr;
    if (!own && contains(world.index_names, name)) {
      findings.add("E15", at + "/name", "An index '" + name + "' is there already.",
                   "Choose another name: indexes of all tables share them.");
    }
    for (const World::Open& open : world.open) {
      if (!contains(open.indexes, name)) continue;
      findings.add("E15", at + "/name",
                   "An index '" + name + "' is requested already, by " + open.id + ".",
                   "Choose another name: indexes of all tables share them.");
    }
  }
}

void check_texts(const SchemaRequest& request, Findings& findings) {
  if (request.operation == RequestKind::create && request.table.name != request.table_name) {
    findings.add("E8", "/schemaJson/tableName",
                 "The table is called '" + in_comment(request.table.name) + "' here and '" +
                     in_comment(request.table_name) + "' outside.",
                 "Give it one name.");
  }
  const auto blank = [](const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
  };
  if (blank(request.requested_by)) {
    findings.add("E6", "/requestMetadata/requestedBy", "Nobody is named as the requester.",
                 "Name the person who asks.");
  }
  if (blank(request.justification)) {
    findings.add("E6", "/requestMetadata/justification", "There is no justification.",
                 "Say what the table is for.");
  }
}

std::optional<PlacedChange> change_of(const SchemaRequest& request, const World& world,
                                      Findings& findings) {
  if (request.operation == RequestKind::create) return create_change(request, findings);
  if (!Identifier::parse(request.table_name)) {
    parse_table_name(request.table_name, "/tableName", findings);
    return std::nullopt;
  }
  const Definition* before = world.table(request.table_name);
  if (before == nullptr) {
    findings.add("E14", "/tableName",
                 "There is no requested table '" + request.table_name + "' to alter.",
                 "Create it first, or correct the name.");
    return std::nullopt;
  }
  return alter_change(request, *before, findings);
}

}  // namespace

const Definition* World::table(std::string_view name) const noexcept {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const Definition& each) { return each.name.text() == name; });
  return found == tables.end() ? nullptr : &*found;
}

Checked check(const SchemaRequest& request, const World& world) {
  Checked checked;
  Findings& findings = checked.findings;
  check_texts(request, findings);
  std::optional<PlacedChange> placed = change_of(request, world, findings);
  if (!placed) return checked;
  const Change& change = placed->change;
  if (!change.before || change.before->name != change.after.name) {
    const std::string at = change.before ? placed->table : placed->table + "/tableName";
    check_free(change.after.name.text(), world, at, findings);
  }
  check_references(change, *placed, world, findings);
  check_referenced(*placed, world, findings);
  check_indexes(*placed, world, findings);
  warn(*placed, findings);
  for (const World::Open& open : world.open) {
    if (!change.before || open.creates || open.table != request.table_name) continue;
    findings.add("W13", "/tableName", "Request " + open.id + " is about to change it as well.",
                 "Whichever is applied second has to be approved anew.");
  }
  if (findings.errors() == 0) checked.change = std::move(placed->change);
  return checked;
}

}  // namespace dg::requests
