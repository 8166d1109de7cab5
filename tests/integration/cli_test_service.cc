#include <signal.h>

#include <atomic>
#include <string>
#include <thread>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

class CliService : public CliTest {
 protected:
  int pid() const { return run({"status", "--json"}).json().value("pid", 0); }
};

TEST_F(CliService, AQuestionStartsTheServiceAndTheNextUsesIt) {
  EXPECT_EQ(run({"status"}).code, 1);
  const Ran first = run({"callers", "pay", "--json"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.json()["live"], true);
  EXPECT_EQ(first.json()["total"], 1);
  const int started = pid();
  EXPECT_GT(started, 0);
  EXPECT_EQ(run({"callers", "pay"}).code, 0);
  EXPECT_EQ(pid(), started);
  const Ran status = run({"status"});
  EXPECT_EQ(status.code, 0);
  for (const char* text : {"ready", "watching", "database", "socket", "sequence"}) {
    EXPECT_NE(status.out.find(text), std::string::npos) << status.out;
  }
  EXPECT_NE(project_.read(".deltagraph/service.log").find("ready: sequence 1"), std::string::npos);
}

TEST_F(CliService, StartStopRestart) {
  EXPECT_EQ(run({"stop"}).code, 1) << "none runs";
  EXPECT_EQ(run({"start"}).code, 0);
  const int first = pid();
  EXPECT_EQ(run({"start", "--json"}).json()["started"], false);
  EXPECT_EQ(run({"restart"}).code, 0);
  EXPECT_NE(pid(), first);
  EXPECT_EQ(run({"stop"}).code, 0);
  EXPECT_EQ(run({"status", "--json"}).json()["running"], false);
  EXPECT_EQ(run({"callers", "pay", "--no-start"}).code, 0) << "the database stays";
}

TEST_F(CliService, SyncMakesASaveVisible) {
  ASSERT_EQ(run({"start"}).code, 0);
  for (int i = 0; i < 20; ++i) {
    project_.write("src/more.js", "import { pay } from './cart.js';\nexport function more" +
                                      std::to_string(i) + "() { pay(); }\n");
    const Ran ran = run({"callers", "pay", "--sync", "--json"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_NE(ran.out.find("more" + std::to_string(i)), std::string::npos) << ran.out;
  }
  project_.remove("src/more.js");
  EXPECT_EQ(run({"sync"}).code, 0);
  EXPECT_EQ(run({"callers", "pay", "--json"}).json()["total"], 1);
}

TEST_F(CliService, IndexWithAServiceAsksIt) {
  ASSERT_EQ(run({"start"}).code, 0);
  project_.write("src/late.js", "export function late() {}\n");
  const Ran ran = run({"index", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["files"]["total"], 3);
  const nlohmann::json notice = nlohmann::json::parse(ran.err, nullptr, false);
  ASSERT_TRUE(notice.is_object()) << ran.err;
  EXPECT_NE(notice.value("notice", "").find("running service"), std::string::npos);
}

TEST_F(CliService, ASecondServiceIsToldWhoHoldsTheProject) {
  const auto serve = start({"serve"});
  ASSERT_TRUE(serve->line_with("serving"));
  const Ran second = run({"serve"});
  EXPECT_EQ(second.code, 5);
  EXPECT_NE(second.err.find(std::to_string(pid())), std::string::npos) << second.err;
  EXPECT_EQ(run({"callers", "pay"}).code, 0) << "the first goes on";
  serve->signal(SIGTERM);
  EXPECT_EQ(serve->wait(), 0);
}

TEST_F(CliService, ServeShowsEachDeltaAndEndsOnCtrlC) {
  const auto serve = start({"serve"});
  ASSERT_TRUE(serve->line_with("files"));
  ASSERT_TRUE(serve->line_with("serving"));
  project_.write("src/cart.js", "export function settle(order) { return order; }\n");
  const auto line = serve->line_with("#2");
  ASSERT_TRUE(line);
  EXPECT_NE(line->find("src/cart.js"), std::string::npos) << *line;
  EXPECT_NE(line->find("file-watcher"), std::string::npos) << *line;
  const auto broken = serve->line_with("broken");
  ASSERT_TRUE(broken);
  EXPECT_NE(broken->find("src/shop.js:"), std::string::npos) << *broken;
  serve->signal(SIGINT);
  EXPECT_EQ(serve->wait(), 0);
  EXPECT_EQ(run({"status"}).code, 1);
}

TEST_F(CliService, WatchStreamsDeltas) {
  ASSERT_EQ(run({"start"}).code, 0);
  std::atomic<bool> seen{false};
  const auto watch = start({"watch", "--json", "--count", "1"});
  // The subscription has no line of its own: saves go on until one is seen.
  std::thread saves([&] {
    for (int i = 0; !seen; ++i) {
      project_.write("src/saved.js", "export function saved" + std::to_string(i) + "() {}\n");
      run({"sync"});
    }
  });
  const auto line = watch->line_with("src/saved.js");
  seen = true;
  saves.join();
  ASSERT_TRUE(line);
  const nlohmann::json delta = nlohmann::json::parse(*line);
  EXPECT_EQ(delta["cause"], "file-watcher");
  EXPECT_TRUE(delta["counts"].contains("relations_gained"));
  EXPECT_EQ(watch->wait(), 0);
}

TEST_F(CliService, AKilledServiceIsReplaced) {
  ASSERT_EQ(run({"start"}).code, 0);
  const int first = pid();
  ASSERT_GT(first, 0);
  ASSERT_EQ(kill(first, SIGKILL), 0);
  const Ran ran = run({"callers", "pay"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(pid(), first);
}

TEST_F(CliService, ManyQuestionsAtOnceStartOneService) {
  constexpr int kAtOnce = 12;
  std::vector<Ran> ran(kAtOnce);
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i)
    threads.emplace_back([&, i] { ran[i] = run({"callers", "pay", "--json"}); });
  for (std::thread& thread : threads) thread.join();
  for (const Ran& each : ran) {
    EXPECT_EQ(each.code, 0) << each.err;
    EXPECT_EQ(each.json()["total"], 1);
  }
  std::string log = project_.read(".deltagraph/service.log");
  std::size_t ready = 0;
  for (std::size_t at = log.find("ready:"); at != std::string::npos;
       at = log.find("ready:", at + 1))
    ++ready;
  EXPECT_EQ(ready, 1u) << log;
}

TEST_F(CliService, ExportIsTheSameWithAndWithoutAService) {
  ASSERT_EQ(run({"start"}).code, 0);
  const Ran live = run({"export"});
  ASSERT_EQ(run({"stop"}).code, 0);
  const Ran stored = run({"export", "--no-start"});
  EXPECT_EQ(live.code, 0);
  EXPECT_FALSE(live.out.empty());
  EXPECT_EQ(live.out, stored.out);
}

TEST_F(CliTest, AWatchWhoseReaderIsGoneEndsByItself) {
  index();
  ASSERT_EQ(run({"start"}).code, 0);
  const std::unique_ptr<Running> watch = start({"watch", "--since", "0"});
  ASSERT_TRUE(watch->line_with("#1"));
  watch->stop_reading();
  EXPECT_EQ(watch->wait(), 0) << "nothing was saved meanwhile";
}

}  // namespace
}  // namespace dg
