#include <algorithm>
#include <functional>
#include <memory>

#include "daemon/cli/ask.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/completion_script.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCompletions = 60;

/// Ids, names and files that begin so. Silent on every failure: a shell asks at each key. Never
/// starts a service.
int complete(Session& session, const std::string& kind, const std::string& prefix) {
  session.settings.no_start = true;
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.finish(Exit::done);
  const Result<StoredState> state = read_stored(*project);
  if (!state) return session.finish(Exit::done);
  std::vector<std::string> found;
  for (const FileVersionPtr& file : state->snapshot->files()) {
    if (kind == "file") {
      if (file->path.starts_with(prefix)) found.push_back(file->path);
      continue;
    }
    for (std::uint32_t i = 1; i < file->atoms.size(); ++i) {
      const AtomRef atom{file.get(), AtomIndex{i}};
      if (atom.qualified_name().starts_with(prefix)) found.emplace_back(atom.qualified_name());
      if (prefix.find('/') == std::string::npos && prefix.find(':') == std::string::npos) continue;
      const std::string id = atom_id_text(*file, AtomIndex{i});
      if (id.starts_with(prefix)) found.push_back(id);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.size() > kMostCompletions) found.resize(kMostCompletions);
  for (const std::string& each : found) session.out.line(printable(each));
  return session.finish(Exit::done);
}

}  // namespace

void add_completion(CLI::App& app, Invocation& invocation) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command =
      add_command(app, "completion", "Print a completion script for bash, zsh or fish", invocation,
                  [&app, shell](Session& session) {
                    session.out.write(completion_script(app, *shell));
                    return session.finish(Exit::done);
                  });
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));

  const auto asked = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* hidden = add_command(app, "__complete", "", invocation, [asked](Session& session) {
    return complete(session, asked->first, asked->second);
  });
  hidden->group("");
  hidden->add_option("kind", asked->first)->required();
  hidden->add_option("prefix", asked->second);
}

}  // namespace dg
