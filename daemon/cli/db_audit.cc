#include <algorithm>
#include <memory>

#include "daemon/cli/db_schema.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/table.h"
#include "daemon/requests/schema_json.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/upgrade/plan.h"

namespace dg {
namespace {

struct Audited {
  schema::MigrateTarget target;
  DatabaseAudit audit;
  std::vector<schema::MigrationLine> migrations;
};

Result<Audited> look(Session& session, bool deep) {
  Audited all;
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return target.error();
  all.target = *target;
  const Result<std::unique_ptr<SchemaReader>> reader = open_schema_reader(target->database);
  if (!reader) return reader.error();
  Result<DatabaseAudit> audit = (*reader)->audit(deep);
  if (!audit) return audit.error();
  all.audit = *std::move(audit);
  Result<std::vector<schema::MigrationLine>> lines = schema::migration_lines(*target);
  if (!lines) return lines.error();
  all.migrations = *std::move(lines);
  return all;
}

/// How a table stands to the registry and to the migrations: who lists it, if anybody does.
std::string standing(const DatabaseAudit& audit, const std::string& name) {
  if (const schema::Table* table = schema::table(name))
    return table->life_cycle == schema::LifeCycle::active
               ? "expected"
               : "expected, " + std::string(to_string(table->life_cycle));
  if (schema::is_legacy(name)) return "legacy";
  for (const schema::MigrationRecord& record : audit.migrations) {
    if (record.state != schema::MigrationState::applied) continue;
    const std::vector<std::string> made = schema::tables_made_by(record.up);
    if (std::find(made.begin(), made.end(), name) != made.end())
      return "expected, of " + record.name;
  }
  return "unexpected";
}

Json tables_json(const DatabaseAudit& audit) {
  Json tables = Json::array();
  for (const schema::LiveTable& table : audit.live.tables) {
    if (table.virtual_table) continue;
    Json json = live_table_json(table);
    json["standing"] = standing(audit, table.name);
    for (const TableFigures& figures : audit.tables) {
      if (figures.name == table.name) json["rows"] = figures.rows;
    }
    Json indexes = Json::array();
    for (const schema::LiveIndex& index : audit.live.indexes) {
      if (index.table == table.name)
        indexes.push_back({{"name", index.name}, {"keys", index.keys}, {"unique", index.unique}});
    }
    json["indexes"] = std::move(indexes);
    tables.push_back(std::move(json));
  }
  return tables;
}

/// All that `verify` finds wrong, as sentences.
std::vector<std::string> faults_of(const Audited& all) {
  std::vector<std::string> faults;
  for (const schema::Difference& each : all.audit.drift) {
    if (is_lack(each)) faults.push_back(each.text());
  }
  for (const std::string& finding : all.audit.integrity) faults.push_back("file: " + finding);
  for (const std::string& orphan : all.audit.orphans) faults.push_back(orphan);
  if (all.audit.broken_journal_row)
    faults.push_back("schema_journal: row " + std::to_string(*all.audit.broken_journal_row) +
                     " is not as it was written, or one before it is missing");
  for (const schema::MigrationLine& line : all.migrations) {
    if (line.edited) faults.push_back(line.name + ": was edited after it was applied");
    if (line.state == schema::MigrationState::failed)
      faults.push_back(line.name + ": failed: " + line.error);
  }
  return faults;
}

Json audit_json(const Audited& all) {
  Json migrations = Json::array();
  for (const schema::MigrationLine& line : all.migrations)
    migrations.push_back(migration_json(line));
  return {{"database", all.target.database.string()}, {"expected_tables", schema::tables().size()},
          {"tables", tables_json(all.audit)},         {"drift", drift_json(all.audit.drift)},
          {"integrity", all.audit.integrity},         {"foreign_key_faults", all.audit.orphans},
          {"migrations", std::move(migrations)},      {"faults", faults_of(all)}};
}

void print_columns(Terminal& out, const schema::LiveTable& table, const DatabaseAudit& audit) {
  Table columns({{"", false, Style::plain}, {"", false, Style::dim}});
  for (const schema::LiveColumn& column : table.columns) {
    const auto key = std::to_string(column.key_position);
    columns.row({column.name, text_of(column) + (column.key_position > 0 ? " KEY " + key : "")});
  }
  columns.print(out, 4);
  for (const schema::LiveForeignKey& key : table.foreign_keys)
    out.line("    foreign key " + printable(text_of(key)));
  for (const schema::LiveIndex& index : audit.live.indexes) {
    if (index.table == table.name)
      out.line("    index " + printable(index.name + " " + text_of(index)));
  }
}

void print_tables(Session& session, const DatabaseAudit& audit, bool columns) {
  Terminal& out = session.out;
  Table table({{"table", false, Style::bold},
               {"columns", true},
               {"indexes", true},
               {"rows", true},
               {"", false, Style::plain}});
  for (const TableFigures& figures : audit.tables) {
    const schema::LiveTable& live = *audit.live.table(figures.name);
    const auto indexes =
        std::count_if(audit.live.indexes.begin(), audit.live.indexes.end(),
                      [&](const schema::LiveIndex& index) { return index.table == figures.name; });
    const std::vector<std::string> cells{figures.name, std::to_string(live.columns.size()),
                                         std::to_string(indexes), grouped(figures.rows),
                                         standing(audit, figures.name)};
    if (!columns) {
      table.row(cells);
      continue;
    }
    out.line(out.paint(Style::bold, printable(figures.name)) + "  " + counted(figures.rows, "row") +
             ", " + standing(audit, figures.name));
    print_columns(out, live, audit);
  }
  if (!columns) table.print(out);
}

void print_audit(Session& session, const Audited& all, bool columns) {
  Terminal& out = session.out;
  print_tables(session, all.audit, columns);
  const auto unexpected = std::count_if(
      all.audit.tables.begin(), all.audit.tables.end(),
      [&](const TableFigures& each) { return standing(all.audit, each.name) == "unexpected"; });
  out.line(std::to_string(schema::tables().size()) + " tables expected, " +
           std::to_string(all.audit.tables.size()) + " there" +
           (unexpected > 0 ? ", " + std::to_string(unexpected) + " unexpected" : "") + ".");
  for (const schema::Difference& each : all.audit.drift)
    out.line((is_lack(each) ? out.paint(Style::red, "differs  ")
                            : out.paint(Style::yellow, "more     ")) +
             printable(each.text()));
}

int audit(Session& session, bool columns) {
  const Result<Audited> all = look(session, true);
  if (!all) return session.fail(all.error());
  const std::vector<std::string> faults = faults_of(*all);
  if (session.settings.json) {
    session.out.line(json_text(audit_json(*all)));
  } else {
    print_audit(session, *all, columns);
    for (const std::string& finding : all->audit.integrity)
      session.out.line(session.out.paint(Style::red, "damage   ") + printable(finding));
    for (const std::string& orphan : all->audit.orphans)
      session.out.line(session.out.paint(Style::red, "orphan   ") + printable(orphan));
  }
  return session.finish(faults.empty() ? Exit::done : Exit::no_result);
}

int verify(Session& session) {
  const Result<Audited> all = look(session, true);
  if (!all) return session.fail(all.error());
  const std::vector<std::string> faults = faults_of(*all);
  if (session.settings.json) {
    session.out.line(json_text({{"ok", faults.empty()}, {"faults", faults}}));
  } else if (faults.empty()) {
    session.out.line(session.out.paint(Style::green, "Verified") +
                     ": the schema is as declared, the file and its references are whole, the "
                     "journal and the migrations are as they were written.");
  } else {
    for (const std::string& fault : faults)
      session.out.line(session.out.paint(Style::red, "fault  ") + printable(fault));
    session.out.line(
        counted(faults.size(), "fault") +
        ". 'deltagraph db migrate' mends the schema; a damaged file is restored from a "
        "backup.");
  }
  return session.finish(faults.empty() ? Exit::done : Exit::no_result);
}

}  // namespace

void add_db_audit(CLI::App& db, Invocation& invocation) {
  const auto columns = std::make_shared<bool>(false);
  CLI::App* command =
      add_command(db, "audit", "Tables, keys, indexes and rows: expected against real", invocation,
                  [columns](Session& session) { return audit(session, *columns); });
  command->add_flag("--columns", *columns, "With the columns, keys and indexes of each table");
}

void add_db_verify(CLI::App& db, Invocation& invocation) {
  add_command(db, "verify", "Whether schema, file, journal and migrations are as they should be",
              invocation, verify);
}

}  // namespace dg
