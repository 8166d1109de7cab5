#include <memory>

#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/requests/point.h"
#include "storage/history/compact.h"
#include "storage/lock.h"
#include "storage/store.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct CompactOptions {
  std::string before;
  bool dry_run = false;
  bool yes = false;
};

Result<Sequence> first_kept(const fs::path& database, const std::string& point,
                            std::vector<std::string>& notes) {
  const Result<std::unique_ptr<Reader>> reader = open_reader(database);
  if (!reader) return reader.error();
  Result<Sequence> first = sequence_at(point, (*reader)->history(), notes);
  if (first && raw(*first) == 0) {
    return Error{ErrorKind::usage, "'" + point + "'", "is before the first commit",
                 "Give the commit that history is to begin with, as #2 or '30 days ago'."};
  }
  return first;
}

std::string loss_text(const Compaction& plan) {
  return counted(plan.commits, "commit") + " and " + counted(plan.events, "event") + " before #" +
         std::to_string(raw(plan.first)) + " (" + utc_text(plan.first_ms) + ")";
}

Json compaction_json(const Compaction& compaction, bool done) {
  return {{"first", raw(compaction.first)},
          {"first_time", utc_text(compaction.first_ms)},
          {"commits_lost", compaction.commits},
          {"events_lost", compaction.events},
          {"bytes_before", compaction.bytes_before},
          {"bytes_after", compaction.bytes_after},
          {"done", done}};
}

int show_plan(Session& session, const Compaction& plan) {
  if (session.settings.json) {
    session.out.line(json_text(compaction_json(plan, false)));
    return session.finish(Exit::done);
  }
  if (plan.commits == 0) {
    session.out.line("Nothing to compact: history begins at #" + std::to_string(raw(plan.first)) +
                     ".");
    return session.finish(Exit::done);
  }
  session.out.line("Would be lost for good: " + loss_text(plan) + ".");
  session.out.line("Kept: the state after #" + std::to_string(raw(plan.first)) +
                   ", and all that follows it.");
  return session.finish(Exit::done);
}

int compact_log(Session& session, const CompactOptions& options) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const fs::path database = database_path(*project);
  std::vector<std::string> notes;
  const Result<Sequence> first = first_kept(database, options.before, notes);
  if (!first) return session.fail(first.error());
  for (const std::string& note : notes) session.notice(note);
  const Result<Compaction> plan = plan_compaction(database, *first);
  if (!plan) return session.fail(plan.error());
  if (options.dry_run || plan->commits == 0) return show_plan(session, *plan);
  if (!options.yes) {
    return session.fail({ErrorKind::usage, "db compact", "would lose " + loss_text(*plan),
                         "Say --yes to lose them, or --dry-run to look only."});
  }
  const auto lock = WriteLock::acquire(state_folder(*project), "db compact");
  if (!lock) return session.fail(lock.error());
  const Result<Compaction> done = compact(database, *first);
  if (!done) return session.fail(done.error());
  if (session.settings.json) {
    session.out.line(json_text(compaction_json(*done, true)));
  } else {
    session.out.line("Compacted: lost " + loss_text(*done) + "; " + bytes_text(done->bytes_before) +
                     " are now " + bytes_text(done->bytes_after) + ".");
  }
  return session.finish(Exit::done);
}

}  // namespace

void add_db_compact(CLI::App& db, Invocation& invocation) {
  const auto options = std::make_shared<CompactOptions>();
  CLI::App* command =
      add_command(db, "compact", "Replace old history by a checkpoint, for good", invocation,
                  [options](Session& session) { return compact_log(session, *options); });
  command
      ->add_option("--before", options->before,
                   std::string("History is to begin with the commit at this point: ") + kPointForms)
      ->required()
      ->type_name("POINT");
  command->add_flag("--dry-run", options->dry_run, "Say what would be lost, and change nothing");
  command->add_flag("--yes", options->yes, "Lose it");
}

}  // namespace dg
