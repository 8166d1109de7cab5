#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "daemon/bridge/service_link.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "daemon/lsp/server.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// The service of the project in which the editor works, or of --project.
Result<lsp::Project> open_project(Session& session, const std::string& folder) {
  const fs::path start = folder.empty() ? session.cwd : fs::path(folder);
  const Result<fs::path> project = find_project(session.settings.project, start);
  if (!project) return project.error();
  const auto link = std::make_shared<ServiceLink>([&session, root = *project](bool may_start) {
    return ready_service(session, root, may_start && !session.settings.no_start);
  });
  return lsp::Project{project->string(), [link](const std::string& method, const Json& params) {
                        return link->ask(method, params);
                      }};
}

int serve_lsp(Session& session) {
  std::signal(SIGPIPE, SIG_IGN);  // The channel notices by itself.
  StdioChannel channel(STDIN_FILENO, STDOUT_FILENO, Framing::headers);
  const lsp::OpenProject open = [&](const std::string& folder) {
    return open_project(session, folder);
  };
  const Result<bool> ended = lsp::serve(channel, open);
  if (!ended) return session.fail(ended.error());
  // As the specification has it: an exit without a shutdown before is a failure.
  return static_cast<int>(*ended ? Exit::done : Exit::no_result);
}

}  // namespace

void add_lsp(CLI::App& app, Invocation& invocation) {
  CLI::App* command = add_command(app, "lsp", "Serve an editor on standard input and output (LSP)",
                                  invocation, [](Session& session) { return serve_lsp(session); });
  // Clients of VS Code's library add it unasked.
  command->add_flag("--stdio")->description("Changes nothing: there is no other way");
}

}  // namespace dg
