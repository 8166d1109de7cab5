#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "daemon/cli/command_line.h"
#include "daemon/cli/commands.h"
#include "daemon/requests/params.h"

namespace dg {
namespace {

constexpr const char* kDescription =
    "deltagraph: an exact, live call graph of a JavaScript or TypeScript project.\n"
    "A command uses the project's service and starts it when none runs.\n";

/// An empty one is most likely a script's empty variable: never the current folder.
std::string no_empty_folder(const std::string& typed) {
  return typed.empty() ? "the folder is empty: name one, or '.'" : "";
}

void add_global_options(CLI::App& app, Settings& settings) {
  app.add_option("--project", settings.project,
                 "The project's folder (default: the nearest one above with .deltagraph, .git or "
                 "package.json)")
      ->check(no_empty_folder)
      ->type_name("DIR");
  app.add_flag("--json", settings.json, "Answer and errors as JSON");
  app.add_flag("--no-start", settings.no_start,
               "Without a running service answer from the database, and say how old it is");
  app.add_flag("--sync", settings.sync, "First wait until all that is on disk now is visible");
  app.add_option_function<std::string>(
         "--color",
         [&settings](const std::string& choice) {
           settings.color = choice == "always"  ? ColorChoice::always
                            : choice == "never" ? ColorChoice::never
                                                : ColorChoice::automatic;
         },
         "auto, always or never; auto respects NO_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.set_version_flag("--version", std::string("deltagraph ") + DELTAGRAPH_VERSION);
}

/// What CLI11 says, as thing, reason and cure.
Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string command;
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().back();
    command += (command.empty() ? "" : " ") + at->get_name();
  }
  // A family (`db`) was given a member that it has not, or the program a command.
  const bool open = at->get_require_subcommand_max() > 0 &&
                    !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  if (const std::vector<std::string> rest = app.remaining(true);
      open && !rest.empty() && !rest.front().starts_with('-')) {
    return no_such_command(*at, rest.front());
  }
  std::string reason = error.what();
  if (const std::size_t line = reason.find('\n'); line != std::string::npos) reason.resize(line);
  return {ErrorKind::usage, command.empty() ? "command line" : command, reason,
          "See 'deltagraph help" + (command.empty() ? "" : " " + command) + "'."};
}

/// What no caller catches: a thread out of memory, most likely. Like SIGKILL it loses nothing that
/// was acknowledged; unlike abort() it says so (RELIABILITY R-06).
[[noreturn]] void end_unexpectedly() noexcept {
  const char* reason = "unknown";
  const std::exception_ptr thrown = std::current_exception();
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    reason = failure.what();
  } catch (...) {
    reason = "not an exception of ours";
  }
  std::fprintf(stderr, "deltagraph: unexpected failure: %s. Nothing is lost; try again.\n", reason);
  _exit(static_cast<int>(Exit::trouble));
}

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return false;
    if (word == "--json") return true;
  }
  return false;
}

int run(int argc, const char* const* argv) {
  Invocation invocation;
  const std::unique_ptr<CLI::App> app = make_app(invocation);
  try {
    app->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    Session session(invocation.settings);
    const CLI::App* asked = app.get();
    while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().front();
    session.out.write(help_of(*asked));
    return session.finish(Exit::done);
  } catch (const CLI::CallForVersion& version) {
    Session session(invocation.settings);
    session.out.line(version.what());
    return session.finish(Exit::done);
  } catch (const CLI::ParseError& error) {
    invocation.settings.json = asks_for_json(argc, argv);
    Session session(invocation.settings);
    return session.fail(usage_error(*app, error));
  }
  Session session(invocation.settings);
  if (!invocation.run) {
    session.err.write(app->help());
    return session.finish(Exit::usage);
  }
  return invocation.run(session);
}

}  // namespace

Error no_such_command(const CLI::App& app, const std::string& word) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (each->get_group().empty()) continue;
    const std::string name = each->get_name();
    const std::size_t distance = word.size() > 40 ? least : edit_distance(word, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return {ErrorKind::usage, "'" + word.substr(0, 200) + "'", "there is no such command",
          (nearest.empty() ? "" : "Did you mean '" + nearest + "'? ") +
              "'deltagraph help' lists all commands."};
}

std::string help_of(const CLI::App& command) {
  std::string above;
  for (const CLI::App* at = command.get_parent(); at != nullptr; at = at->get_parent()) {
    if (!above.empty()) above.insert(0, " ");
    above.insert(0, at->get_name());
  }
  return command.help(above);
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      Invocation& invocation, std::function<int(Session&)> run) {
  CLI::App* command = app.add_subcommand(name, summary);
  const bool member = app.get_parent() != nullptr;
  command->footer(examples_of(member ? app.get_name() + " " + name : name));
  command->final_callback([&invocation, run = std::move(run)] { invocation.run = run; });
  return command;
}

std::unique_ptr<CLI::App> make_app(Invocation& invocation) {
  auto app = std::make_unique<CLI::App>(kDescription, "deltagraph");
  app->fallthrough();
  app->require_subcommand(0, 1);
  add_global_options(*app, invocation.settings);
  add_index(*app, invocation);
  add_serve(*app, invocation);
  add_service(*app, invocation);
  add_questions(*app, invocation);
  add_export(*app, invocation);
  add_db(*app, invocation);
  add_schema_request(*app, invocation);
  add_watch(*app, invocation);
  add_lsp(*app, invocation);
  add_mcp(*app, invocation);
  add_validate(*app, invocation);
  add_completion(*app, invocation);
  add_help(*app, invocation);
  for (CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    if (CLI::Option* folder = command->get_option_no_throw("DIR")) folder->check(no_empty_folder);
  }
  app->footer(
      "Exit codes: 0 done, 1 no result, 2 usage, 3 ambiguous, 4 no such project or atom, 5 "
      "trouble\n"
      "with the service or the database. 'deltagraph help COMMAND' has examples.");
  return app;
}

int run_command_line(int argc, const char* const* argv) {
  std::set_terminate(end_unexpectedly);
  // Nothing of ours throws; what a library throws (no memory, no current folder) ends here.
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "deltagraph: unexpected failure: %s. Try again.\n", failure.what());
  }
  return static_cast<int>(Exit::trouble);
}

}  // namespace dg
