// `deltagraph db import`: what another program knew of the atoms, kept beside the graph.

#include <filesystem>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

using nlohmann::json;

class CliImport : public CliTest {
 protected:
  void SetUp() override {
    project_.write("src/a.js", "export function pay() {}\nexport function fee() {}\n");
    index();
    project_.write("src/a.js", "export function pay() {}\n");
    index();
  }
  json import(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"db", "import"});
    arguments.emplace_back("--json");
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.json();
  }
  std::string ask(const std::string& sql) {
    const Ran ran = run({"sql", sql, "--json", "--no-start"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.json().at("items").dump();
  }
};

TEST_F(CliImport, S2_42_AStoreOfJsonFilesIsCountedAndKept) {
  project_.write("store/a.json",
                 R"({"id": "src/a.js::pay", "purpose": "takes money", "metrics": {"lines": 1}})");
  project_.write("store/deep/b.json",
                 R"([{"filePath": "./src/a.js", "name": "fee"}, {"file": "src\\x.js",
                    "name": "gone"}, {"name": "nowhere"}, 7])");
  project_.write("store/c.jsonl",
                 "{\"id\":\"src/a.js::pay\",\"purpose\":\"newer\"}\n\n"
                 "{\"atoms\":[{\"id\":\"src/y.js::y\"}]}\n");
  project_.write("store/d.json", R"({"src/z.js::z": {"name": "z"}, "src/z.js::w": {}})");
  project_.write("store/readme.txt", "not JSON");
  const json counts = import({"store"});
  EXPECT_EQ(counts["source"], "store");
  EXPECT_EQ(counts["files"], 4);
  EXPECT_EQ(counts["atoms"], 6);
  EXPECT_EQ(counts["live"], 1);
  EXPECT_EQ(counts["removed"], 1);
  EXPECT_EQ(counts["unknown"], 4);
  EXPECT_EQ(counts["unknown_ids"],
            (json{"src/x.js::gone", "src/y.js::y", "src/z.js::w", "src/z.js::z"}));
  EXPECT_EQ(counts["repeated"], 1);
  EXPECT_EQ(counts["not_atoms"], 2);
  EXPECT_EQ(counts["done"], true);
  EXPECT_EQ(ask("SELECT a.id, json_extract(i.data, '$.purpose') FROM imported_atoms i "
                "JOIN atoms a ON a.rowid = i.atom_id WHERE a.state = 'live'"),
            R"([["src/a.js::pay","newer"]])");
}

TEST_F(CliImport, AnImportReplacesTheFormerOneOfItsSourceAlone) {
  project_.write("one.json", R"([{"id": "src/a.js::pay"}, {"id": "src/a.js::fee"}])");
  project_.write("two.json", R"({"id": "src/a.js::pay"})");
  EXPECT_EQ(import({"one.json", "--source", "old"})["replaced"], 0);
  EXPECT_EQ(import({"two.json"})["source"], "two.json");
  EXPECT_EQ(import({"two.json", "--source", "old"})["replaced"], 2);
  EXPECT_EQ(ask("SELECT source, count(*) FROM imported_atoms GROUP BY source ORDER BY source"),
            R"([["old",1],["two.json",1]])");
}

TEST_F(CliImport, ADryRunChangesNothing) {
  project_.write("one.json", R"({"id": "src/a.js::pay"})");
  const json counts = import({"one.json", "--dry-run"});
  EXPECT_EQ(counts["live"], 1);
  EXPECT_EQ(counts["done"], false);
  EXPECT_EQ(ask("SELECT count(*) FROM imported_atoms"), "[[0]]");
}

TEST_F(CliImport, WhatCannotBeReadIsNamedAndNothingImported) {
  project_.write("store/a.json", R"({"id": "src/a.js::pay"})");
  project_.write("store/b.json", "{");
  project_.write("store/c.json", std::string(100000, '['));
  const Ran refused = run({"db", "import", "store"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("b.json: is not JSON, and so with 1 other file. Nothing was imported"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(ask("SELECT count(*) FROM imported_atoms"), "[[0]]");
  const json rest = import({"store", "--skip-unreadable"});
  EXPECT_EQ(rest["live"], 1);
  EXPECT_EQ(rest["unreadable"].size(), 2u);
  EXPECT_EQ(run({"db", "import", "no-such"}).code, 4);
  project_.write("empty/a.json", "[1, {\"name\": \"x\"}]");
  const Ran none = run({"db", "import", "empty"});
  EXPECT_EQ(none.code, 4);
  EXPECT_NE(none.err.find("holds no atoms (1 JSON file read)"), std::string::npos) << none.err;
}

/// What was imported is no part of the graph: neither its export nor validation sees it.
TEST_F(CliImport, TheGraphTakesNothingFromIt) {
  const std::string before = run({"export", "--no-start"}).out;
  project_.write("one.json", R"({"id": "src/new.js::made_up", "calls": ["src/a.js::pay"]})");
  import({"one.json"});
  EXPECT_EQ(run({"export", "--no-start"}).out, before);
  EXPECT_EQ(run({"validate", "--deep", "--no-start"}).code, 0);
}

}  // namespace
}  // namespace dg
