#include <memory>
#include <optional>

#include "daemon/cli/db_schema.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/requests/schema_json.h"
#include "storage/lock.h"

namespace dg {
namespace {

struct Choice {
  std::optional<std::int64_t> to;
  bool dry_run = false;
  bool yes = false;
  bool blank = false;
  std::vector<std::string> words;
};

Json names_of(const std::vector<schema::Migration>& migrations) {
  Json names = Json::array();
  for (const schema::Migration& each : migrations) names.push_back(each.name);
  return names;
}

void show_sql(Terminal& out, const std::string& sql) {
  std::string rest = sql;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out.line("  " + printable(rest.substr(0, end)));
    rest.erase(0, std::min(end + 1, rest.size()));
  }
}

Json run_json(const schema::MigrationRun& run) {
  return {{"done", names_of(run.done)},
          {"declared", run.declared},
          {"backup", run.backup.empty() ? Json(nullptr) : Json(run.backup.string())},
          {"findings", {{"before", run.before}, {"after", run.after}}}};
}

void show_run(Session& session, const schema::MigrationRun& run, const char* verb) {
  Terminal& out = session.out;
  for (const std::string& line : run.declared) out.line(out.paint(Style::dim, "declared  " + line));
  for (const schema::Migration& each : run.done)
    out.line(out.paint(Style::green, verb) + "  " + printable(each.name));
  if (run.done.empty() && run.declared.empty()) out.line("Nothing to do.");
  if (!run.backup.empty())
    out.line("The database before it is kept as " + printable(run.backup.string()) + ".");
}

int rehearse(Session& session, const schema::MigrateTarget& target, const Choice& choice) {
  const Result<std::vector<schema::Rehearsal>> all = schema::rehearse(target, choice.to);
  if (!all) return session.fail(all.error());
  bool fails = false;
  Json list = Json::array();
  for (const schema::Rehearsal& each : *all) {
    fails = fails || each.error.has_value();
    const schema::Migration& migration = each.migration;
    if (session.settings.json) {
      list.push_back({{"name", migration.name},
                      {"kind", to_string(migration.kind)},
                      {"checksum", migration.checksum()},
                      {"up", migration.up},
                      {"down", migration.down ? Json(*migration.down) : Json(nullptr)},
                      {"error", each.error ? Json(each.error->message()) : Json(nullptr)}});
      continue;
    }
    session.out.line(session.out.paint(Style::bold, migration.name) + "  " +
                     std::string(to_string(migration.kind)));
    show_sql(session.out, migration.up);
    if (each.error)
      session.out.line(session.out.paint(Style::red, "would fail: ") +
                       printable(each.error->message()));
  }
  if (session.settings.json) {
    session.out.line(json_text({{"dry_run", true}, {"pending", std::move(list)}}));
  } else if (all->empty()) {
    session.out.line("Nothing to do.");
  }
  return session.finish(fails ? Exit::no_result : Exit::done);
}

/// Runs under the write lock: a service that holds it is named.
template <typename Work>
int locked(Session& session, const schema::MigrateTarget& target, const char* name,
           const Work& work) {
  const auto lock = WriteLock::acquire(target.database.parent_path(), name);
  if (!lock) return session.fail(lock.error());
  return work();
}

int migrate(Session& session, const Choice& choice) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  if (choice.dry_run) return rehearse(session, *target, choice);
  return locked(session, *target, "db migrate", [&] {
    const Result<schema::MigrationRun> run = schema::migrate(*target, choice.to);
    if (!run) return session.fail(run.error());
    if (session.settings.json) {
      session.out.line(json_text(run_json(*run)));
    } else {
      show_run(session, *run, "applied");
    }
    return session.finish(Exit::done);
  });
}

/// Contents that would be gone need a word.
std::optional<Error> refuse_losses(const schema::MigrateTarget& target, const Choice& choice) {
  const Result<std::vector<schema::RollbackLoss>> losses =
      schema::rollback_losses(target, choice.to);
  if (!losses) return losses.error();
  if (losses->empty() || choice.yes) return std::nullopt;
  std::string what;
  for (const schema::RollbackLoss& each : *losses) what += (what.empty() ? "" : ", ") + each.what;
  return Error{ErrorKind::usage, "db rollback", "would drop " + what,
               "Say --yes to drop it; a backup is made first"};
}

