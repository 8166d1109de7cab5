// `diff` on a real git repository, made by the test with the real git.

#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

using Words = std::vector<std::string>;

class CliDiff : public CliTest {
 protected:
  CliDiff() {
    git({"init", "-q", "-b", "main"});
    commit("A shop");
    index();
  }

  Ran git(Words arguments, const std::string& folder = {}) const {
    const Words common{
        "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"};
    arguments.insert(arguments.begin(), common.begin(), common.end());
    RunOptions options;
    options.program = "/usr/bin/git";
    options.cwd = folder;
    const Ran ran = run(arguments, options);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran;
  }
  void commit(const std::string& message) const {
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", message});
  }

  /// Of the database as it was left: index() first.
  Ran ask(Words arguments) const {
    arguments.insert(arguments.begin(), "diff");
    arguments.push_back("--no-start");
    return run(arguments);
  }
  nlohmann::json diff(Words arguments) const {
    arguments.push_back("--json");
    const Ran ran = ask(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.json();
  }
  nlohmann::json refused(Words arguments, int code) const {
    arguments.push_back("--json");
    const Ran ran = ask(arguments);
    EXPECT_EQ(ran.code, code) << ran.out;
    EXPECT_EQ(ran.out, "");
    return ran.error();
  }
  static Words values(const nlohmann::json& list, const char* key) {
    Words found;
    for (const nlohmann::json& each : list) found.push_back(each[key]);
    return found;
  }
};

TEST_F(CliDiff, WithoutWorkThereIsNoDifference) {
  const nlohmann::json answer = diff({});
  EXPECT_EQ(answer["since"]["kind"], "git");
  EXPECT_EQ(answer["since"]["text"], "HEAD");
  EXPECT_EQ(answer["since"]["subject"], "A shop");
  EXPECT_EQ(answer["until"]["kind"], "now");
  EXPECT_EQ(answer["summary"]["text"], "no difference");
  EXPECT_EQ(answer["total"], 0);
  EXPECT_EQ(answer["work"]["parsed"], 0) << "what the live project has is not parsed again";
  EXPECT_EQ(ask({"--exit-code"}).code, 0);
  EXPECT_NE(ask({}).out.find("no difference"), std::string::npos);
}

TEST_F(CliDiff, UncommittedWorkIsComparedWithHead) {
  project_.write("src/cart.js",
                 "export function charge(order) { return fetch(order, 1); }\n"
                 "export class Cart {\n"
                 "  add(item) { return this.total(item); }\n"
                 "  total(item) { return item; }\n"
                 "}\n");
  index();
  const nlohmann::json answer = diff({});
  EXPECT_EQ(answer["summary"]["text"], "1 function changed, 1 removed, 1 caller broken");
  ASSERT_EQ(answer["broken"].size(), 1u);
  EXPECT_EQ(answer["broken"][0],
            nlohmann::json::parse(R"({"source": "src/shop.js::checkout", "relation": "calls",
              "text": "pay", "reason": "not_found", "place": "src/shop.js:2:42",
              "target": "src/cart.js::pay"})"));
  EXPECT_EQ(values(answer["files"], "path"), (Words{"src/cart.js", "src/shop.js"}));
  EXPECT_EQ(answer["work"]["parsed"], 0);
  EXPECT_EQ(answer["work"]["from_cache"], 1) << "that version of the file was indexed before";
  EXPECT_EQ(ask({"--exit-code"}).code, 1);
  EXPECT_EQ(ask({}).code, 0);
  const std::string text = ask({}).out;
  for (const char* part : {"HEAD (", "A shop", "now (#2)", "1 function changed", "broken",
                           "src/shop.js:2:42", "calls pay", "-  src/cart.js::pay"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST_F(CliDiff, ACommitOfTheLogIsAPointToo) {
  project_.write("src/cart.js", "export function charge(order) { return fetch(order, 1); }\n");
  index();
  const nlohmann::json git = diff({});
  const nlohmann::json log = diff({"--since", "1"});
  EXPECT_EQ(log["since"]["kind"], "sequence");
  for (const char* key : {"summary", "atoms", "edges", "broken", "files"}) {
    EXPECT_EQ(log[key], git[key]) << key;
  }
  EXPECT_EQ(log["broken"].size(), 3u) << "pay, Cart and its add";
  const nlohmann::json back = diff({"--since", "2", "--until", "1"});
  EXPECT_EQ(back["summary"]["fixed"], log["summary"]["broken"]);
  EXPECT_EQ(diff({"--since", "1", "--until", "HEAD"})["total"], 0);
  EXPECT_EQ(refused({"--since", "4711"}, 4)["thing"], "'4711'");
}

TEST_F(CliDiff, ABranchThatTheServiceNeverSaw) {
  git({"checkout", "-q", "-b", "feature"});
  project_.write("src/loan.js",
                 "import { checkout } from './shop.js';\n"
                 "export function lend() { return checkout(1); }\n");
  project_.write("src/cart.js",
                 "import { lend } from './loan.js';\n"
                 "export function pay(order) { return lend(order); }\n"
                 "export function charge(order) { return fetch(order); }\n"
                 "export class Cart {\n"
                 "  add(item) { return this.total(item); }\n"
                 "  total(item) { return item; }\n"
                 "}\n");
  commit("Loans");
  git({"checkout", "-q", "main"});
  index();
  const nlohmann::json before =
      run({"sql", "SELECT count(*) FROM transactions", "--json", "--no-start"}).json()["items"];
  const nlohmann::json there = diff({"--since", "main", "--until", "feature"});
  EXPECT_EQ(there["until"]["subject"], "Loans");
  EXPECT_EQ(there["summary"]["created"], 2);
  EXPECT_EQ(there["summary"]["new_cycles"], 2);
  EXPECT_EQ(there["cycles"][0]["over"], "calls");
  EXPECT_EQ(there["cycles"][0]["members"],
            (Words{"src/cart.js::pay", "src/loan.js::lend", "src/shop.js::checkout"}));
  EXPECT_EQ(there["cycles"][1]["members"], (Words{"src/cart.js", "src/loan.js", "src/shop.js"}));
  EXPECT_EQ(there["files"][1]["path"], "src/loan.js");
  EXPECT_EQ(there["files"][1]["change"], "added");
  EXPECT_EQ(there["work"]["parsed"], 2);
  const nlohmann::json back = diff({"--since", "feature"});
  EXPECT_EQ(back["summary"]["deleted"], 2);
  EXPECT_EQ(back["summary"]["gone_cycles"], 2);
  EXPECT_EQ(back["summary"]["edges_lost"], there["summary"]["edges_gained"]);
  EXPECT_EQ(git({"status", "--porcelain"}).out, "") << "the work tree is as it was";
  EXPECT_EQ(
      run({"sql", "SELECT count(*) FROM transactions", "--json", "--no-start"}).json()["items"],
      before);
}

TEST_F(CliDiff, BetweenTwoRevisionsNewAtomsOfBothAreKeptApart) {
  git({"checkout", "-q", "-b", "one"});
  project_.write("src/one.js", "export function one() {}\n");
  commit("One");
  git({"checkout", "-q", "main"});
  git({"checkout", "-q", "-b", "two"});
  project_.write("src/two.js", "export function two() {}\nexport class Two {}\n");
  commit("Two");
  git({"checkout", "-q", "main"});
  index();
  const nlohmann::json answer = diff({"--since", "one", "--until", "two"});
  EXPECT_EQ(values(answer["atoms"], "id"),
            (Words{"src/one.js::<module>", "src/one.js::one", "src/two.js::<module>",
                   "src/two.js::two", "src/two.js::Two"}));
  EXPECT_EQ(values(answer["atoms"], "operation"),
            (Words{"delete", "delete", "create", "create", "create"}));
}

TEST_F(CliDiff, TheConfigurationOfTheRevisionCounts) {
  project_.write("tsconfig.json",
                 R"({"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}})");
  project_.write("src/deep/far.ts",
                 "import { pay } from '@/cart.js';\nexport function far() { return pay(1); }\n");
  commit("Paths");
  project_.write("tsconfig.json", "{}");
  index();
  const nlohmann::json answer = diff({"--since", "HEAD"});
  EXPECT_EQ(answer["summary"]["updated"], 0) << answer.dump(1);
  EXPECT_GE(answer["summary"]["edges_lost"], 1);
  EXPECT_EQ(values(answer["files"], "path"), (Words{"src/deep/far.ts"}));
  EXPECT_EQ(answer["work"]["parsed"], 0);
}

TEST_F(CliDiff, WhatIsNoSourceInGitIsSkippedAndSaid) {
  project_.write("src/big.js",
                 "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
  project_.write("build/out.js", "export function generated() {}\n");
  git({"add", "-A", "-f"});
  const std::string head = git({"rev-parse", "HEAD"}).out.substr(0, 40);
  git({"update-index", "--add", "--cacheinfo", "160000," + head + ",vendor/lib"});
  git({"commit", "-q", "-m", "Others' things"});
  project_.write("src/big.js", "export function big() {}\n");
  project_.write("vendor/lib/x.js", "export function x() {}\n");
  index();
  const nlohmann::json answer = diff({});
  EXPECT_EQ(answer["total"], 0) << answer.dump(1);
  EXPECT_EQ(answer["skipped"],
            nlohmann::json::parse(R"([{"path": "src/big.js", "reason": "is an LFS pointer"},
                                      {"path": "vendor/lib", "reason": "is a submodule"}])"));
  EXPECT_NE(ask({}).out.find("not compared: vendor/lib is a submodule"), std::string::npos);
}

TEST_F(CliDiff, AProjectInAFolderOfTheRepository) {
  project_.write("web/package.json", "{}");
  project_.write("web/a.js", "export function a() {}\n");
  commit("Web");
  project_.write("web/a.js", "export function a() {}\nexport function b() {}\n");
  const std::string web = project_.path("web").string();
  ASSERT_EQ(run({"index", web}).code, 0);
  const nlohmann::json answer = diff({"--project", web});
  EXPECT_EQ(answer["summary"]["text"], "1 function added");
  const nlohmann::json before = diff({"--project", web, "--since", "HEAD~1"});
  EXPECT_EQ(before["summary"]["created"], 3) << "that revision has no such folder";
}

TEST_F(CliDiff, RevisionsThatCannotBeTaken) {
  git({"branch", "feature"});
  nlohmann::json error = refused({"--since", "faeture"}, 4);
  EXPECT_EQ(error["reason"], "is no revision of this git repository");
  EXPECT_EQ(error["cure"], "Did you mean feature?");
  error = refused({"--since", "main..feature"}, 2);
  EXPECT_EQ(error["cure"], "Give its ends as --since A --until B");
  error = refused({"--since", "HEAD~1"}, 4);
  EXPECT_EQ(error["reason"], "is no revision of this git repository");
  error = refused({"--since", "HEAD:src/cart.js"}, 2);
  EXPECT_EQ(error["reason"], "names a part of a revision");
}

TEST_F(CliDiff, AShallowCloneSaysHowToGetMore) {
  commit("More");
  const TempProject clone;
  git({"clone", "-q", "--depth", "1", "file://" + root(), clone.path("c").string()});
  const std::string folder = clone.path("c").string();
  ASSERT_EQ(run({"index", folder}).code, 0);
  const nlohmann::json error = refused({"--project", folder, "--since", "HEAD~1"}, 4);
  EXPECT_EQ(error["cure"], "Fetch the rest with 'git fetch --unshallow'");
}

TEST_F(CliDiff, WithoutARepositoryTheErrorSaysSo) {
  const TempProject other;
  other.write("a.js", "");
  const std::string folder = other.root().string();
  ASSERT_EQ(run({"index", folder}).code, 0);
  const nlohmann::json error = refused({"--project", folder}, 4);
  EXPECT_EQ(error["reason"], "lies in no git repository");
}

TEST_F(CliDiff, TheServiceAnswersTheSame) {
  project_.write("src/cart.js", "export function charge(order) { return fetch(order, 1); }\n");
  const Ran live = run({"diff", "--sync", "--json"});
  ASSERT_EQ(live.code, 0) << live.err;
  nlohmann::json answer = live.json();
  EXPECT_EQ(answer["live"], true);
  ASSERT_EQ(run({"stop"}).code, 0);
  nlohmann::json stored = diff({});
  for (const char* key : {"broken", "atoms", "edges", "summary", "files"}) {
    EXPECT_EQ(answer[key], stored[key]) << key;
  }
}

/// What the database went through before plays no part in what two revisions differ in.
TEST_F(CliDiff, RevisionsDifferByWhatTheyHoldAlone) {
  const std::string body =
      "(list, rate) {\n  const kept = list.filter((each) => each.price > rate);\n"
      "  return kept.reduce((sum, each) => sum + each.price * rate, 0);\n}\n";
  project_.write("src/a.js", "export function first() {}\nexport function taxed" + body);
  commit("Here");
  git({"checkout", "-q", "-b", "moved"});
  project_.write("src/a.js", "export function first() {}\n");
  project_.write("src/b.js", "export function taxed" + body);
  commit("There");
  // The service once saw the function in both files, and then in one of them.
  project_.write("src/a.js", "export function first() {}\nexport function taxed" + body);
  index();
  project_.write("src/a.js", "export function first() {}\n");
  index();
  const nlohmann::json answer = diff({"--since", "main", "--until", "moved"});
  EXPECT_EQ(answer["summary"]["moved"], 3) << "the function with both callbacks";
  EXPECT_EQ(diff({"--since", "main"})["summary"]["moved"], 3);
}

TEST_F(CliDiff, APartOfARevisionIsNoRevision) {
  commit("All");
  const nlohmann::json error = refused({"--since", "HEAD:src"}, 2);
  EXPECT_EQ(error["reason"], "names a part of a revision");
}

}  // namespace
}  // namespace dg
