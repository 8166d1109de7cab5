#include <memory>
#include <optional>

#include "daemon/cli/commands.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "daemon/cli/render.h"
#include "storage/lock.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct ServiceChoice {
  std::string folder;
  bool force = false;
};

/// The project that start, stop, restart and status are about: DIR, --project, or the enclosing
/// one.
Result<fs::path> chosen_project(Session& session, const ServiceChoice& choice) {
  const std::string given = !choice.folder.empty() ? choice.folder : session.settings.project;
  return find_project(given, session.cwd, choice.force);
}

int say(Session& session, const Json& json, const std::string& text, Exit code = Exit::done) {
  session.out.line(session.settings.json ? json_text(json) : printable(text));
  return session.finish(code);
}

int start(Session& session, const fs::path& project) {
  if (const Result<std::unique_ptr<Client>> running = connect_service(project)) {
    const Result<Json> status = ask_status(project, **running);
    if (status) {
      return say(session, {{"project", project.string()}, {"started", false}},
                 "The service of " + project.string() + " runs already.");
    }
    if (status.error().kind == ErrorKind::cancelled) return session.fail(status.error());
    // Else it is just ending.
  }
  const Result<std::unique_ptr<Client>> client = ready_service(session, project, true);
  if (!client) return session.fail(client.error());
  return say(session, {{"project", project.string()}, {"started", true}},
             "The service of " + project.string() + " runs.");
}

int stop(Session& session, const fs::path& project) {
  const Result<bool> stopped = stop_service(project);
  if (!stopped) return session.fail(stopped.error());
  const std::string text = *stopped ? "The service of " + project.string() + " is stopped."
                                    : "No service of " + project.string() + " runs.";
  return say(session, {{"project", project.string()}, {"stopped", *stopped}}, text,
             *stopped ? Exit::done : Exit::no_result);
}

int restart(Session& session, const fs::path& project) {
  const Result<bool> stopped = stop_service(project);
  if (!stopped) return session.fail(stopped.error());
  return start(session, project);
}

/// Nobody answers: there is no service, or one that is out of reach for the moment.
int status_without_service(Session& session, const fs::path& project) {
  const std::optional<LockHolder> holder = WriteLock::holder(state_folder(project));
  const std::string pid = holder ? std::to_string(holder->pid) : "";
  if (holder && !holder->socket.empty()) {
    return session.fail({ErrorKind::io, "service of " + project.string(),
                         "process " + pid + " does not listen on " + holder->socket,
                         "It starts, or makes its socket anew within seconds; 'deltagraph stop' "
                         "ends it."});
  }
  const bool indexed = fs::exists(database_path(project));
  Json json{{"project", project.string()},
            {"running", false},
            {"indexed", indexed},
            {"database",
             {{"path", database_path(project).string()}, {"bytes", database_bytes(project)}}}};
  std::string text = "No service of " + project.string() + " runs";
  if (holder) {
    json["writer"] = {{"pid", holder->pid}, {"work", holder->work}};
    text += "; process " + pid + " (" + holder->work + ") is writing to it.";
  } else {
    text += (indexed ? "." : ", and it is not indexed.") +
            std::string(" Start one with 'deltagraph start'.");
  }
  return say(session, json, text, Exit::no_result);
}

int status(Session& session, const fs::path& project) {
  const Result<std::unique_ptr<Client>> client = connect_service(project);
  if (!client && client.error().kind != ErrorKind::not_found) return session.fail(client.error());
  if (!client) return status_without_service(session, project);
  const Result<Json> answer = ask_status(project, **client);
  if (!answer) return session.fail(answer.error());
  if (session.settings.json) {
    session.out.line(json_text(*answer));
  } else {
    render_status(session, *answer);
  }
  return session.finish(answer->value("last_error", Json()).is_null() ? Exit::done : Exit::trouble);
}

int sync(Session& session, const fs::path& project) {
  const Result<std::unique_ptr<Client>> client =
      ready_service(session, project, !session.settings.no_start);
  if (!client) return session.fail(client.error());
  const Result<Json> synced = (*client)->call("sync", Json::object(), std::chrono::minutes(1));
  if (!synced) return session.fail(synced.error());
  return say(session, *synced,
             "In step with the disk at sequence " +
                 std::to_string(synced->value("sequence", std::uint64_t{0})) + ".");
}

void add(CLI::App& app, Invocation& invocation, const char* name, const char* summary,
         int (*run)(Session&, const fs::path&), bool starts) {
  const auto choice = std::make_shared<ServiceChoice>();
  CLI::App* command =
      add_command(app, name, summary, invocation, [choice, run, starts](Session& session) {
        Result<fs::path> project = chosen_project(session, *choice);
        if (project && starts) project = check_folder(*project, choice->force);
        if (!project) return session.fail(project.error());
        return run(session, *project);
      });
  command->add_option("DIR", choice->folder, "The project's folder (default: the enclosing one)");
  if (starts) command->add_flag("--force", choice->force, "Even for / or a home folder");
}

}  // namespace

void add_service(CLI::App& app, Invocation& invocation) {
  add(app, invocation, "start", "Start the service in the background and wait until it is ready",
      start, true);
  add(app, invocation, "stop", "Stop the service; exit code 1 when none runs", stop, false);
  add(app, invocation, "restart", "Stop the service, if it runs, and start it", restart, true);
  add(app, invocation, "status",
      "What the service does, watches and holds; exit code 1 when none runs", status, false);
  add(app, invocation, "sync", "Return once all that is on disk now is visible in every query",
      sync, false);
}

}  // namespace dg
