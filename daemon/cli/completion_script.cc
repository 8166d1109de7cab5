#include "daemon/cli/completion_script.h"

#include <algorithm>
#include <vector>

namespace dg {
namespace {

/// What completes the words that are no options.
enum class Words { none, folder, atom, file, shell, command, member };

Words words_of(const CLI::App& command) {
  if (!command.get_subcommands({}).empty()) return Words::member;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = option->get_name(true);
    if (name == "DIR") return Words::folder;
    if (name == "ATOM" || name == "FROM" || name == "TO") return Words::atom;
    if (name == "FILE" || name == "PATH") return Words::file;
    if (name == "SHELL") return Words::shell;
    if (name == "COMMAND") return Words::command;
  }
  return Words::none;
}

struct OptionInfo {
  std::string name;         ///< With dashes.
  std::string description;  ///< First line, without quotes.
  bool takes_value = false;
};

struct CommandInfo {
  std::string name, description;
  Words words = Words::none;
  std::vector<OptionInfo> options;   ///< Of a family: its members' too.
  std::vector<std::string> members;  ///< Of a family.
};

/// Without what the quoting of shells would need.
std::string plain(const std::string& text) {
  std::string kept;
  for (const char c : text) {
    if (c == '\n') break;
    if (c != '\'' && c != '"' && c != '[' && c != ']' && c != ':' && c != '\\' && c != '`' &&
        c != '$')
      kept += c;
  }
  return kept;
}

std::vector<OptionInfo> options_of(const CLI::App& app) {
  std::vector<OptionInfo> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    for (const std::string& name : option->get_lnames()) {
      options.push_back(
          {"--" + name, plain(option->get_description()), option->get_items_expected_max() > 0});
    }
  }
  return options;
}

std::vector<CommandInfo> commands_of(const CLI::App& app) {
  std::vector<CommandInfo> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    commands.push_back({command->get_name(),
                        plain(command->get_description()),
                        words_of(*command),
                        options_of(*command),
                        {}});
    for (const CLI::App* member : command->get_subcommands([](const CLI::App*) { return true; })) {
      commands.back().members.push_back(member->get_name());
      for (OptionInfo& option : options_of(*member)) {
        std::vector<OptionInfo>& known = commands.back().options;
        const bool has = std::any_of(known.begin(), known.end(), [&](const OptionInfo& each) {
          return each.name == option.name;
        });
        if (!has) known.push_back(std::move(option));
      }
    }
  }
  return commands;
}

std::string names(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options) text += (text.empty() ? "" : " ") + option.name;
  return text;
}

std::string names(const std::vector<CommandInfo>& commands) {
  std::string text;
  for (const CommandInfo& command : commands) text += (text.empty() ? "" : " ") + command.name;
  return text;
}

std::string names(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string bash_script(const CLI::App& app) {
  const std::vector<CommandInfo> commands = commands_of(app);
  std::string script =
      "# bash completion of deltagraph: source <(deltagraph completion bash)\n"
      "_deltagraph() {\n"
      "  local line=\"${COMP_LINE:0:COMP_POINT}\" word command=\"\" each words=\"\"\n"
      "  # The word as typed: readline breaks words at colons, which ids have.\n"
      "  word=\"${line##*[[:space:]]}\"\n"
      "  for each in \"${COMP_WORDS[@]:1}\"; do\n"
      "    case \" " +
      names(commands) +
      " \" in *\" $each \"*) command=\"$each\"; break;; esac\n"
      "  done\n"
      "  case \"$word\" in -*) words=\"" +
      names(options_of(app)) +
      "\";; esac\n"
      "  case \"$command\" in\n"
      "    '') [[ $word == -* ]] || words=\"" +
      names(commands) + "\";;\n";
  for (const CommandInfo& command : commands) {
    script += "    " + command.name + ")\n      case \"$word\" in\n";
    script += "        -*) words=\"$words " + names(command.options) + "\";;\n        *) ";
    switch (command.words) {
      case Words::none:
        script += ":";
        break;
      case Words::folder:
        script += "COMPREPLY=($(compgen -d -- \"$word\")); return";
        break;
      case Words::atom:
        script += "words=\"$(deltagraph __complete atom -- \"$word\" 2>/dev/null)\"";
        break;
      case Words::file:
        script += "words=\"$(deltagraph __complete file -- \"$word\" 2>/dev/null)\"";
        break;
      case Words::shell:
        script += "words=\"bash zsh fish\"";
        break;
      case Words::command:
        script += "words=\"" + names(commands) + "\"";
        break;
      case Words::member:
        script += "words=\"" + names(command.members) + "\"";
        break;
    }
    script += ";;\n      esac;;\n";
  }
  script +=
      "  esac\n"
      "  local IFS=$' \\t\\n'\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "  # Readline replaces only what follows the last colon.\n"
      "  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then\n"
      "    local typed=\"${word%\"${word##*:}\"}\" i\n"
      "    for i in \"${!COMPREPLY[@]}\"; do COMPREPLY[i]=\"${COMPREPLY[i]#\"$typed\"}\"; done\n"
      "  fi\n"
      "}\n"
      "complete -F _deltagraph deltagraph\n";
  return script;
}

/// A space before a function keeps _arguments from putting words of its own before ours.
std::string zsh_action(const CommandInfo& command) {
  switch (command.words) {
    case Words::none:
      return "";
    case Words::folder:
      return " '*:folder:_files -/'";
    case Words::atom:
      return " '*:atom: _deltagraph_stored atom'";
    case Words::file:
      return " '*:file: _deltagraph_stored file'";
    case Words::shell:
      return " '1:shell:(bash zsh fish)'";
    case Words::command:
      return " '1:command:_deltagraph_commands'";
    case Words::member:
      return " '1:command:(" + names(command.members) + ")' '*:file:_files'";
  }
  return "";
}

std::string zsh_options(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options) {
    text += " \\\n      '" + option.name + "[" + option.description + "]";
    text += option.takes_value ? ":value:'" : "'";
  }
  return text;
}

