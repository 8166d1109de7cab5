// `log` on a project with a past: edits, a rename, a removed function and a removed file.

#include <algorithm>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

using Words = std::vector<std::string>;

/// 1: the project; 2: charge gets a parameter and pay is gone; 3: a file; 4: without that file.
class CliLog : public CliTest {
 protected:
  CliLog() {
    index();
    project_.write("src/cart.js",
                   "export function charge(order, bank) { return fetch(order); }\n"
                   "export class Cart {\n"
                   "  add(item) { return this.total(item); }\n"
                   "  total(item) { return item; }\n"
                   "}\n");
    index();
    project_.write("src/loan.js",
                   "import { charge } from './cart.js';\n"
                   "export function lend() { return charge(1, 2); }\n");
    index();
    project_.remove("src/loan.js");
    index();
  }
  Ran ask(Words arguments) const {
    arguments.insert(arguments.begin(), "log");
    arguments.push_back("--no-start");
    return run(arguments);
  }
  nlohmann::json log(Words arguments) const {
    arguments.push_back("--json");
    const Ran ran = ask(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.json();
  }
  static std::vector<int> sequences(const nlohmann::json& answer) {
    std::vector<int> found;
    for (const nlohmann::json& item : answer["items"]) found.push_back(item["sequence"]);
    return found;
  }
};

TEST_F(CliLog, TransactionsNewestFirst) {
  const nlohmann::json answer = log({});
  EXPECT_EQ(answer["of"]["kind"], "project");
  EXPECT_EQ(sequences(answer), (std::vector<int>{4, 3, 2, 1}));
  EXPECT_EQ(answer["total"], 4);
  const nlohmann::json& last = answer["items"][0];
  EXPECT_EQ(last["files"], nlohmann::json::parse(R"([{"path": "src/loan.js",
                                                      "change": "removed"}])"));
  EXPECT_EQ(last["counts"]["deleted"], 2);
  EXPECT_EQ(last["git_head"], nullptr);
  EXPECT_EQ(answer["items"][1]["files"][0]["change"], "added");
  EXPECT_EQ(answer["items"][2]["files"][0]["change"], "changed");
  EXPECT_EQ(answer["items"][3]["cause"], "initial-scan");
  const std::string text = ask({}).out;
  EXPECT_NE(text.find("#4"), std::string::npos) << text;
  EXPECT_LT(text.find("#4"), text.find("#1")) << text;
  EXPECT_NE(text.find("-src/loan.js"), std::string::npos) << text;
}

TEST_F(CliLog, TellsHowMuchCodeReachesWhatChanged) {
  project_.write("src/bank.js",
                 "export function open() { return 1; }\n"
                 "export function first() { return open(); }\n"
                 "export function second() { return first(); }\n");
  index();
  project_.write("src/bank.js",
                 "export function open() { return 2; }\n"
                 "export function first() { return open(); }\n"
                 "export function second() { return first(); }\n");
  index();
  EXPECT_EQ(log({"--limit", "1"})["items"][0]["impact"], 2);
  EXPECT_EQ(log({"src/bank.js", "--limit", "1"})["items"][0]["impact"], 2);
  EXPECT_EQ(log({"src/bank.js::open", "--limit", "1"})["items"][0]["impact"], 2);
  EXPECT_EQ(log({"--patch", "--limit", "1"})["items"][0]["atoms"][0]["impact"], 2);
  EXPECT_NE(ask({"--limit", "1"}).out.find("reached by 2"), std::string::npos);
  EXPECT_NE(ask({"src/bank.js::open"}).out.find("reached by 2"), std::string::npos);
}

TEST_F(CliLog, RangesCausesAndPages) {
  EXPECT_EQ(sequences(log({"--since", "2"})), (std::vector<int>{4, 3}));
  EXPECT_EQ(sequences(log({"--since", "1", "--until", "3"})), (std::vector<int>{3, 2}));
  EXPECT_EQ(sequences(log({"--source", "initial-scan"})), (std::vector<int>{1}));
  const nlohmann::json page = log({"--limit", "2"});
  EXPECT_EQ(sequences(page), (std::vector<int>{4, 3}));
  EXPECT_EQ(page["truncated"], true);
  const nlohmann::json rest = log({"--limit", "2", "--cursor", page["next_cursor"]});
  EXPECT_EQ(sequences(rest), (std::vector<int>{2, 1}));
  EXPECT_EQ(rest["total"], 4);
  EXPECT_EQ(rest["truncated"], false);
  const Ran none = ask({"--since", "4"});
  EXPECT_EQ(none.code, 1);
  EXPECT_NE(none.out.find("Nothing happened in that range."), std::string::npos) << none.out;
  EXPECT_EQ(ask({"--since", "4711"}).code, 4);
  EXPECT_EQ(ask({"--cursor", "x"}).code, 2);
  EXPECT_EQ(ask({"--source", "wind"}).code, 2);
}

