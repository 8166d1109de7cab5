#include "daemon/cli/db_schema.h"

#include <memory>

#include "daemon/cli/figures.h"
#include "daemon/cli/render_schema.h"
#include "daemon/requests/schema_json.h"
#include "storage/schema/ddl.h"
#include "storage/schema/report/export.h"

namespace dg {
namespace {

struct Form {
  bool sql = false, markdown = false, dot = false;
};

/// The declared schema: it needs no project.
int show_schema(Session& session, const Form& form) {
  if (form.sql) {
    session.out.write(schema::schema_sql());
  } else if (form.markdown) {
    session.out.write(schema::schema_markdown());
  } else if (form.dot) {
    session.out.write(schema::schema_dot());
  } else {
    Json tables = Json::array();
    for (const schema::Table& table : schema::tables())
      tables.push_back(registered_table_json(table, false));
    const Json answer{{"type", "registry"},
                      {"schema_version", schema::kSchemaVersion},
                      {"total", tables.size()},
                      {"tables", tables}};
    if (session.settings.json) {
      session.out.line(json_text(answer));
    } else {
      render_registry(session, answer);
    }
  }
  return session.finish(Exit::done);
}

int diff(Session& session, const std::string& given) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  const auto live = [](const std::filesystem::path& file, bool ours) -> Result<schema::LiveSchema> {
    const Result<std::unique_ptr<SchemaReader>> reader = open_schema_reader(file, ours);
    if (!reader) return reader.error();
    return (*reader)->live();
  };
  const Result<schema::LiveSchema> here = live(target->database, true);
  if (!here) return session.fail(here.error());
  const Result<schema::LiveSchema> there = live(session.cwd / given, false);
  if (!there) return session.fail(there.error());
  const std::vector<schema::Difference> all = compare(*here, *there);
  if (session.settings.json) {
    session.out.line(json_text({{"database", target->database.string()},
                                {"other", (session.cwd / given).string()},
                                {"total", all.size()},
                                {"differences", drift_json(all)}}));
  } else if (all.empty()) {
    session.out.line("The same schema.");
  } else {
    for (const schema::Difference& each : all)
      session.out.line((is_lack(each) ? session.out.paint(Style::red, "- ")
                                      : session.out.paint(Style::green, "+ ")) +
                       printable(each.text()));
    session.out.line(counted(all.size(), "difference") + " of " + printable(given) +
                     " from this project's database.");
  }
  return session.finish(all.empty() ? Exit::done : Exit::no_result);
}

}  // namespace

void add_db_schema(CLI::App& db, Invocation& invocation) {
  const auto form = std::make_shared<Form>();
  CLI::App* command =
      add_command(db, "schema", "The declared schema as a list, SQL, Markdown or a diagram",
                  invocation, [form](Session& session) { return show_schema(session, *form); });
  CLI::Option* sql = command->add_flag("--sql", form->sql, "The statements that make it");
  CLI::Option* markdown = command->add_flag("--markdown", form->markdown, "Documentation");
  CLI::Option* dot = command->add_flag("--dot", form->dot, "A Graphviz diagram");
  sql->excludes(markdown)->excludes(dot);
  markdown->excludes(dot);
}

void add_db_diff(CLI::App& db, Invocation& invocation) {
  const auto other = std::make_shared<std::string>();
  CLI::App* command =
      add_command(db, "diff", "Where another database's schema is not this one's", invocation,
                  [other](Session& session) { return diff(session, *other); });
  command->add_option("FILE", *other, "Any SQLite database")->required();
}

}  // namespace dg