std::string zsh_script(const CLI::App& app) {
  const std::vector<CommandInfo> commands = commands_of(app);
  std::string script =
      "#compdef deltagraph\n"
      "# zsh completion of deltagraph: deltagraph completion zsh > \"${fpath[1]}/_deltagraph\"\n"
      "_deltagraph_stored() {\n"
      "  local -a found\n"
      "  found=(\"${(@f)$(deltagraph __complete $1 -- \"$PREFIX\" 2>/dev/null)}\")\n"
      "  compadd -Q -- ${(q)found}\n"
      "}\n"
      "_deltagraph_commands() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const CommandInfo& command : commands) {
    script += "    '" + command.name + ":" + command.description + "'\n";
  }
  script +=
      "  )\n"
      "  _describe command commands\n"
      "}\n"
      "_deltagraph() {\n"
      "  local context state line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C" +
      zsh_options(options_of(app)) +
      " \\\n"
      "      '1:command:_deltagraph_commands' '*::argument:->argument'\n"
      "  [[ $state == argument ]] || return\n"
      "  case $words[1] in\n";
  for (const CommandInfo& command : commands) {
    script += "    " + command.name + ") _arguments" + zsh_options(command.options) +
              zsh_action(command) + ";;\n";
  }
  script += "  esac\n}\n_deltagraph \"$@\"\n";
  return script;
}

std::string fish_script(const CLI::App& app) {
  const std::vector<CommandInfo> commands = commands_of(app);
  std::string script =
      "# fish completion of deltagraph: deltagraph completion fish > "
      "~/.config/fish/completions/deltagraph.fish\n"
      "complete -c deltagraph -f\n";
  const auto add_options = [&](const std::vector<OptionInfo>& options,
                               const std::string& condition) {
    for (const OptionInfo& option : options) {
      script += "complete -c deltagraph" + condition + " -l " + option.name.substr(2);
      script += option.takes_value ? " -r" : "";
      script += " -d '" + option.description + "'\n";
    }
  };
  add_options(options_of(app), "");
  for (const CommandInfo& command : commands) {
    script += "complete -c deltagraph -n __fish_use_subcommand -a " + command.name + " -d '" +
              command.description + "'\n";
    const std::string condition = " -n '__fish_seen_subcommand_from " + command.name + "'";
    add_options(command.options, condition);
    std::string words;
    switch (command.words) {
      case Words::none:
        break;
      case Words::folder:
        words = "(__fish_complete_directories)";
        break;
      case Words::atom:
        words = "(deltagraph __complete atom -- (commandline -ct) 2>/dev/null)";
        break;
      case Words::file:
        words = "(deltagraph __complete file -- (commandline -ct) 2>/dev/null)";
        break;
      case Words::shell:
        words = "bash zsh fish";
        break;
      case Words::command:
        words = names(commands);
        break;
      case Words::member:
        words = names(command.members);
        break;
    }
    if (words.empty()) continue;
    script += "complete -c deltagraph";
    script += condition;
    script += " -a '";
    script += words;
    script += "'\n";
  }
  return script;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") return bash_script(app);
  return shell == "zsh" ? zsh_script(app) : fish_script(app);
}

}  // namespace dg