TEST_F(CliLog, WhatWasCompactedAwayIsSaid) {
  ASSERT_EQ(run({"db", "compact", "--before", "3", "--yes"}).code, 0);
  const nlohmann::json answer = ask({"charge", "--json"}).json();
  EXPECT_EQ(answer["total"], 0);
  EXPECT_EQ(answer["compacted"]["first"], 3);
  EXPECT_EQ(answer["compacted"]["commits"], 2);
  EXPECT_GT(answer["compacted"]["events"], 0);
  EXPECT_GE(answer["compacted"]["at_ms"], answer["compacted"]["first_ms"]);
  const Ran text = ask({"charge"});
  EXPECT_NE(text.out.find("What happened before #3 ("), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("was compacted away on "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("2 commits"), std::string::npos) << text.out;
  EXPECT_EQ(ask({"--limit", "1"}).out.find("compacted away"), std::string::npos)
      << "the page ends before the beginning";
  EXPECT_NE(ask({}).out.find("compacted away"), std::string::npos);
}

TEST_F(CliLog, WhatIsLeftOutOfACommitIsSaid) {
  std::string functions;
  for (int i = 0; i < 520; ++i) functions += "function f" + std::to_string(i) + "() {}\n";
  project_.write("many/0.js", functions);
  for (int i = 1; i < 25; ++i) project_.write("many/" + std::to_string(i) + ".js", "f();\n");
  index();
  const nlohmann::json cut = log({"--limit", "1", "--patch"})["items"][0];
  EXPECT_EQ(cut["counts"]["files"], 25);
  EXPECT_EQ(cut["files"].size(), 20u);
  EXPECT_EQ(cut["files_truncated"], true);
  EXPECT_EQ(cut["atoms"].size(), 500u);
  EXPECT_EQ(cut["atoms_truncated"], true);
  EXPECT_EQ(cut["atoms_total"], 545);
  const nlohmann::json all = log({"--limit", "1", "--patch", "--all"})["items"][0];
  EXPECT_EQ(all["files"].size(), 25u);
  EXPECT_EQ(all["files_truncated"], false);
  EXPECT_EQ(all["atoms"].size(), 545u);
  EXPECT_EQ(all["atoms_truncated"], false);
  EXPECT_NE(ask({"--limit", "1", "--patch"}).out.find("and 45 atoms more (--all)"),
            std::string::npos);
}

TEST_F(CliLog, OneAtomWithItsValues) {
  const nlohmann::json answer = log({"charge", "--patch"});
  EXPECT_EQ(answer["of"]["id"], "src/cart.js::charge");
  ASSERT_EQ(answer["total"], 2);
  const nlohmann::json& update = answer["items"][0];
  EXPECT_EQ(update["operation"], "update");
  EXPECT_EQ(update["version"], 2);
  const nlohmann::json signature{
      {"field", "signature"}, {"old", "charge(order)"}, {"new", "charge(order, bank)"}};
  EXPECT_EQ(update["changes"][0], signature);
  EXPECT_EQ(answer["items"][1]["operation"], "create");
  const std::string text = ask({"charge", "--patch"}).out;
  EXPECT_NE(text.find("signature: charge(order) -> charge(order, bank)"), std::string::npos)
      << text;
}

TEST_F(CliLog, EdgesAreNamedByTheirTargets) {
  const nlohmann::json answer = log({"src/shop.js::checkout", "--patch"});
  EXPECT_EQ(answer["items"][0]["lost"],
            nlohmann::json::parse(R"([{"relation": "calls", "target": "src/cart.js::pay",
                                       "confidence": "exact"}])"));
  EXPECT_EQ(answer["items"][0]["opened"][0]["reason"], "not_found");
  const std::string text = ask({"src/shop.js::checkout", "--patch"}).out;
  EXPECT_NE(text.find("- calls src/cart.js::pay"), std::string::npos) << text;
  EXPECT_NE(text.find("+ unresolved calls pay: not_found"), std::string::npos) << text;
}

TEST_F(CliLog, AtomsAndFilesThatAreGone) {
  nlohmann::json answer = log({"src/loan.js::lend"});
  EXPECT_EQ(answer["of"]["removed"], true);
  EXPECT_EQ(sequences(answer), (std::vector<int>{4, 3}));
  EXPECT_EQ(answer["items"][0]["operation"], "delete");
  answer = log({"lend"});
  EXPECT_EQ(answer["of"]["id"], "src/loan.js::lend");
  EXPECT_NE(ask({"lend"}).out.find("src/loan.js::lend (gone)"), std::string::npos);
  answer = log({"src/loan.js"});
  EXPECT_EQ(answer["of"]["kind"], "file");
  EXPECT_EQ(answer["of"]["removed"], true);
  EXPECT_EQ(answer["items"][0]["change"], "removed");
  EXPECT_EQ(answer["items"][1]["change"], "added");
  EXPECT_EQ(answer["items"][1]["counts"]["created"], 2);
  EXPECT_EQ(ask({"lendd"}).code, 4);
}

