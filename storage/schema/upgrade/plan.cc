#include "storage/schema/upgrade/plan.h"

#include <algorithm>
#include <set>

#include "storage/schema/ddl.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/sql_tokens.h"

namespace dg::schema {
namespace {

/// The old text stays in the journal.
std::string with_former(std::string statement, std::string_view former) {
  std::string kept(former);
  for (std::size_t at = 0; (at = kept.find("*/", at)) != std::string::npos;)
    kept.insert(at + 1, 1, ' ');
  return statement + " /* it was: " + kept + " */";
}

class Plan {
 public:
  explicit Plan(const LiveSchema& found)
      : found_(found), differences_(compare(declared(), found)) {}

  std::vector<Step> run() {
    for (const Difference& each : differences_) {
      if (each.cure == Cure::rebuild) rebuilt_.insert(each.table);
    }
    // In the registry's order, so that the file's layout is the same on every machine.
    for (const Table& table : tables()) {
      if (has(Aspect::missing_table, table.name))
        add("table", std::string(table.name), create_table_sql(table));
    }
    add_columns();
    for (const Table& table : tables()) {
      const std::string name(table.name);
      if (!rebuilt_.contains(name)) continue;
      for (Step& step : plan_rebuild(*declared().table(name), *found_.table(name), found_))
        steps_.push_back(std::move(step));
    }
    add_indexes();
    add_programs();
    return std::move(steps_);
  }

 private:
  bool has(Aspect aspect, std::string_view table) const {
    return std::any_of(differences_.begin(), differences_.end(), [&](const Difference& each) {
      return each.aspect == aspect && each.table == table;
    });
  }
  const Difference* about(std::string_view object) const {
    const auto found =
        std::find_if(differences_.begin(), differences_.end(), [&](const Difference& each) {
          return each.object == object && is_lack(each) && each.aspect != Aspect::missing_column;
        });
    return found == differences_.end() ? nullptr : &*found;
  }

  void add(std::string kind, std::string object, std::string sql, bool additive = true) {
    steps_.push_back({std::move(kind), std::move(object), std::move(sql), additive, false});
  }

  void add_columns() {
    for (const Difference& each : differences_) {
      if (each.aspect != Aspect::missing_column || rebuilt_.contains(each.table)) continue;
      const Table& owner = *table(each.table);
      add("column", each.table + "." + each.object,
          add_column_sql(owner, *owner.column(each.object)));
    }
  }

  void add_indexes() {
    for (const Table& table : tables()) {
      const std::string name(table.name);
      if (found_.view(name) != nullptr) continue;
      for (const Index& index : table.indexes) {
        const Difference* lack = about(index.name);
        const bool gone = rebuilt_.contains(name);
        if (lack == nullptr && !gone) continue;
        if (lack != nullptr && lack->cure == Cure::replace &&
            !(gone && found_.index(index.name)->table == name)) {
          add("index", std::string(index.name),
              with_former("DROP INDEX " + std::string(index.name), found_.index(index.name)->sql));
        }
        add("index", std::string(index.name), create_index_sql(table, index));
      }
    }
  }

  /// Triggers and views hold no data: one that differs is replaced.
  void add_programs() {
    for (const Trigger& trigger : append_only_triggers()) {
      const std::string& owner = declared().trigger(trigger.name)->table;
      if (found_.view(owner) != nullptr) continue;
      const LiveProgram* there = found_.trigger(trigger.name);
      // A table that was rebuilt has lost its triggers.
      if (there != nullptr && there->table == owner && rebuilt_.contains(owner)) {
        add("trigger", trigger.name, trigger.sql);
      } else {
        put("trigger", trigger.name, trigger.sql, there);
      }
    }
    for (const NamedSql& table : virtual_tables()) {
      if (has(Aspect::missing_table, table.name))
        add("virtual_table", std::string(table.name), std::string(table.sql));
    }
    for (const NamedSql& view : views())
      put("view", std::string(view.name), std::string(view.sql), found_.view(view.name));
  }

  void put(const std::string& kind, const std::string& name, const std::string& sql,
           const LiveProgram* there) {
    if (about(name) == nullptr) return;
    if (there != nullptr) {
      add(kind, name,
          with_former((kind == "view" ? "DROP VIEW " : "DROP TRIGGER ") + name, there->sql));
    }
    add(kind, name, sql);
  }

