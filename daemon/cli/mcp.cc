#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>

#include "daemon/bridge/service_link.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/delta_lines.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "daemon/cli/render.h"
#include "daemon/mcp/server.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// What `write` prints on a session's standard output, without colours or width.
std::string printed(const Settings& settings, const std::function<void(Session&)>& write) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  if (stream == nullptr) return "";
  {
    Session session(settings, stream);
    write(session);
    session.out.finish();
  }
  std::fclose(stream);
  const std::unique_ptr<char, void (*)(void*)> owner(text, std::free);
  return std::string(text, size);
}

Result<Json> restart(Session& session, const fs::path& project) {
  const Result<bool> stopped = stop_service(project);
  if (!stopped) return stopped.error();
  const Result<std::unique_ptr<Client>> client = ready_service(session, project, true);
  if (!client) return client.error();
  const Result<Json> status = ask_status(project, **client);
  if (!status) return status.error();
  return Json{{"restarted", *stopped},
              {"pid", status->value("pid", 0)},
              {"sequence", status->value("sequence", std::uint64_t{0})}};
}

int serve_mcp(Session& session, const std::string& choice, std::size_t max_bytes) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  std::signal(SIGPIPE, SIG_IGN);  // The channel notices by itself.
  ServiceLink link([&](bool may_start) {
    return ready_service(session, *project, may_start && !session.settings.no_start);
  });
  Settings plain = session.settings;
  plain.json = false;
  plain.color = ColorChoice::never;
  std::mutex restarting;
  mcp::Backend backend;
  backend.ask = [&](const std::string& method, const Json& params) {
    return link.ask(method, params);
  };
  backend.restart = [&] {
    const std::lock_guard guard(restarting);
    return restart(session, *project);
  };
  backend.text = [&](const std::string& method, const Json& answer) {
    return printed(plain, [&](Session& to) {
      if (method == "status") return render_status(to, answer);
      if (method == "restart") return to.out.line("The service runs: " + json_text(answer));
      render_answer(to, method, answer);
    });
  };
  backend.delta_text = [&](const Json& delta) {
    return printed(plain, [&](Session& to) { print_delta(to.out, delta); });
  };
  backend.in_project = [&](const std::string& typed) {
    return relative_to_project(typed, *project, *project);
  };
  StdioChannel channel(STDIN_FILENO, STDOUT_FILENO, Framing::lines);
  const Result<> ended = mcp::serve(channel, backend, link, {choice == "all", max_bytes});
  const bool left = ended || ended.error().kind == ErrorKind::cancelled;
  return left ? static_cast<int>(Exit::done) : session.fail(ended.error());
}

}  // namespace

void add_mcp(CLI::App& app, Invocation& invocation) {
  struct Chosen {
    std::string tools = "few";
    std::size_t max_bytes = mcp::Options().max_bytes;
  };
  const auto chosen = std::make_shared<Chosen>();
  CLI::App* command = add_command(
      app, "mcp", "Serve an assistant on standard input and output (MCP)", invocation,
      [chosen](Session& session) { return serve_mcp(session, chosen->tools, chosen->max_bytes); });
  command->add_option("--tools", chosen->tools, "few: the six that matter most; or all (few)")
      ->check(CLI::IsMember({"few", "all"}));
  command
      ->add_option("--max-bytes", chosen->max_bytes,
                   "Most bytes of one answer (20000); longer ones are paged")
      ->check(CLI::Range(std::size_t{1000}, std::size_t{10'000'000}))
      ->type_name("N");
}

}  // namespace dg