TEST_F(CliLog, AFileListsItsAtomsWithPatch) {
  const nlohmann::json answer = log({"src/cart.js", "--patch"});
  EXPECT_EQ(sequences(answer), (std::vector<int>{2, 1}));
  Words ids;
  for (const nlohmann::json& atom : answer["items"][0]["atoms"]) ids.push_back(atom["id"]);
  EXPECT_NE(std::find(ids.begin(), ids.end(), "src/cart.js::charge"), ids.end());
  EXPECT_NE(std::find(ids.begin(), ids.end(), "src/cart.js::pay"), ids.end());
  for (const std::string& id : ids) EXPECT_TRUE(id.starts_with("src/cart.js::")) << id;
}

TEST_F(CliLog, HistoryFollowsARename) {
  project_.write("src/cart.js",
                 "export function debit(order, bank) { return fetch(order); }\n"
                 "export class Cart {\n"
                 "  add(item) { return this.total(item); }\n"
                 "  total(item) { return item; }\n"
                 "}\n");
  index();
  const nlohmann::json answer = log({"debit"});
  EXPECT_EQ(sequences(answer), (std::vector<int>{5, 2, 1}));
  EXPECT_EQ(answer["items"][0]["operation"], "rename");
  EXPECT_EQ(answer["items"][1]["id"], "src/cart.js::charge");
  EXPECT_EQ(log({"src/cart.js::charge"})["of"]["id"], "src/cart.js::debit") << "its former id";
  EXPECT_NE(ask({"debit"}).out.find("as src/cart.js::charge"), std::string::npos);
}

TEST_F(CliLog, AFilesLogIsOfWhatHappenedInIt) {
  const std::string body =
      "(a, b) {\n  const all = [a, b].filter(Boolean);\n"
      "  return all.map((each) => each.total * 2 + b.rest);\n}\n";
  project_.write("src/from.js", "export function stays() {}\nexport function goes" + body);
  index();
  project_.write("src/from.js", "export function stays() {}\n");
  project_.write("src/to.js", "export function goes" + body);
  index();
  const nlohmann::json from = log({"src/from.js"});
  EXPECT_EQ(sequences(from), (std::vector<int>{6, 5}));
  EXPECT_EQ(from["items"][1]["counts"]["created"], 4) << "the module, both functions, a callback";
  const nlohmann::json to = log({"src/to.js"});
  EXPECT_EQ(sequences(to), std::vector<int>{6}) << "nothing from before there was the file";
  EXPECT_EQ(to["items"][0]["change"], "added");
}

TEST_F(CliLog, ATimeMeansTheZoneOfWhoAsks) {
  const std::int64_t ms = log({})["items"][0]["time_ms"];
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000 + 1);
  std::tm tokyo{};
  const std::time_t there = seconds + 9 * 3600;
  gmtime_r(&there, &tokyo);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tokyo);
  ASSERT_EQ(run({"start"}, {.environment = {"TZ=UTC"}}).code, 0);
  const Ran until = run({"log", "--until", text, "--json"}, {.environment = {"TZ=Asia/Tokyo"}});
  EXPECT_EQ(until.code, 0) << until.err;
  EXPECT_EQ(sequences(until.json()).size(), 4u) << "not nine hours later";
  const Ran since = run({"log", "--since", text, "--json"}, {.environment = {"TZ=Asia/Tokyo"}});
  EXPECT_TRUE(sequences(since.json()).empty()) << since.out;
  EXPECT_EQ(run({"stop"}).code, 0);
}

TEST_F(CliLog, RenamesAndMovesAreCounted) {
  project_.write("src/cart.js",
                 "export function settle(order, bank) { return fetch(order); }\n"
                 "export class Cart {\n"
                 "  total(item) { return item; }\n"
                 "}\n");
  project_.write("src/adding.js", "export function other() { return [1, 2, 3].length; }\n");
  index();
  project_.rename("src/adding.js", "src/added.js");
  index();
  const nlohmann::json items = log({})["items"];
  EXPECT_EQ(items[1]["counts"]["renamed"], 1) << items[1].dump(1);
  EXPECT_EQ(items[0]["counts"]["moved"], 2) << items[0].dump(1);
  EXPECT_EQ(items[0]["counts"]["updated"], 0) << items[0].dump(1);
  const nlohmann::json of_file = log({"src/added.js"})["items"];
  EXPECT_EQ(of_file[0]["counts"]["moved"], 2) << of_file.dump(1);
  const std::string text = ask({}).out;
  EXPECT_NE(text.find("1 renamed"), std::string::npos) << text;
  EXPECT_NE(text.find("2 moved"), std::string::npos) << text;
}

}  // namespace
}  // namespace dg