  const LiveSchema& found_;
  std::vector<Difference> differences_;
  std::set<std::string> rebuilt_;
  std::vector<Step> steps_;
};

constexpr std::string_view kLegacy = "legacy_";

void set_aside(const std::string& name, const LiveSchema& found, std::vector<Step>& steps) {
  const auto add = [&](std::string sql) {
    steps.push_back({"legacy", name, std::move(sql), false, false});
  };
  std::string kept = std::string(kLegacy) + name;
  for (int i = 2; found.table(kept) != nullptr; ++i)
    kept = std::string(kLegacy) + name + "_" + std::to_string(i);
  // The names of indexes are the database's, and ours are wanted for ours.
  for (const LiveIndex& index : found.indexes) {
    const bool in_the_way =
        index.table == name && index.origin == 'c' && declared().index(index.name) != nullptr;
    if (in_the_way) add(with_former("DROP INDEX " + quoted_name(index.name), index.sql));
  }
  add("ALTER TABLE " + quoted_name(name) + " RENAME TO " + quoted_name(kept));
  for (const std::string_view verb : {"INSERT", "UPDATE", "DELETE"}) {
    std::string trigger = kept + "_no_" + normalized(verb);
    add("CREATE TRIGGER " + quoted_name(trigger) + " BEFORE " + std::string(verb) + " ON " +
        quoted_name(kept) + " BEGIN SELECT RAISE(ABORT, " +
        quoted_text(kept + " is kept as it was and refuses writes") + "); END");
  }
}

/// What a rebuilt STRICT table takes: any other type keeps its values as they are under ANY.
std::string kept_type(const LiveColumn& column, bool strict) {
  static constexpr std::string_view kStrict[] = {"INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"};
  if (!strict ||
      std::find(std::begin(kStrict), std::end(kStrict), column.type) != std::end(kStrict))
    return column.type;
  return "ANY";
}

/// Columns and the expressions that fill them.
struct Copy {
  std::string into, from;
  void add(const std::string& column, const std::string& expression) {
    into += (into.empty() ? "" : ", ") + quoted_name(column);
    from += (from.empty() ? "" : ", ") + expression;
  }
};

Copy copy_of(const LiveTable& wanted, const LiveTable& found) {
  Copy copy;
  for (const LiveColumn& column : wanted.columns) {
    const LiveColumn* there = found.column(column.name);
    if (there == nullptr) {
      // A table without a declared key has the row's number still.
      if (column.name == "rowid" && !found.without_rowid) copy.add("rowid", "rowid");
      continue;
    }
    const bool fill = column.not_null && !there->not_null && column.default_value.has_value();
    copy.add(column.name,
             fill ? "coalesce(" + quoted_name(column.name) + ", " + *column.default_value + ")"
                  : quoted_name(column.name));
  }
  for (const LiveColumn& column : found.columns) {
    if (wanted.column(column.name) == nullptr && !column.generated)
      copy.add(column.name, quoted_name(column.name));
  }
  return copy;
}

}  // namespace

bool is_legacy(std::string_view table) noexcept {
  return table.starts_with(kLegacy);
}

std::vector<Step> plan_rebuild(const LiveTable& wanted, const LiveTable& found,
                               const LiveSchema& schema) {
  std::vector<Step> steps;
  const auto add = [&](std::string sql, bool is_test = false) {
    steps.push_back({"rebuild", wanted.name, std::move(sql), false, is_test});
  };
  std::string fresh = wanted.name + "_rebuilt";
  while (schema.table(fresh) != nullptr || schema.view(fresh) != nullptr) fresh += "_";
  add("CREATE TABLE " + quoted_name(fresh) + " " + wanted.sql.substr(wanted.sql.find('(')));
  for (const LiveColumn& column : found.columns) {
    if (wanted.column(column.name) != nullptr || column.generated) continue;
    std::string more = "ALTER TABLE " + quoted_name(fresh) + " ADD COLUMN " +
                       quoted_name(column.name) + " " + kept_type(column, wanted.strict);
    // Any other default than a literal cannot be added, and concerns only rows to come.
    if (column.default_value && tokens_of(*column.default_value).size() == 1 &&
        tokens_of(*column.default_value)[0].kind != TokenKind::word)
      more += " DEFAULT " + *column.default_value;
    add(more);
  }
  const Copy copy = copy_of(wanted, found);
  add("INSERT INTO " + quoted_name(fresh) + " (" + copy.into + ") SELECT " + copy.from + " FROM " +
      quoted_name(found.name));
  add("SELECT (SELECT count(*) FROM " + quoted_name(found.name) + ") = (SELECT count(*) FROM " +
          quoted_name(fresh) + ")",
      true);
  add("DROP TABLE " + quoted_name(found.name));
  // What refers to the table means its name, which is to stand for the new one.
  add("PRAGMA legacy_alter_table = ON");
  add("ALTER TABLE " + quoted_name(fresh) + " RENAME TO " + quoted_name(wanted.name));
  add("PRAGMA legacy_alter_table = OFF");
  for (const LiveIndex& index : schema.indexes) {
    const bool others =
        index.table == found.name && index.origin == 'c' && declared().index(index.name) == nullptr;
    if (others) add(index.sql);
  }
  for (const LiveProgram& trigger : schema.triggers) {
    if (trigger.table == found.name && declared().trigger(trigger.name) == nullptr)
      add(trigger.sql);
  }
  return steps;
}

std::vector<Step> plan_legacy(const LiveSchema& found) {
  std::vector<Step> steps;
  const bool ours = found.application_id == kApplicationId ||
                    found.table("schema_journal") != nullptr || found.tables.empty();
  if (ours) return steps;
  std::set<std::string> others;
  for (const Difference& each : compare(declared(), found)) {
    const bool other_kind = each.aspect == Aspect::table_option && each.cure == Cure::keep;
    if ((each.cure == Cure::rebuild || other_kind) && found.table(each.table) != nullptr)
      others.insert(each.table);
  }
  if (others.empty()) return steps;
  // A view of theirs under our name would be renamed along with its tables.
  for (const LiveProgram& view : found.views) {
    if (declared().view(view.name) != nullptr)
      steps.push_back({"legacy", view.name,
                       with_former("DROP VIEW " + quoted_name(view.name), view.sql), false, false});
  }
  for (const std::string& name : others) set_aside(name, found, steps);
  return steps;
}

std::vector<Step> plan_upgrade(const LiveSchema& found) {
  return Plan(found).run();
}

}  // namespace dg::schema
