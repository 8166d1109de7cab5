#include <algorithm>

#include "storage/schema/live/declared.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/session.h"
#include "storage/schema/upgrade/plan.h"

namespace dg::schema {
namespace {

constexpr const char* kTemplateUp = "-- the statements, each ended by ;";
constexpr const char* kTemplateDown = "-- what takes them back; without it there is no rollback";

/// A script and what takes it back, in which the last comes first.
struct Script {
  std::string up, down;
  void add(const std::string& statement, const std::string& back) {
    up += statement + ";\n";
    if (!back.empty()) down = back + ";\n" + down;
  }
};

void drop_column(const Difference& extra, const LiveSchema& live, Script& script) {
  const LiveColumn& column = *live.table(extra.table)->column(extra.object);
  std::string back = "ALTER TABLE " + quoted_name(extra.table) + " ADD COLUMN " +
                     quoted_name(extra.object) + " " + column.type;
  if (column.default_value) back += " DEFAULT " + *column.default_value;
  script.add(
      "ALTER TABLE " + quoted_name(extra.table) + " DROP COLUMN " + quoted_name(extra.object),
      back);
}

void drop_table(const Difference& extra, const LiveSchema& live, Script& script) {
  std::string back = live.table(extra.table)->sql;
  for (const LiveIndex& index : live.indexes) {
    if (index.table == extra.table && !index.sql.empty()) back += ";\n" + index.sql;
  }
  for (const LiveProgram& trigger : live.triggers) {
    if (trigger.table == extra.table) back += ";\n" + trigger.sql;
  }
  script.add("DROP TABLE " + quoted_name(extra.table), back);
}

/// What is there and nobody declares, users of a thing before the thing.
Script removal_of(const LiveSchema& live) {
  Script script;
  const std::vector<Difference> all = compare(declared(), live);
  const auto each = [&](Aspect aspect, const auto& add) {
    for (const Difference& difference : all) {
      if (difference.aspect == aspect && !is_legacy(difference.table)) add(difference);
    }
  };
  each(Aspect::extra_view, [&](const Difference& extra) {
    script.add("DROP VIEW " + quoted_name(extra.object), extra.found);
  });
  each(Aspect::extra_trigger, [&](const Difference& extra) {
    script.add("DROP TRIGGER " + quoted_name(extra.object), extra.found);
  });
  each(Aspect::extra_index, [&](const Difference& extra) {
    script.add("DROP INDEX " + quoted_name(extra.object), live.index(extra.object)->sql);
  });
  each(Aspect::extra_column, [&](const Difference& extra) { drop_column(extra, live, script); });
  each(Aspect::extra_table, [&](const Difference& extra) { drop_table(extra, live, script); });
  return script;
}

}  // namespace

Result<Migration> generate(const MigrateTarget& target, const std::string& words, bool blank) {
  return guarded(target.database.string(), [&]() -> Result<Migration> {
    const std::string slug = slug_of(words);
    if (slug.empty()) {
      return Error{ErrorKind::usage, "'" + words + "'", "leaves no name for a file",
                   "Name what the migration does: 'deltagraph db generate add owner'"};
    }
    const Result<std::vector<MigrationLine>> lines = migration_lines(target);
    if (!lines) return lines.error();
    Migration migration;
    for (const MigrationLine& line : *lines)
      migration.number = std::max(migration.number, line.number.value_or(0));
    ++migration.number;
    const std::string number = std::to_string(migration.number);
    migration.name =
        std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number + "_" + slug;
    migration.file = target.folder / (migration.name + ".sql");
    const Script removal = blank ? Script() : removal_of(schema_of(target));
    if (removal.up.empty()) {
      migration.up = kTemplateUp;
      migration.down = kTemplateDown;
    } else {
      migration.description = "Drops what nobody declares; down makes it anew, empty.";
      migration.up = removal.up.substr(0, removal.up.size() - 1);
      migration.down = removal.down.substr(0, removal.down.size() - 1);
    }
    if (const Result<> written = write_new(migration); !written) return written.error();
    return migration;
  });
}

}  // namespace dg::schema
