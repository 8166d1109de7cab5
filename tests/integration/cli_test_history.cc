// The past on the command line: --at, db replay, db compact.

#include <gtest/gtest.h>

#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

/// Three commits: as the project is made, with another caller, without the first one.
class CliHistory : public CliTest {
 protected:
  CliHistory() {
    index();
    project_.write("src/kiosk.js",
                   "import { pay } from './cart.js';\nexport const sell = () => pay(1);\n");
    index();
    project_.remove("src/shop.js");
    index();
  }
  Ran ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--no-start", "--json"});
    return run(arguments);
  }
  /// How many triggers guard the log.
  int triggers() const {
    const Ran ran = ask({"sql", "SELECT count(*) AS n FROM sqlite_schema WHERE type = 'trigger'"});
    return ran.json()["items"][0][0];
  }
  static std::vector<std::string> ids(const Ran& ran) {
    std::vector<std::string> found;
    const nlohmann::json answer = ran.json();
    for (const auto& item : answer["items"]) found.push_back(item["atom"]["id"]);
    return found;
  }
};

using Ids = std::vector<std::string>;

TEST_F(CliHistory, AQuestionIsAnsweredAsOfThen) {
  EXPECT_EQ(ids(ask({"callers", "src/cart.js::pay"})), (Ids{"src/kiosk.js::sell"}));
  const Ran then = ask({"callers", "src/cart.js::pay", "--at", "1"});
  EXPECT_EQ(ids(then), (Ids{"src/shop.js::checkout"}));
  EXPECT_EQ(then.json()["sequence"], 1);
  EXPECT_TRUE(then.json()["as_of"].is_string()) << then.out;
  EXPECT_EQ(ids(ask({"callers", "src/cart.js::pay", "--at", "#2"})),
            (Ids{"src/kiosk.js::sell", "src/shop.js::checkout"}));
  EXPECT_EQ(ids(ask({"callers", "src/cart.js::pay", "--at", "now"})), (Ids{"src/kiosk.js::sell"}));

  const Ran text = run({"show", "checkout", "--at", "2", "--source", "--no-start"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find(" · as of 20"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("history holds no source"), std::string::npos) << text.out;
  EXPECT_TRUE(ask({"show", "checkout", "--at", "2"}).json()["atom"]["parameters"].is_null());
}

TEST_F(CliHistory, AServiceAnswersAsTheDatabaseDoes) {
  EXPECT_EQ(run({"start"}).code, 0);
  const Ran served = run({"callers", "src/cart.js::pay", "--at", "2", "--json"});
  EXPECT_EQ(ids(served), (Ids{"src/kiosk.js::sell", "src/shop.js::checkout"})) << served.err;
  EXPECT_EQ(run({"export", "--at", "2"}).out, run({"export", "--at", "2", "--no-start"}).out);
}

TEST_F(CliHistory, AnExportIsThatOfThen) {
  const std::string first = run({"export", "--at", "1", "--no-start"}).out;
  EXPECT_NE(first.find("src/shop.js::checkout"), std::string::npos);
  EXPECT_EQ(first.find("kiosk"), std::string::npos);
  EXPECT_EQ(run({"export", "--at", "3", "--no-start"}).out, run({"export", "--no-start"}).out);
}

TEST_F(CliHistory, WhatIsNoPointOrNotThereIsRefused) {
  const Ran nonsense = ask({"callers", "src/cart.js::pay", "--at", "three o'clock"});
  EXPECT_EQ(nonsense.code, 2) << nonsense.err;
  EXPECT_EQ(nonsense.error()["reason"], "is no point in time");
  const Ran future = ask({"stats", "--at", "9"});
  EXPECT_EQ(future.code, 4) << future.err;
  EXPECT_NE(future.err.find("History goes from #1"), std::string::npos) << future.err;
  EXPECT_EQ(ask({"find", "pay", "--at", "2020-01-01"}).code, 4);
  EXPECT_EQ(run({"sql", "SELECT 1", "--at", "1", "--no-start"}).code, 2);
  EXPECT_EQ(ask({"stats", "--at", "0"}).json()["atoms"]["total"], 0);
}

TEST_F(CliHistory, Invariant3_TheLogFoldsToWhatIsStored) {
  const Ran replay = run({"db", "replay", "--verify", "--json"});
  EXPECT_EQ(replay.code, 0) << replay.out << replay.err;
  EXPECT_EQ(replay.json()["commits"], 3);
  EXPECT_EQ(replay.json()["digests"], 3);
  EXPECT_GT(replay.json()["rows"], 5);
  EXPECT_TRUE(replay.json()["broken"].is_null());
  EXPECT_NE(run({"db", "replay"}).out.find("events/s"), std::string::npos);
}

TEST_F(CliHistory, CompactingLosesWhatItSaysAndNothingElse) {
  const int before = triggers();
  EXPECT_GT(before, 0);
  const std::string second = run({"export", "--at", "2", "--no-start"}).out;
  const Ran plan = run({"db", "compact", "--before", "2", "--dry-run", "--json"});
  EXPECT_EQ(plan.json()["commits_lost"], 1) << plan.err;
  EXPECT_EQ(plan.json()["done"], false);
  const Ran unsure = run({"db", "compact", "--before", "2"});
  EXPECT_EQ(unsure.code, 2);
  EXPECT_NE(unsure.err.find("--yes"), std::string::npos) << unsure.err;
  EXPECT_EQ(ask({"stats", "--at", "1"}).code, 0) << "nothing was lost yet";

  const Ran done = run({"db", "compact", "--before", "2", "--yes", "--json"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.json()["commits_lost"], 1);
  const Ran lost = ask({"stats", "--at", "1"});
  EXPECT_EQ(lost.code, 4);
  EXPECT_NE(lost.err.find("History goes from #2"), std::string::npos) << lost.err;
  EXPECT_NE(lost.err.find("compacted"), std::string::npos) << lost.err;
  EXPECT_EQ(run({"export", "--at", "2", "--no-start"}).out, second);

  const Ran replay = run({"db", "replay", "--verify", "--json"});
  EXPECT_EQ(replay.code, 0) << replay.out << replay.err;
  EXPECT_EQ(replay.json()["first"], 2);
  EXPECT_EQ(replay.json()["commits"], 1);
  EXPECT_EQ(replay.json()["digests"], 2);

  // Life goes on, and the log still refuses everybody else.
  EXPECT_EQ(triggers(), before);
  project_.write("src/shop.js", "export function checkout() {}\n");
  index();
  EXPECT_EQ(run({"db", "replay", "--verify"}).code, 0);
}

TEST_F(CliHistory, ARunningServiceKeepsItsLog) {
  EXPECT_EQ(run({"start"}).code, 0);
  const Ran refused = run({"db", "compact", "--before", "2", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.out << refused.err;
}

}  // namespace
}  // namespace dg
