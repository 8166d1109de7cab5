// Explanations of edges and imports, and the checks that go with them, by the real program.

#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

class CliWhy : public CliTest {
 protected:
  CliWhy() {
    project_.write("package.json", R"({"name": "shop", "main": "src/main.js"})");
    project_.write(
        "tsconfig.json",
        "{\n  // where it is\n  \"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}\n}\n");
    project_.write("src/bank/index.js", "export * from './teller.js';\n");
    project_.write("src/bank/teller.js",
                   "export class Teller { pay() {} }\nexport function lonely() {}\n");
    project_.write("src/main.js",
                   "import { Teller } from '@/bank';\n"
                   "import { gone } from './gone.js';\n"
                   "import unused from './unused.js';\n"
                   "const teller = new Teller();\n"
                   "export function run(other) { teller.pay(); other.guess(); }\n"
                   "export function local(pay) { pay(); }\n"
                   "export function outer() { return () => teller.pay(); }\n");
    project_.write("src/unused.js", "export default function () {}\n");
    project_.write("src/guess.js", "class Guess { guess() {} }\n");
    project_.write("src/round.js", "import './trip.js';\n");
    project_.write("src/trip.js", "import './round.js';\n");
    index();
  }
  Ran ask(std::vector<std::string> arguments) const {
    arguments.push_back("--no-start");
    return run(arguments);
  }
  nlohmann::json json(std::vector<std::string> arguments, int code = 0) const {
    arguments.push_back("--json");
    const Ran ran = ask(arguments);
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    return ran.json();
  }
};

