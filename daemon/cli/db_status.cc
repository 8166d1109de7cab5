#include "daemon/cli/db_schema.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/cli/table.h"
#include "daemon/requests/schema_json.h"
#include "storage/schema/live/declared.h"

namespace dg {
namespace {

Style state_style(const schema::MigrationLine& line) {
  if (line.edited || line.state == schema::MigrationState::failed) return Style::red;
  return line.state == schema::MigrationState::pending ? Style::yellow : Style::plain;
}

std::string remark_of(const schema::MigrationLine& line) {
  if (line.edited) return "edited after it was applied";
  if (!line.error.empty()) return line.error;
  if (!line.deprecated.empty()) return "deprecated: " + line.deprecated;
  return line.file_gone ? "its file is gone" : line.description;
}

void show(Session& session, const std::vector<schema::MigrationLine>& lines,
          const schema::MigrateTarget& target) {
  Terminal& out = session.out;
  if (lines.empty()) {
    out.line("No migrations: none in " + printable(target.folder.string()) +
             ", none applied. 'deltagraph db generate NAME' writes one.");
    return;
  }
  Table table({{"migration", false, Style::bold},
               {"kind"},
               {"state"},
               {"applied"},
               {"took", true},
               {"by", false, Style::dim},
               {"", false, Style::plain, true}});
  for (const schema::MigrationLine& line : lines) {
    const bool applied = line.applied_at != 0;
    table.row(
        {line.name, std::string(to_string(line.kind)),
         out.paint(state_style(line), to_string(line.state)),
         applied ? date_text(line.applied_at) : "",
         line.duration_us > 0 ? duration_text(static_cast<double>(line.duration_us) / 1000) : "",
         line.applied_by, remark_of(line)});
  }
  table.print(out);
}

/// What there is to do, in one line.
std::string summary(const std::vector<schema::MigrationLine>& lines,
                    const std::vector<schema::Difference>& drift) {
  std::size_t pending = 0, lacking = 0;
  for (const schema::MigrationLine& line : lines) {
    const bool waits = line.state == schema::MigrationState::pending ||
                       line.state == schema::MigrationState::failed;
    pending += line.number && waits ? 1 : 0;
  }
  for (const schema::Difference& each : drift) lacking += is_lack(each) ? 1 : 0;
  std::string text = "Schema " + std::to_string(schema::kSchemaVersion) + ", ";
  text += lacking == 0 ? "as declared" : counted(lacking, "difference") + " from what is declared";
  if (drift.size() > lacking)
    text += ", " + counted(drift.size() - lacking, "thing") + " that nobody declares";
  return text + "; " + (pending == 0 ? "nothing" : counted(pending, "migration")) + " pending.";
}

int status(Session& session) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  const Result<std::unique_ptr<SchemaReader>> reader = open_schema_reader(target->database);
  if (!reader) return session.fail(reader.error());
  const Result<schema::LiveSchema> live = (*reader)->live();
  if (!live) return session.fail(live.error());
  const Result<std::vector<schema::MigrationLine>> lines = schema::migration_lines(*target);
  if (!lines) return session.fail(lines.error());
  const std::vector<schema::Difference> drift = compare(schema::declared(), *live);
  if (session.settings.json) {
    Json migrations = Json::array();
    for (const schema::MigrationLine& line : *lines) migrations.push_back(migration_json(line));
    session.out.line(json_text({{"database", target->database.string()},
                                {"folder", target->folder.string()},
                                {"schema_version", schema::version_of(live->user_version)},
                                {"program_schema_version", schema::kSchemaVersion},
                                {"migrations", std::move(migrations)},
                                {"drift", drift_json(drift)}}));
  } else {
    show(session, *lines, *target);
    session.out.line(summary(*lines, drift));
  }
  return session.finish(Exit::done);
}

}  // namespace

Result<schema::MigrateTarget> migrate_target(Session& session) {
  const Result<std::filesystem::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return project.error();
  return schema::MigrateTarget{database_path(*project), state_folder(*project) / "migrations", {}};
}

void add_db_status(CLI::App& db, Invocation& invocation) {
  add_command(db, "status", "Each migration and what became of it", invocation, status);
}

}  // namespace dg
