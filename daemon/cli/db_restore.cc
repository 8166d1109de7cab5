#include <algorithm>
#include <memory>

#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "daemon/pipeline.h"
#include "daemon/validator/mend.h"
#include "storage/backup/backup.h"
#include "storage/requests/backup.h"
#include "storage/requests/store.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct Done {
  Restored restored;
  /// Where the former requests.db is kept, empty if there was none; nothing: the backup has none.
  std::optional<fs::path> requests;
  bool requests_left = false;  ///< Those that were there stay.
  Outcome reconciled;
  Validation validated;
};

/// A backup of another project would replace this one's history by a foreign one.
Result<> check_project(const fs::path& project, const fs::path& file) {
  const Result<StoredProject> stored = load_project(file);
  if (!stored) return stored.error();
  const auto is_here = [&](const FileVersionPtr& each) {
    std::error_code ignored;
    return fs::exists(project / each->path, ignored);
  };
  if (stored->files.empty() || std::any_of(stored->files.begin(), stored->files.end(), is_here)) {
    return Ok{};
  }
  return Error{ErrorKind::usage, file.string(),
               "none of its " + std::to_string(stored->files.size()) + " files is in " +
                   project.string() + ": it is of another project",
               "Give --force where it is meant"};
}

/// What differs from the disk becomes one `reconcile` transaction; then what the backup's rows say
/// of the same files is checked, and mended.
Result<> reconcile(const fs::path& project, Done& done) {
  PipelineOptions options;
  options.root = project;
  options.state_folder = state_folder(project);
  const Result<ParseOptions> parse = parse_options();
  if (!parse) return parse.error();
  options.parse = *parse;
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  if (!pipeline) return pipeline.error();
  SettledChange all;
  all.rescan = true;
  all.cause = Cause::reconcile;
  Result<Outcome> outcome = apply_mended(**pipeline, all).outcome;
  if (!outcome) return outcome.error();
  ValidateOptions wishes;
  wishes.repair = true;
  done.validated = validate(**pipeline, wishes);
  done.reconciled = *std::move(outcome);
  if (const Result<> checkpointed = (*pipeline)->checkpoint(); !checkpointed)
    return checkpointed.error();
  return Ok{};
}

/// No service runs.
Result<Done> restore_here(const fs::path& project, const fs::path& file) {
  Done done;
  {
    const Result<std::unique_ptr<WriteLock>> lock =
        WriteLock::acquire(state_folder(project), "db restore");
    if (!lock) return lock.error();
    Result<Restored> restored = restore(file, database_path(project));
    if (!restored) return restored.error();
    done.restored = *std::move(restored);
    Result<std::optional<fs::path>> requests =
        requests::restore_requests(file, state_folder(project));
    if (!requests) return requests.error();
    done.requests = *std::move(requests);
    std::error_code none;
    done.requests_left =
        !done.requests && fs::exists(requests::requests_database(state_folder(project)), none);
  }
  if (const Result<> reconciled = reconcile(project, done); !reconciled) return reconciled.error();
  return done;
}

Json former_names(const FormerDatabases& former) {
  Json names = Json::array();
  for (const fs::path& file : former.kept) names.push_back(file.string());
  return names;
}

Json requests_json(const Done& done) {
  if (!done.requests) return Json();
  return {{"restored", requests::requests_backup(done.restored.from.file).string()},
          {"kept_as", done.requests->empty() ? Json() : Json(done.requests->string())}};
}

/// What became of the schema requests.
void show_requests(Session& session, const Done& done) {
  if (done.requests_left)
    session.out.line("The backup holds no schema requests: those that are there stay.");
  if (!done.requests) return;
  session.out.line("The schema requests and their tables are those of " +
                   printable(requests::requests_backup(done.restored.from.file).string()) +
                   (done.requests->empty()
                        ? "."
                        : "; the former are kept as " + printable(done.requests->string()) + "."));
}

void show(Session& session, const Done& done, bool restarted) {
  const Restored& restored = done.restored;
  const bool changed = !done.reconciled.delta.empty();
  if (session.settings.json) {
    session.out.line(
        json_text({{"restored", restored.from.file.string()},
                   {"restored_sequence", raw(restored.from.sequence)},
                   {"kept_as", restored.kept_as.empty() ? Json() : Json(restored.kept_as.string())},
                   {"former_kept", former_names(restored.former)},
                   {"former_deleted", restored.former.deleted},
                   {"sequence", raw(done.reconciled.sequence)},
                   {"reconciled", changed},
                   {"found", done.validated.found},
                   {"left", done.validated.left_count},
                   {"requests", requests_json(done)},
                   {"service_restarted", restarted}}));
    return;
  }
  session.out.line("Restored sequence " + std::to_string(raw(restored.from.sequence)) + " of " +
                   printable(restored.from.file.string()) + ".");
  if (!restored.kept_as.empty())
    session.out.line("The former database is kept as " + printable(restored.kept_as.string()) +
                     ".");
  show_requests(session, done);
  if (restored.former.deleted != 0) {
    session.out.line("Of former databases the last " + std::to_string(kFormerKept) +
                     " are kept: " + counted(restored.former.deleted, "older one") + " deleted.");
  }
  session.out.line(changed ? "What differed from the disk is sequence " +
                                 std::to_string(raw(done.reconciled.sequence)) + "."
                           : std::string("Nothing differed from the disk."));
  if (done.validated.found != 0) {
    session.out.line(
        counted(done.validated.found, "difference") + " between its rows and the " + "sources " +
        (done.validated.left_count == 0 ? "mended."
                                        : "found; not all "
                                          "are mended: 'deltagraph validate' lists them."));
  }
  if (restarted)
    session.out.line("The service was stopped for it and runs again in the background.");
}

/// The service lets go of the old file before it is replaced, and is started on the new one.
int restore_project(Session& session, const std::string& given, bool force) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const fs::path file = session.cwd / given;
  // Checked before anything is stopped: bad input changes nothing.
  if (const Result<Backup> fit = check_backup(file); !fit) return session.fail(fit.error());
  if (const Result<> fit = requests::check_requests_backup(file); !fit)
    return session.fail(fit.error());
  if (!force) {
    if (const Result<> ours = check_project(*project, file); !ours)
      return session.fail(ours.error());
  }
  const Result<bool> stopped = stop_service(*project);
  if (!stopped) return session.fail(stopped.error());
  const Result<Done> done = restore_here(*project, file);
  bool restarted = false;
  if (*stopped) {
    const Result<std::unique_ptr<Client>> client = ready_service(session, *project, true);
    if (!client) session.notice(client.error().message());
    restarted = static_cast<bool>(client);
  }
  if (!done) return session.fail(done.error());
  show(session, *done, restarted);
  return session.finish(Exit::done);
}

}  // namespace

void add_db_restore(CLI::App& db, Invocation& invocation) {
  const auto file = std::make_shared<std::string>();
  const auto force = std::make_shared<bool>(false);
  CLI::App* command = add_command(
      db, "restore", "Put a checked backup in the database's place; the old is kept", invocation,
      [file, force](Session& session) { return restore_project(session, *file, *force); });
  command->add_option("FILE", *file, "A backup, or any database of deltagraph")->required();
  command->add_flag("--force", *force, "Also a backup of another project");
}

}  // namespace dg
