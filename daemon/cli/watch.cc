#include <unistd.h>

#include <memory>
#include <optional>

#include "daemon/cli/commands.h"
#include "daemon/cli/delta_lines.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// Until the service ends or whoever reads is gone. Ctrl-C ends the process: nothing is to be kept.
int watch(Session& session, const std::optional<std::string>& since, std::uint64_t most) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const Result<std::unique_ptr<Client>> client =
      ready_service(session, *project, !session.settings.no_start);
  if (!client) return session.fail(client.error());
  if (session.err.is_terminal())
    session.notice("watching " + project->string() + " (Ctrl-C to stop)");
  std::uint64_t seen = 0;
  Json params = Json::object();
  if (since) params["since"] = *since;
  const auto show = [&](const Json& delta) {
    if (session.settings.json) {
      session.out.line(json_text(delta));
    } else {
      print_delta(session.out, delta);
    }
    ++seen;
    return session.out.finish() && (most == 0 || seen < most);
  };
  const Result<> ended = (*client)->listen("subscribe", params, show, STDOUT_FILENO);
  if (!ended) return session.fail(ended.error());
  return session.finish(Exit::done);
}

}  // namespace

void add_watch(CLI::App& app, Invocation& invocation) {
  struct Chosen {
    std::optional<std::string> since;
    std::uint64_t most = 0;
  };
  const auto chosen = std::make_shared<Chosen>();
  CLI::App* command = add_command(
      app, "watch", "Show each change of the graph as it lands", invocation,
      [chosen](Session& session) { return watch(session, chosen->since, chosen->most); });
  command
      ->add_option(
          "--since", chosen->since,
          "First what happened after this point: the point that was seen last (SEQ@REPLICA, "
          "as --json shows it), a sequence, a time")
      ->type_name("POINT");
  command->add_option("--count", chosen->most, "End after so many changes")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
}

}  // namespace dg
