#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

using testing::Test;

TEST_F(CliTest, SaysItsVersion) {
  const Ran ran = run({"--version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.out.starts_with("deltagraph ")) << ran.out;
}

TEST_F(CliTest, HelpHasAnExampleForEachCommand) {
  const Ran overview = run({"help"});
  EXPECT_EQ(overview.code, 0);
  for (const char* command : {"index",
                              "serve",
                              "start",
                              "stop",
                              "restart",
                              "status",
                              "sync",
                              "find",
                              "show",
                              "outline",
                              "callers",
                              "callees",
                              "impact",
                              "path",
                              "stats",
                              "sql",
                              "export",
                              "watch",
                              "why-ignored",
                              "resolve",
                              "mcp",
                              "lsp",
                              "definition",
                              "completion",
                              "help",
                              "db",
                              "why",
                              "why-not",
                              "unresolved",
                              "explain-import",
                              "validate-imports"}) {
    EXPECT_NE(overview.out.find(std::string("  ") + command), std::string::npos) << command;
    const Ran help = run({"help", command});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
    EXPECT_EQ(run({command, "--help"}).out, help.out) << command;
  }
  EXPECT_EQ(overview.out.find("__complete"), std::string::npos);
  for (const char* member : {"backup", "restore"}) {
    const Ran help = run({"help", "db", member});
    EXPECT_EQ(help.code, 0) << member;
    EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
    EXPECT_EQ(run({"db", member, "--help"}).out, help.out) << member;
  }
}

TEST_F(CliTest, HelpDocumentsTheJsonOfAQuestion) {
  EXPECT_NE(run({"help", "callers"}).out.find("\"other_relations\""), std::string::npos);
  const Ran unknown = run({"help", "nothing"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("no such command"), std::string::npos);
}

TEST_F(CliTest, WithoutACommandIsAUsageError) {
  const Ran ran = run({});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("callers"), std::string::npos);
  EXPECT_EQ(ran.out, "");
}

TEST_F(CliTest, UnknownCommandsAndOptionsAreUsageErrors) {
  EXPECT_EQ(run({"frobnicate"}).code, 2);
  const Ran ran = run({"callers", "pay", "--frobnicate"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(ran.err.starts_with("deltagraph: callers: ")) << ran.err;
  EXPECT_NE(ran.err.find("--frobnicate"), std::string::npos);
  EXPECT_NE(ran.err.find("deltagraph help callers"), std::string::npos);
  EXPECT_EQ(run({"callers"}).code, 2);
  EXPECT_EQ(run({"callers", "pay", "--limit", "many"}).code, 2);
}

TEST_F(CliTest, UsageErrorsAreJsonWhenAskedFor) {
  const Ran ran = run({"callers", "--json"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.error()["kind"], "usage") << ran.err;
  EXPECT_EQ(ran.error()["thing"], "callers");
}

TEST_F(CliTest, OutsideOfAnyProjectIsSaid) {
  const Ran ran = run({"callers", "pay"}, {.cwd = "/"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("not in a project"), std::string::npos);
  EXPECT_NE(ran.err.find("deltagraph index"), std::string::npos);
}

TEST_F(CliTest, AnEmptyFolderIsNotTheCurrentOne) {
  const std::vector<std::vector<std::string>> lines = {
      {"index", ""}, {"start", ""}, {"serve", ""}, {"find", "pay", "--project", ""}};
  for (const std::vector<std::string>& line : lines) {
    const Ran ran = run(line);
    EXPECT_EQ(ran.code, 2) << line[0];
    EXPECT_NE(ran.err.find("the folder is empty"), std::string::npos) << ran.err;
  }
}

/// Words of letters, hyphens and underscores, as commands and options are.
std::set<std::string> words_of(const std::string& text) {
  constexpr const char* kLetters = "abcdefghijklmnopqrstuvwxyz-_";
  std::set<std::string> words;
  for (std::size_t at = text.find_first_of(kLetters); at != std::string::npos;) {
    const std::size_t end = text.find_first_not_of(kLetters, at);
    words.insert(text.substr(at, end - at));
    at = text.find_first_of(kLetters, end);
  }
  return words;
}

TEST_F(CliTest, TheManualPageNamesEveryCommandAndOption) {
  std::ifstream in(std::string(DELTAGRAPH_SOURCE_DIR) + "/daemon/cli/deltagraph.1");
  std::string page{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  for (std::size_t at = 0; (at = page.find('\\', at)) != std::string::npos;)
    page.erase(at, page[at + 1] == 'f' ? 3 : 1);  // `\fB` is a font, `\-` a hyphen.
  const std::set<std::string> known = words_of(page);
  const auto expect_options = [&](const std::vector<std::string>& help) {
    const std::string text = run(help).out;
    const std::size_t begin = text.find("Options:");
    ASSERT_NE(begin, std::string::npos) << help.back();
    for (const std::string& word : words_of(text.substr(begin, text.find("\n\n", begin) - begin))) {
      if (word.starts_with("--")) {
        EXPECT_TRUE(known.contains(word)) << help.back() << " " << word;
      }
    }
  };
  expect_options({"help"});
  for (const char* member : {"backup", "restore", "replay", "compact"})
    expect_options({"help", "db", member});
  std::istringstream all(run({"help"}).out);
  std::size_t commands = 0;
  for (std::string line; std::getline(all, line) && line != "Subcommands:";) {
  }
  for (std::string line; std::getline(all, line) && line.starts_with("  "); ++commands) {
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    EXPECT_TRUE(known.contains(name)) << name;
    expect_options({"help", name});
  }
  EXPECT_GT(commands, 25u);
}

TEST_F(CliTest, CompletionScriptsNameWhatExists) {
  const Ran bash = run({"completion", "bash"});
  EXPECT_EQ(bash.code, 0);
  project_.write("completion.bash", bash.out);
  EXPECT_EQ(run({"-n", "completion.bash"}, {.program = "/bin/bash"}).code, 0);
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ran script = run({"completion", shell});
    EXPECT_EQ(script.code, 0);
    EXPECT_NE(script.out.find("min-confidence"), std::string::npos) << shell;
    EXPECT_NE(script.out.find("why-ignored"), std::string::npos) << shell;
  }
  EXPECT_EQ(run({"completion", "tcsh"}).code, 2);
}

TEST_F(CliTest, BashCompletesCommandsOptionsAndIds) {
  index();
  project_.write("completion.bash", run({"completion", "bash"}).out);
  // The script asks `deltagraph`: a function stands in for the path.
  const auto complete = [&](const std::string& line) {
    std::string words;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      words += "'" + line.substr(at, end - at) + "' ";
      at = end + 1;
    }
    const std::string script = "deltagraph() { " DELTAGRAPH_PROGRAM
                               " \"$@\"; }; source ./completion.bash; COMP_LINE='" +
                               line + "'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(" + words +
                               "); _deltagraph; printf '%s\\n' \"${COMPREPLY[@]}\"";
    return run({"-c", script}, {.program = "/bin/bash"}).out;
  };
  EXPECT_EQ(complete("deltagraph db re"), "restore\nreplay\n");
  EXPECT_EQ(complete("deltagraph calle"), "callees\ncallers\n");
  EXPECT_EQ(complete("deltagraph callers --min"), "--min-confidence\n");
  EXPECT_EQ(complete("deltagraph callers chec"), "checkout\n");
  EXPECT_EQ(complete("deltagraph callers src/cart.js::pa"), "pay\n");
  EXPECT_EQ(complete("deltagraph outline src/s"), "src/shop.js\n");
}

/// A line as a person types it in an interactive zsh, Tab, and what is then run.
constexpr const char* kZshProbe = R"(
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "fpath=($PWD \$fpath); autoload -Uz compinit; compinit -D -u; bindkey '^I' complete-word
  deltagraph() { if [[ \$1 == __complete ]]; then $program \"\$@\"; else print -r -- \"<\"\"<\$*>\"\">\"; fi }
  print 'NO''W'"
zpty -r shell out '*NOW*'
zpty -w -n shell $1$'\t\n'
zpty -r shell out '*<<*>>*'
print -r -- ${${${out#*<<}%>>*}% }
)";

TEST_F(CliTest, ZshAndFishCompleteCommandsOptionsAndIdsWhereTheyAreInstalled) {
  index();
  project_.write("_deltagraph", run({"completion", "zsh"}).out);
  project_.write("completion.fish", run({"completion", "fish"}).out);
  struct Line {
    const char *typed, *zsh, *fish;
  };
  constexpr Line kLines[] = {
      {"deltagraph callee", "callees", "callees"},
      {"deltagraph callers --min", "callers --min-confidence", "--min-confidence"},
      {"deltagraph callers chec", "callers checkout", "checkout"},
      {"deltagraph callers src/cart.js::pa", "callers src/cart.js::pay", "src/cart.js::pay"},
      {"deltagraph outline src/s", "outline src/shop.js", "src/shop.js"},
      {"deltagraph completion zs", "completion zsh", "zsh"},
  };
  const std::vector<std::string> program{"program=" DELTAGRAPH_PROGRAM};
  for (const Line& line : kLines) {
    if (std::filesystem::exists("/usr/bin/zsh")) {
      const Ran zsh = run({"-f", "-c", kZshProbe, "probe", line.typed},
                          {.environment = program, .program = "/usr/bin/zsh"});
      EXPECT_EQ(zsh.out, std::string(line.zsh) + "\n") << zsh.err;
    }
    if (std::filesystem::exists("/usr/bin/fish")) {
      const Ran fish = run({"--no-config", "-c",
                            "function deltagraph; $program $argv; end; source completion.fish; "
                            "complete -C '" +
                                std::string(line.typed) + "' | string replace -r '\t.*' ''"},
                           {.environment = program, .program = "/usr/bin/fish"});
      EXPECT_EQ(fish.out, std::string(line.fish) + "\n") << line.typed << fish.err;
    }
  }
}

TEST_F(CliTest, AnUnknownCommandNamesTheNearest) {
  const Ran ran = run({"calers", "pay"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("'calers'"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("Did you mean 'callers'?"), std::string::npos) << ran.err;
  EXPECT_EQ(run({"xyzzyplugh"}).err.find("Did you mean"), std::string::npos);
  const Ran help = run({"help", "impct"});
  EXPECT_EQ(help.code, 2);
  EXPECT_NE(help.err.find("Did you mean 'impact'?"), std::string::npos) << help.err;
}

TEST_F(CliTest, UsageNamesTheProgram) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"help", "callers"}, {"callers", "--help"}}) {
    EXPECT_NE(run(words).out.find("Usage: deltagraph callers"), std::string::npos);
  }
}

}  // namespace
}  // namespace dg