int rollback(Session& session, const Choice& choice) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  return locked(session, *target, "db rollback", [&] {
    if (const std::optional<Error> refused = refuse_losses(*target, choice))
      return session.fail(*refused);
    const Result<schema::MigrationRun> run = schema::rollback(*target, choice.to);
    if (!run) return session.fail(run.error());
    if (session.settings.json) {
      session.out.line(json_text(run_json(*run)));
    } else {
      show_run(session, *run, "rolled back");
    }
    return session.finish(run->done.empty() ? Exit::no_result : Exit::done);
  });
}

int adopt(Session& session, const std::string& id) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  return locked(session, *target, "db adopt", [&] {
    const Result<schema::Migration> adopted = schema::adopt(*target, id);
    if (!adopted) return session.fail(adopted.error());
    if (session.settings.json) {
      session.out.line(json_text({{"adopted", adopted->name}}));
    } else {
      session.out.line("Recorded as applied: " + printable(adopted->name) +
                       ". Its effect was verified.");
    }
    return session.finish(Exit::done);
  });
}

int generate(Session& session, const Choice& choice) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  std::string words;
  for (const std::string& word : choice.words) words += (words.empty() ? "" : " ") + word;
  const Result<schema::Migration> made = schema::generate(*target, words, choice.blank);
  if (!made) return session.fail(made.error());
  if (session.settings.json) {
    session.out.line(json_text({{"file", made->file.string()},
                                {"name", made->name},
                                {"up", made->up},
                                {"down", made->down ? Json(*made->down) : Json(nullptr)}}));
  } else {
    session.out.line(printable(made->file.string()));
    show_sql(session.out, schema::file_text(*made));
    session.out.line(
        "Review it, then 'deltagraph db migrate --dry-run' and 'deltagraph db "
        "migrate'.");
  }
  return session.finish(Exit::done);
}

void add_to(CLI::App& command, const std::shared_ptr<Choice>& choice, const char* description) {
  command
      .add_option_function<std::int64_t>(
          "--to", [choice](std::int64_t number) { choice->to = number; }, description)
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{999'999'999}));
}

}  // namespace

void add_db_migrate(CLI::App& db, Invocation& invocation) {
  const auto choice = std::make_shared<Choice>();
  CLI::App* command =
      add_command(db, "migrate", "Bring the schema up to date and run what is pending", invocation,
                  [choice](Session& session) { return migrate(session, *choice); });
  command->add_flag("--dry-run", choice->dry_run,
                    "Show the statements, try them on a copy of the schema, and change nothing");
  add_to(*command, choice, "Up to this number");
}

void add_db_rollback(CLI::App& db, Invocation& invocation) {
  const auto choice = std::make_shared<Choice>();
  CLI::App* command =
      add_command(db, "rollback", "Take back the newest migration that was applied", invocation,
                  [choice](Session& session) { return rollback(session, *choice); });
  add_to(*command, choice, "All after this number; 0: all");
  command->add_flag("--yes", choice->yes, "Also where rows or values would be dropped");
}

void add_db_adopt(CLI::App& db, Invocation& invocation) {
  const auto id = std::make_shared<std::string>();
  CLI::App* command =
      add_command(db, "adopt", "Record a migration whose effect is there already", invocation,
                  [id](Session& session) { return adopt(session, *id); });
  command->add_option("ID", *id, "Its number or name")->required();
}

void add_db_generate(CLI::App& db, Invocation& invocation) {
  const auto choice = std::make_shared<Choice>();
  CLI::App* command =
      add_command(db, "generate", "Write a migration: what drops the undeclared, or a template",
                  invocation, [choice](Session& session) { return generate(session, *choice); });
  command->add_option("NAME", choice->words, "What it does, in a few words")->required();
  command->add_flag("--blank", choice->blank, "A template, whatever differs");
}

}  // namespace dg
