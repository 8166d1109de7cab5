#include <algorithm>
#include <map>
#include <memory>

#include "daemon/cli/ask.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/project.h"
#include "daemon/cli/render.h"
#include "daemon/requests/params.h"
#include "daemon/requests/point.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// The parameters of one question as typed. Options and positionals derive from the question's own
/// declaration, so that protocol and command line cannot differ.
struct Typed {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<std::string>> words;  ///< Positionals of several words.
  std::map<std::string, std::int64_t> integers;
  std::map<std::string, bool> flags;
  bool exit_code = false;  ///< Of `diff`: 1 where there is a difference, as git has it.
};

bool is_place(std::string_view name) {
  return name == "atom" || name == "from" || name == "to" || name == "file" || name == "path" ||
         name == "place";
}

/// `find parse url` and `sql SELECT 1` need no quotes.
bool is_prose(std::string_view name) {
  return name == "text" || name == "statement";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// An empty one is most likely a script's empty variable: never "now".
bool is_point(std::string_view name) {
  return name == "at" || name == "since" || name == "until";
}

Json params_of(const Typed& typed, const fs::path& project, const fs::path& cwd) {
  Json params = Json::object();
  for (const auto& [name, text] : typed.texts) {
    if (!text.empty() || is_place(name) || is_point(name))
      params[name] = name == "path"   ? path_in_project(text, project, cwd)
                     : is_place(name) ? relative_to_project(text, project, cwd)
                                      : text;
  }
  for (const auto& [name, words] : typed.words) params[name] = joined(words);
  for (const auto& [name, number] : typed.integers) params[name] = number;
  for (const auto& [name, flag] : typed.flags) {
    if (flag) params[name] = true;
  }
  return params;
}

int ask(Session& session, const std::string& method, const Typed& typed) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const Result<std::unique_ptr<Answerer>> answerer = Answerer::open(session, *project);
  if (!answerer) return session.fail(answerer.error());
  const Result<Json> answer = (*answerer)->ask(method, params_of(typed, *project, session.cwd));
  if (!answer) return session.fail(answer.error());
  if (session.settings.json) {
    session.out.line(json_text(*answer));
  } else {
    render_answer(session, method, *answer);
  }
  if (typed.exit_code && answer->value("total", std::uint64_t{0}) > 0) {
    return session.finish(Exit::no_result);
  }
  return session.finish(exit_of_answer(method, *answer));
}

std::string option_name(std::string_view parameter) {
  std::string name = "--";
  for (const char c : parameter) name += c == '_' ? '-' : c;
  return name;
}

std::string upper(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// Keeps what is given, also an empty text, and nothing where nothing is.
CLI::Option* add_text(CLI::App& command, const std::string& option, const std::string& name,
                      const std::string& description, Typed& typed) {
  return command.add_option_function<std::string>(
      option, [&typed, name](const std::string& text) { typed.texts[name] = text; }, description);
}

void add_parameter(CLI::App& command, const Parameter& parameter, Typed& typed) {
  const std::string type = parameter.type;
  const std::string name = parameter.name;
  if (parameter.required && is_prose(name)) {
    command.add_option(upper(name), typed.words[name], parameter.description)
        ->required()
        ->type_name("");
  } else if (parameter.required || is_place(name) || name == "specifier") {
    add_text(command, upper(name), name, parameter.description, typed)
        ->required(parameter.required)
        ->type_name("");
  } else if (type == "boolean") {
    command.add_flag(option_name(name), typed.flags[name], parameter.description);
  } else if (type == "integer") {
    command
        .add_option_function<std::int64_t>(
            option_name(name), [&typed, name](std::int64_t value) { typed.integers[name] = value; },
            parameter.description)
        ->type_name("N");
  } else {
    // `--min-confidence` is what the option was called first.
    const std::string names = option_name(name) + (name == "confidence" ? ",--min-confidence" : "");
    add_text(command, names, name, parameter.description, typed)
        ->type_name(type == "list"     ? "A,B"
                    : name == "cursor" ? "CURSOR"
                    : is_point(name)   ? "POINT"
                                       : "X");
  }
}

}  // namespace

Exit exit_of_answer(const std::string& method, const Json& answer) {
  if (method == "why-ignored") return answer.value("ignored", false) ? Exit::done : Exit::no_result;
  if (method == "path" || method == "why")
    return answer.value("found", false) ? Exit::done : Exit::no_result;
  if (method == "why-not") return answer.value("found", false) ? Exit::no_result : Exit::done;
  if (method == "explain-import") {
    const bool fine = answer.value("broken", 0) == 0 && answer.value("total", 0) > 0;
    return fine ? Exit::done : Exit::no_result;
  }
  if (method == "validate-imports") {
    return answer.at("broken").value("failing", 0) == 0 ? Exit::done : Exit::no_result;
  }
  if (method == "unresolved" || method == "sql" || method == "stats" || method == "show" ||
      method == "diff" || method == "get_schema") {
    return Exit::done;
  }
  const bool open = method == "callees" && !answer.value("open", Json::array()).empty();
  return answer.value("total", std::uint64_t{0}) > 0 || open ? Exit::done : Exit::no_result;
}

void add_questions(CLI::App& app, Invocation& invocation) {
  for (const Method& method : methods()) {
    const std::string name = method.name;
    // Commands of their own: one streams, the other is a member of `db`.
    if (name == "export" || name == "slow") continue;
    const auto typed = std::make_shared<Typed>();
    std::string summary = method.summary;
    summary.front() = static_cast<char>(summary.front() - 'a' + 'A');
    CLI::App* command =
        add_command(app, name, summary, invocation,
                    [typed, name](Session& session) { return ask(session, name, *typed); });
    for (const Parameter& parameter : method.parameters) add_parameter(*command, parameter, *typed);
    if (method.has_past) {
      add_text(*command, "--at", "at", std::string("As it was at ") + kPointForms, *typed)
          ->type_name("POINT");
    }
    if (name == "diff") {
      command->add_flag("--exit-code", typed->exit_code, "exit with 1 where there is a difference");
    }
  }
}

}  // namespace dg
