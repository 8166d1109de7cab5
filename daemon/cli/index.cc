#include <memory>
#include <string>
#include <string_view>

#include "daemon/cli/commands.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/project.h"
#include "daemon/cli/summary.h"
#include "daemon/pipeline.h"
#include "daemon/validator/mend.h"
#include "daemon/watch/remote_fs.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct IndexOptions {
  std::string folder;
  bool force = false;
  unsigned threads = 0;
};

int show(Session& session, const Json& summary) {
  if (session.settings.json) {
    session.out.line(json_text(summary));
  } else {
    print_summary(session, summary);
  }
  return session.finish(Exit::done);
}

/// A service has the project: it is the one writer, and is asked to catch up.
int index_by_service(Session& session, Client& client, const fs::path& project) {
  const Result<Json> stats = client.call("stats", {{"sync", true}}, std::chrono::minutes(10));
  if (!stats) return session.fail(stats.error());
  Json summary{{"project", project.string()}};
  summary.update(*stats);
  summary["database_bytes"] = database_bytes(project);
  const Result<Json> status = ask_status(project, client);
  if (status) {
    summary["notices"] = status->value("notices", Json::array());
    summary["unreadable"] = status->value("troubles", Json::array());
    session.notice("A running service (pid " + std::to_string(status->value("pid", 0)) +
                   ") keeps this project up to date; it has caught up with the disk.");
  }
  return show(session, summary);
}

int index_here(Session& session, const fs::path& project, unsigned threads) {
  PipelineOptions options;
  options.root = project;
  options.state_folder = state_folder(project);
  options.threads = threads;
  if (options.state_folder.parent_path() != project) {
    const std::string_view remote = remote_kind(project);
    session.notice((remote.empty() ? std::string("The project cannot be written")
                                   : "The project is on a remote file system (" +
                                         std::string(remote) + "), no place for a database") +
                   ": what is known of it is kept in " + options.state_folder.string() + ".");
  }
  const Result<ParseOptions> parse = parse_options();
  if (!parse) return session.fail(parse.error());
  options.parse = *parse;
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  if (!pipeline) return session.fail(pipeline.error());
  SettledChange all;
  all.rescan = true;
  all.cause = raw((*pipeline)->snapshot()->sequence()) == 0 ? Cause::initial_scan : Cause::cli;
  ProgressLine line(session.err);
  const MendedApply applied = apply_mended(**pipeline, all, [&](const Progress& progress) {
    line.show(progress.stage, progress.done, progress.total);
  });
  const Result<Outcome>& outcome = applied.outcome;
  session.err.clear_progress();
  if (applied.mended) session.notice(told(*applied.mended));
  for (const std::string& notice : (*pipeline)->notices()) session.notice(notice);
  if (!outcome) return session.fail(outcome.error());
  const Result<> checkpointed = (*pipeline)->checkpoint();
  if (!checkpointed) session.notice(checkpointed.error().message());
  return show(session, summary_json(project.string(), *outcome, (*pipeline)->database_size(),
                                    (*pipeline)->notices()));
}

int index(Session& session, const IndexOptions& chosen) {
  const std::string typed = !chosen.folder.empty() ? chosen.folder : session.settings.project;
  const Result<fs::path> folder =
      check_folder(typed.empty() ? session.cwd : fs::path(typed), chosen.force);
  if (!folder) return session.fail(folder.error());
  const Result<std::unique_ptr<Client>> client = ready_service(session, *folder, false);
  if (client) return index_by_service(session, **client, *folder);
  if (client.error().kind != ErrorKind::not_found) return session.fail(client.error());
  return index_here(session, *folder, chosen.threads);
}

}  // namespace

void add_index(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<IndexOptions>();
  CLI::App* command =
      add_command(app, "index", "Bring the database up to date once, and say what is in it",
                  invocation, [options](Session& session) { return index(session, *options); });
  command->add_option("DIR", options->folder, "The project's folder (default: the current one)");
  command->add_flag("--force", options->force, "Even for / or a home folder");
  command->add_option("--threads", options->threads,
                      "Threads that parse (default: one a processor)");
}

}  // namespace dg
