// IgnoreRules against fixed cases and against git itself.

#include <random>

#include "daemon/watch/ignore.h"
#include "daemon/watch/wildmatch.h"
#include "tests/modules/watch_test_support.h"

namespace dg::test {
namespace {

/// The rules of a tree with all its folders entered.
IgnoreRules rules_of(const fs::path& root) {
  IgnoreRules rules = IgnoreRules::load(root);
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_directory()) continue;
    rules.enter(entry.path().lexically_relative(root).string());
  }
  return rules;
}

class IgnoreTest : public testing::Test {
 protected:
  bool ignored(std::string_view path, bool is_folder = false) const {
    return rules_of(tree.root()).ignored(path, is_folder);
  }
  TempTree tree;
};

TEST(Wildmatch, MatchesAsGitDocumentsIt) {
  EXPECT_TRUE(wildmatch("a*c", "abc", true));
  EXPECT_FALSE(wildmatch("a*c", "ab/c", true));
  EXPECT_TRUE(wildmatch("a*c", "ab/c", false));
  EXPECT_TRUE(wildmatch("**/foo", "foo", true));
  EXPECT_TRUE(wildmatch("**/foo", "a/b/foo", true));
  EXPECT_TRUE(wildmatch("a/**/b", "a/b", true));
  EXPECT_TRUE(wildmatch("a/**/b", "a/x/y/b", true));
  EXPECT_FALSE(wildmatch("a/**/b", "ab", true));
  EXPECT_TRUE(wildmatch("a/**", "a/x/y", true));
  EXPECT_FALSE(wildmatch("a/**", "a", true));
  EXPECT_TRUE(wildmatch("[a-c]x", "bx", true));
  EXPECT_TRUE(wildmatch("[!a-c]x", "dx", true));
  EXPECT_TRUE(wildmatch("[]]x", "]x", true));
  EXPECT_TRUE(wildmatch("[[:digit:]]", "7", true));
  EXPECT_FALSE(wildmatch("[[:digit:]]", "a", true));
  EXPECT_FALSE(wildmatch("[[:nonsense:]]", "a", true));
  EXPECT_FALSE(wildmatch("[a", "a", true));
  EXPECT_TRUE(wildmatch("\\*", "*", true));
  EXPECT_FALSE(wildmatch("a\\", "a\\", true));
  EXPECT_FALSE(wildmatch("?", "/", true));
}

TEST(Wildmatch, ManyStarsStayCheap) {
  std::string pattern, text(2000, 'a');
  for (int i = 0; i < 60; ++i) pattern += "a*";
  pattern += "b";
  EXPECT_FALSE(wildmatch(pattern, text, true));
}

TEST_F(IgnoreTest, BuiltInsAreOutAndOnlyOwnFileTakesThemIn) {
  EXPECT_TRUE(ignored("node_modules/x/index.js"));
  EXPECT_TRUE(ignored("packages/a/node_modules/x.js"));
  EXPECT_TRUE(ignored("dist/a.js"));
  EXPECT_TRUE(ignored(".git", true));
  EXPECT_FALSE(ignored("my-dist/a.js"));
  EXPECT_FALSE(ignored("dist.js"));
  EXPECT_FALSE(ignored("src/build/a.js")) << "an ordinary name inside the sources";
  tree.write("packages/a/package.json", "{}");
  EXPECT_TRUE(ignored("packages/a/build/a.js")) << "beside a package.json it is build output";
  tree.write(".gitignore", "!dist\n!node_modules\n");
  EXPECT_TRUE(ignored("dist/a.js"));
  tree.write(".deltagraphignore", "!dist/\n!.git\n");
  EXPECT_FALSE(ignored("dist/a.js"));
  EXPECT_TRUE(ignored(".git", true));
  EXPECT_TRUE(ignored("node_modules/x/index.js"));
}