TEST_F(CliWhy, AnEdgeIsExplainedHopByHop) {
  const nlohmann::json answer = json({"why", "src/main.js::run", "Teller.pay"});
  ASSERT_EQ(answer["items"].size(), 1u);
  const nlohmann::json& site = answer["items"][0]["sites"][0];
  EXPECT_EQ(site["line"], 5);
  EXPECT_EQ(site["col"], 37);
  EXPECT_EQ(site["rule"], "constructed_receiver");
  EXPECT_EQ(site["confidence"], "exact");
  std::vector<std::string> steps;
  for (const auto& step : site["steps"]) {
    steps.push_back(step["kind"].get<std::string>() + " " + step["file"].get<std::string>() + ":" +
                    std::to_string(step["line"].get<int>()));
  }
  const std::vector<std::string> wanted{
      "binding src/main.js:4",       "import src/main.js:1",         "export src/bank/index.js:1",
      "export src/bank/teller.js:1", "binding src/bank/teller.js:1", "member src/bank/teller.js:1"};
  EXPECT_EQ(steps, wanted) << site.dump(1);
  const Ran text = ask({"why", "src/main.js::run", "Teller.pay"});
  EXPECT_NE(text.out.find("`teller` starts as `new Teller`"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("by `export *`"), std::string::npos) << text.out;
  EXPECT_EQ(json({"why", "Teller.pay", "src/main.js::run"}, 1)["found"], false);
}

TEST_F(CliWhy, AnAbsenceIsExplained) {
  const auto kinds = [&](const std::string& from, const std::string& to) {
    std::vector<std::string> found;
    const nlohmann::json answer = json({"why-not", from, to});
    for (const auto& item : answer["items"]) found.push_back(item["kind"]);
    return found;
  };
  using Kinds = std::vector<std::string>;
  EXPECT_EQ(kinds("src/main.js::local", "Teller.pay"), (Kinds{"shadowed"}));
  EXPECT_EQ(kinds("src/main.js::outer", "Teller.pay"), (Kinds{"nested"}));
  EXPECT_EQ(kinds("src/main.js::run", "Guess.guess"), (Kinds{"by_name", "not_imported"}));
  EXPECT_EQ(kinds("src/main.js::run", "lonely"), (Kinds{"no_mention"}));
  EXPECT_EQ(kinds("Teller.pay", "src/main.js::run"),
            (Kinds{"not_imported", "reverse", "no_mention"}));
  EXPECT_EQ(json({"why-not", "src/main.js::run", "Teller.pay"}, 1)["relations"][0], "calls");
}

TEST_F(CliWhy, NamesAloneAreLeftOutUnlessAskedFor) {
  const nlohmann::json sure = json({"callers", "Guess.guess"}, 1);
  EXPECT_EQ(sure["total"], 0);
  EXPECT_EQ(sure["less_sure"], 1);
  EXPECT_EQ(json({"callers", "Guess.guess", "--confidence", "name"})["total"], 1);
  EXPECT_EQ(json({"callees", "src/main.js::run"})["less_sure"], 1);
  EXPECT_EQ(json({"impact", "Guess.guess"}, 1)["total"], 0);
  EXPECT_EQ(json({"impact", "Guess.guess", "--confidence", "name"})["total"], 1);
  EXPECT_EQ(json({"path", "src/main.js::run", "Guess.guess"}, 1)["found"], false);
  EXPECT_EQ(json({"path", "src/main.js::run", "Guess.guess", "--confidence", "name"})["found"],
            true);
}

TEST_F(CliWhy, AnImportIsExplainedCandidateByCandidate) {
  const nlohmann::json answer = json({"explain-import", "src/main.js:1"});
  ASSERT_EQ(answer["total"], 1);
  const nlohmann::json& import = answer["items"][0];
  EXPECT_EQ(import["resolved"], "src/bank/index.js");
  bool paths = false, tried = false;
  for (const auto& step : import["steps"]) {
    if (step["text"] == "paths has \"@/*\"") {
      EXPECT_EQ(step["file"], "tsconfig.json");
      EXPECT_EQ(step["line"], 3);
      paths = true;
    }
    tried = tried || step["text"] == "no file src/bank.js";
  }
  EXPECT_TRUE(paths && tried) << import.dump(1);
  const nlohmann::json broken = json({"explain-import", "src/main.js:2"}, 1);
  EXPECT_EQ(broken["items"][0]["reason"], "no_module");
  EXPECT_EQ(json({"explain-import", "src/main.js"}, 1)["total"], 3);
  const nlohmann::json asked = json({"explain-import", "src/main.js", "react/jsx-runtime"});
  EXPECT_EQ(asked["items"][0]["detail"], "react");
  EXPECT_EQ(ask({"explain-import", "src/none.js"}).code, 4);
}

TEST_F(CliWhy, AnImportThatTheFileHasIsExplainedAsItStandsThere) {
  project_.write("packages/p/package.json",
                 R"({"name": "p", "exports": {"import": "./a.mjs", "require": "./b.cjs"}})");
  project_.write("packages/p/a.mjs", "export function f() {}");
  project_.write("packages/p/b.cjs", "exports.f = function f() {};");
  project_.write("src/asks.cjs", "'use strict';\nconst p = require('p');\np.f();\n");
  project_.write("src/other.cjs", "module.exports = 1;\n");
  ASSERT_EQ(run({"index"}).code, 0);
  const nlohmann::json written = json({"explain-import", "src/asks.cjs", "p"})["items"][0];
  EXPECT_EQ(written["resolved"], "packages/p/b.cjs");
  EXPECT_EQ(written["line"], 2);
  EXPECT_EQ(json({"explain-import", "src/other.cjs", "p"})["items"][0]["resolved"],
            "packages/p/b.cjs")
      << "as a CommonJS file would";
}

/// A module's only value has often no name of its own: its users call it after its file.
TEST_F(CliTest, ANamelessExportIsFoundByTheNameOfItsFile) {
  project_.write("lib/util/makeThing.js", "module.exports = (a) => a;\n");
  project_.write("lib/retry/index.ts", "export default function () {}\n");
  project_.write("lib/use.js",
                 "const makeThing = require('./util/makeThing');\n"
                 "function use() { makeThing(1); }\n");
  index();
  const Ran callers = run({"callers", "makeThing", "--json", "--no-start"});
  ASSERT_EQ(callers.code, 0) << callers.err;
  EXPECT_EQ(callers.json()["atom"]["id"], "lib/util/makeThing.js::module.exports");
  EXPECT_EQ(callers.json()["items"][0]["atom"]["id"], "lib/use.js::use");
  const Ran found = run({"find", "retry", "--json", "--no-start"});
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(found.json()["items"][0]["atom"]["id"], "lib/retry/index.ts::default");
  EXPECT_EQ(found.json()["items"][0]["match"], "file");
}

/// Nothing is known of what is in a skipped file, and answers say so.
TEST_F(CliTest, SkippedFilesAreSaidAndTheLimitIsTheProjectsChoice) {
  project_.write("src/big.js", "function big() { pay(); }\n" + std::string(3000, ' '));
  project_.write(".deltagraph/config.json", R"({"max_file_bytes": 2000})");
  index();
  const Ran skipped = run({"callers", "pay", "--json", "--no-start"});
  EXPECT_EQ(skipped.json()["files_skipped"], 1) << skipped.out << skipped.err;
  EXPECT_NE(run({"find", "pay", "--no-start"}).out.find("1 file skipped"), std::string::npos);
  EXPECT_NE(run({"stats", "--no-start"}).out.find("max_file_bytes"), std::string::npos);
  project_.write(".deltagraph/config.json", "{}");
  index();
  EXPECT_FALSE(run({"callers", "pay", "--json", "--no-start"}).json().contains("files_skipped"));
}

TEST_F(CliTest, AnImportOfAnIgnoredFileSaysThatItIsIgnored) {
  project_.write("package.json", "{}");
  project_.write("build/made.js", "export function made() {}\n");
  project_.write("src/user.js", "import { made } from '../build/made.js';\n");
  index();
  const Ran ran = run({"explain-import", "src/user.js:1", "--no-start"});
  EXPECT_NE(ran.out.find("build/made.js is on disk but no part of the index: 'deltagraph "
                         "why-ignored build/made.js' tells why"),
            std::string::npos)
      << ran.out;
}

TEST_F(CliWhy, UnresolvedSitesByReason) {
  const nlohmann::json file = json({"unresolved", "src/main.js"});
  EXPECT_EQ(file["by_reason"]["no_module"], 1);
  EXPECT_EQ(file["by_reason"]["parameter"], 1);
  EXPECT_GE(json({"unresolved", "src"})["total"], file["total"]);
  EXPECT_EQ(json({"unresolved", "src/bank"})["total"], 0);
  const nlohmann::json chosen = json({"unresolved", "--reasons", "parameter"});
  for (const auto& item : chosen["items"]) EXPECT_EQ(item["reason"], "parameter");
  EXPECT_EQ(json({"unresolved", "--limit", "1"})["items"].size(), 1u);
  EXPECT_EQ(ask({"unresolved", "nowhere"}).code, 4);
}

TEST_F(CliWhy, ImportsAreValidated) {
  const nlohmann::json answer = json({"validate-imports"}, 1);
  EXPECT_EQ(answer["broken"]["total"], 1);
  EXPECT_EQ(answer["broken"]["items"][0]["specifier"], "./gone.js");
  std::vector<std::string> unused, exports;
  for (const auto& item : answer["unused"]["items"]) unused.push_back(item["name"]);
  for (const auto& item : answer["unused_exports"]["items"]) {
    if (item["file"] == "src/bank/teller.js") exports.push_back(item["name"]);
    EXPECT_NE(item["file"], "src/main.js") << "it is the package's entry";
  }
  EXPECT_EQ(unused, (std::vector<std::string>{"gone", "unused"}));
  EXPECT_EQ(exports, (std::vector<std::string>{"lonely"}));
  ASSERT_EQ(answer["cyclic"]["total"], 1);
  EXPECT_EQ(answer["cyclic"]["items"][0]["files"],
            (std::vector<std::string>{"src/round.js", "src/trip.js"}));
  EXPECT_EQ(json({"validate-imports", "src/bank/teller.js"})["broken"]["total"], 0);
}

TEST_F(CliWhy, NoCallSiteIsMissing) {
  const nlohmann::json sites = json({"stats"})["call_sites"];
  std::uint64_t sum = sites["external"]["total"].get<std::uint64_t>() +
                      sites["unresolved"]["total"].get<std::uint64_t>();
  for (const auto& count : sites["edges"]) sum += count.get<std::uint64_t>();
  EXPECT_EQ(sites["missing"], 0);
  EXPECT_EQ(sum, sites["total"].get<std::uint64_t>());
  EXPECT_EQ(sites["edges"]["name"], 2) << "other.guess(), and thing.pay() of shop.js";
}

}  // namespace
}  // namespace dg