TEST_F(IgnoreTest, OwnFileWinsOverGit) {
  tree.write(".gitignore", "*.gen.js\nkeep.js\n");
  tree.write("src/.gitignore", "deep.js\n");
  tree.write(".deltagraphignore", "!keep.js\n!deep.js\nfixtures/\n");
  EXPECT_TRUE(ignored("a.gen.js"));
  EXPECT_FALSE(ignored("keep.js"));
  EXPECT_FALSE(ignored("src/deep.js"));
  EXPECT_TRUE(ignored("tests/fixtures/a.js"));
}

TEST_F(IgnoreTest, NothingComesBackBelowAnExcludedFolder) {
  tree.write(".gitignore", "gen/\n!gen/keep.js\nlib/*\n!lib/keep.js\n");
  EXPECT_TRUE(ignored("gen/keep.js"));
  EXPECT_FALSE(ignored("lib/keep.js"));
  EXPECT_TRUE(ignored("lib/other.js"));
}

TEST_F(IgnoreTest, VerdictNamesTheLine) {
  tree.write("src/.gitignore", "# comment\r\n\r\n/one.js  \r\n!two.js\n");
  const IgnoreRules rules = rules_of(tree.root());
  const IgnoreVerdict one = rules.verdict("src/one.js", false);
  EXPECT_TRUE(one.ignored);
  EXPECT_EQ(one.source, "src/.gitignore:3");
  EXPECT_EQ(one.pattern, "/one.js");
  const IgnoreVerdict two = rules.verdict("src/two.js", false);
  EXPECT_FALSE(two.ignored);
  EXPECT_EQ(two.source, "src/.gitignore:4");
  EXPECT_TRUE(rules.verdict("src/three.js", false).source.empty());
  EXPECT_EQ(rules.explain("node_modules/a/b.js", false).source, "built-in");
}

TEST_F(IgnoreTest, EncodingsOfIgnoreFiles) {
  tree.write(".gitignore",
             "\xef\xbb\xbf"
             "bom.js\r\ncrlf.js\r\nspaces.js   \nkept\\ \n\\#hash.js\n\\!bang.js\nlast.js");
  EXPECT_TRUE(ignored("bom.js"));
  EXPECT_TRUE(ignored("crlf.js"));
  EXPECT_TRUE(ignored("spaces.js"));
  EXPECT_TRUE(ignored("kept "));
  EXPECT_FALSE(ignored("kept"));
  EXPECT_TRUE(ignored("#hash.js"));
  EXPECT_TRUE(ignored("!bang.js"));
  EXPECT_TRUE(ignored("last.js"));
}

TEST_F(IgnoreTest, EnterTellsWhetherAnythingChanged) {
  IgnoreRules rules = IgnoreRules::load(tree.root());
  EXPECT_FALSE(rules.enter(""));
  tree.write(".gitignore", "a.js\n");
  EXPECT_TRUE(rules.enter(""));
  EXPECT_FALSE(rules.enter(""));
  tree.remove(".gitignore");
  EXPECT_TRUE(rules.enter(""));
  EXPECT_FALSE(rules.ignored("a.js", false));
}

TEST_F(IgnoreTest, CopiesAreIndependent) {
  tree.write(".gitignore", "a.js\n");
  IgnoreRules rules = IgnoreRules::load(tree.root());
  const IgnoreRules copy = rules;
  tree.write(".gitignore", "b.js\n");
  rules.enter("");
  EXPECT_TRUE(copy.ignored("a.js", false));
  EXPECT_FALSE(rules.ignored("a.js", false));
}

TEST_F(IgnoreTest, EnclosingRepositoryApplies) {
  const fs::path project = tree.at("packages/app");
  tree.write(".gitignore", "*.gen.js\n/packages/app/local.js\n");
  tree.write("packages/.gitignore", "!b.gen.js\n");
  tree.mkdir("packages/app");
  git(tree.root(), {"init", "-q"});
  tree.write(".git/info/exclude", "secret.js\n");
  const IgnoreRules rules = IgnoreRules::load(project);
  EXPECT_TRUE(rules.ignored("a.gen.js", false));
  EXPECT_FALSE(rules.ignored("b.gen.js", false));
  EXPECT_TRUE(rules.ignored("local.js", false));
  EXPECT_TRUE(rules.ignored("src/secret.js", false));
  EXPECT_EQ(rules.verdict("a.gen.js", false).source, "../../.gitignore:1");

  tree.write(".gitignore", "*.gen.js\npackages/\n");
  const IgnoreRules excluded = IgnoreRules::load(project);
  EXPECT_FALSE(excluded.ignored("a.gen.js", false))
      << "rules that exclude the project do not count";
}

TEST_F(IgnoreTest, WorktreeUsesTheCommonExcludeFile) {
  tree.write("a.js", "");
  git(tree.root(), {"init", "-q"});
  git(tree.root(), {"add", "a.js"});
  git(tree.root(), {"commit", "-q", "-m", "one"});
  tree.write(".git/info/exclude", "secret.js\n");
  const fs::path other = tree.outer() / "other";
  git(tree.root(), {"worktree", "add", "-q", other.string()});
  const IgnoreRules rules = IgnoreRules::load(other);
  EXPECT_TRUE(rules.ignored("secret.js", false));
  EXPECT_FALSE(rules.ignored("a.js", false));
}

TEST_F(IgnoreTest, UsersOwnExcludesFileIsTheFirst) {
  const fs::path home = tree.outer() / "home";
  fs::create_directories(home / "git");
  std::ofstream(home / "git" / "ignore") << "*.bak.js\n*.tmp.js\n";
  tree.write(".gitignore", "!a.tmp.js\n");
  const int wrong = in_child([&] {
    ::setenv("XDG_CONFIG_HOME", home.c_str(), 1);
    ::setenv("HOME", home.c_str(), 1);
    const IgnoreRules rules = IgnoreRules::load(tree.root());
    const bool default_file = rules.ignored("x.bak.js", false) && !rules.ignored("a.tmp.js", false);
    std::ofstream(home / ".gitconfig")
        << "[user]\n\tname = x\n[Core]\n\texcludesFile = \"~/mine\" # here\n";
    std::ofstream(home / "mine") << "*.mine.js\n";
    const IgnoreRules named = IgnoreRules::load(tree.root());
    const bool named_file = named.ignored("a.mine.js", false) && !named.ignored("x.bak.js", false);
    return (default_file ? 0 : 1) + (named_file ? 0 : 2);
  });
  EXPECT_EQ(wrong, 0);
}

TEST(IgnoreRuleFiles, AreKnownByName) {
  EXPECT_TRUE(IgnoreRules::is_rule_file(".gitignore"));
  EXPECT_TRUE(IgnoreRules::is_rule_file("a/.deltagraphignore"));
  EXPECT_TRUE(IgnoreRules::is_rule_file(".git/info/exclude"));
  EXPECT_FALSE(IgnoreRules::is_rule_file("exclude"));
}

/// Random trees, random patterns, all paths, against `git check-ignore`. The names avoid those that
/// deltagraph itself leaves out.
class AgainstGit : public testing::TestWithParam<unsigned> {
 protected:
  std::string pick(const std::vector<std::string>& from) { return from[random() % from.size()]; }

  std::string piece() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "b",
                                                     "ab",
                                                     "abc",
                                                     "foo",
                                                     "bar",
                                                     "*",
                                                     "?",
                                                     "a*",
                                                     "*b",
                                                     "**",
                                                     "a**",
                                                     "**b",
                                                     "[ab]",
                                                     "[!a]",
                                                     "[^b]*",
                                                     "[a-c]",
                                                     "[[:alpha:]]",
                                                     "[[:digit:][:space:]]x",
                                                     "*.js",
                                                     "foo.js",
                                                     "\\a",
                                                     "\\*",
                                                     "[]-]",
                                                     "[a-",
                                                     "a\\",
                                                     ".x",
                                                     "*.*",
                                                     "***",
                                                     "[\\]a]",
                                                     "[a\\-c]",
                                                     "f?o",
                                                     "b*r",
                                                     " x",
                                                     "x ",
                                                     "é",
                                                     "[[:x:]]",
                                                     "[[:]",
                                                     "a*b*c",
                                                     "*/*",
                                                     "[!-a]",
                                                     "*a*a*a*"};
    return pick(kPieces);
  }

  std::string pattern() {
    if (random() % 12 == 0)
      return pick(
          {"", "#a", "\\#a", "!", "/", "//", "!/", " ", "a  ", "a\\ ", "a\t", "!!a", "a//b"});
    std::string out = random() % 4 == 0 ? "!" : "";
    if (random() % 4 == 0) out += "/";
    const auto pieces = 1 + random() % 3;
    for (std::size_t i = 0; i < pieces; ++i) out += (i == 0 ? "" : "/") + piece();
    if (random() % 4 == 0) out += "/";
    if (random() % 8 == 0) out += "  ";
    return out;
  }

  void write_rules(const std::string& path) {
    std::string text = random() % 6 == 0 ? "\xef\xbb\xbf" : "";
    const auto lines = 1 + random() % 6;
    for (std::size_t i = 0; i < lines; ++i) text += pattern() + (random() % 5 == 0 ? "\r\n" : "\n");
    if (random() % 4 == 0) text.pop_back();
    tree.write(path, text);
  }

  void grow(const std::string& folder, unsigned depth) {
    static const std::vector<std::string> kNames = {
        "a",  "b", "c", "ab", "abc", "foo", "bar", "foo.js", "a.js", "#a", "x ",    " x",
        "1x", "]", "-", "*",  ".x",  "é",   "a\\", "fooo",   "bxr",  "!a", "aXbXc", "a\t"};
    for (const std::string& name : kNames) {
      const std::string path = folder.empty() ? name : folder + "/" + name;
      if (depth < 3 && random() % 6 == 0) {
        fs::create_directories(tree.at(path));
        if (random() % 3 == 0) write_rules(path + "/.gitignore");
        grow(path, depth + 1);
      } else if (random() % 2 == 0) {
        tree.write(path, "");
      }
    }
  }

  TempTree tree;
  std::mt19937 random;
};

TEST_P(AgainstGit, SaysTheSameOfEveryPath) {
  random.seed(GetParam());
  git(tree.root(), {"init", "-q"});
  write_rules(".git/info/exclude");
  write_rules(".gitignore");
  grow("", 0);

  std::vector<std::pair<std::string, bool>> paths;
  std::string input;
  for (const auto& entry : fs::recursive_directory_iterator(tree.root())) {
    const std::string path = entry.path().lexically_relative(tree.root()).string();
    if (path.starts_with(".git/") || path == ".git") continue;
    paths.emplace_back(path, entry.is_directory());
    input += path + '\0';
  }
  const std::string answer =
      git(tree.root(), {"check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"}, input, 1);
  const IgnoreRules rules = rules_of(tree.root());

  std::size_t at = 0;
  const auto field = [&] {
    const std::size_t end = answer.find('\0', at);
    std::string text = answer.substr(at, end - at);
    at = end + 1;
    return text;
  };
  for (const auto& [path, is_folder] : paths) {
    const std::string source = field(), line = field(), matched = field(), name = field();
    ASSERT_EQ(name, path);
    const bool expected = !source.empty() && !matched.starts_with("!");
    const IgnoreVerdict ours = rules.explain(path, is_folder);
    EXPECT_EQ(ours.ignored, expected)
        << "seed " << GetParam() << ": " << path << " by " << matched << " (" << source << ":"
        << line << "), ours: " << ours.source;
    EXPECT_EQ(ours.source, source.empty() ? "" : source + ":" + line) << path;
  }
  EXPECT_GT(paths.size(), 10u);
  RecordProperty("paths", static_cast<int>(paths.size()));
}

INSTANTIATE_TEST_SUITE_P(RandomTrees, AgainstGit, testing::Range(1u, 17u));

}  // namespace
}  // namespace dg::test
