// A running service as its clients see it: real files, real kernel events, the real socket.
#include "daemon/service.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/protocol/client.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

/// A service of a temporary project in this process, and a client of it.
class ServiceTest : public testing::Test {
 protected:
  void start() {
    ServiceOptions options;
    options.pipeline.root = project_.root();
    ServiceEvents events;
    events.delta = [this](const Outcome& outcome) {
      const std::lock_guard guard(mutex_);
      deltas_.push_back(raw(outcome.sequence));
    };
    events.notice = [this](const std::string& notice) {
      const std::lock_guard guard(mutex_);
      notices_.push_back(notice);
    };
    Result<std::unique_ptr<Service>> service = Service::start(options, events);
    ASSERT_TRUE(service) << service.error().message();
    service_ = std::move(*service);
    connect();
  }
  void stop() {
    client_.reset();
    service_.reset();
  }
  void connect() {
    Result<std::unique_ptr<Client>> client = Client::connect(service_->socket());
    ASSERT_TRUE(client) << client.error().message();
    client_ = std::move(*client);
  }
  Json ask(const std::string& method, const Json& params = Json::object()) {
    Result<Json> answer = client_->call(method, params, kPatience);
    EXPECT_TRUE(answer) << method << ": " << (answer ? "" : answer.error().message());
    return answer ? *answer : Json();
  }
  std::size_t delta_count() {
    const std::lock_guard guard(mutex_);
    return deltas_.size();
  }
  /// Ids of the callers of an atom, after all that is on disk is visible.
  std::vector<std::string> callers(const std::string& atom) {
    Json answer = ask("callers", {{"atom", atom}, {"sync", true}});
    std::vector<std::string> ids;
    for (const Json& item : answer["items"]) ids.push_back(item["atom"]["id"].get<std::string>());
    return ids;
  }

  TempProject project_;
  std::mutex mutex_;
  std::vector<std::uint64_t> deltas_;
  std::vector<std::string> notices_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Client> client_;
};

using Strings = std::vector<std::string>;

TEST_F(ServiceTest, SeesASaveAsOneCommit) {
  project_.write("a.js", "export function pay() {}\n");
  project_.write("b.js", "import { pay } from './a.js';\nexport function checkout() { pay(); }\n");
  start();
  EXPECT_EQ(callers("a.js::pay"), Strings{"b.js::checkout"});
  const std::size_t before = delta_count();
  project_.write("b.js",
                 "import { pay } from './a.js';\nexport function checkout() {}\nexport function "
                 "buy() { pay(); }\n");
  EXPECT_EQ(callers("a.js::pay"), Strings{"b.js::buy"});
  EXPECT_EQ(delta_count(), before + 1);
}

TEST_F(ServiceTest, R26_SyncIsExactForEverySave) {
  project_.write("a.js", "export function f0() {}\n");
  start();
  for (int i = 1; i <= 60; ++i) {
    const std::string name = "f" + std::to_string(i);
    project_.write("a.js", "export function " + name + "() {}\n");
    const Json answer = ask("show", {{"atom", "a.js::" + name}, {"sync", true}});
    EXPECT_FALSE(answer.is_null()) << name;
  }
}

TEST_F(ServiceTest, UnchangedBytesGiveNoDelta) {
  project_.write("a.js", "export function pay() {}\n");
  start();
  ask("sync");
  const Json before = ask("status");
  for (int i = 0; i < 5; ++i) project_.write("a.js", "export function pay() {}\n");
  ask("sync");
  EXPECT_EQ(ask("status")["sequence"], before["sequence"]);
}

TEST_F(ServiceTest, R26_AnswersSayHowFreshTheyAre) {
  project_.write("a.js", "export function pay() {}\n");
  start();
  const Json answer = ask("find", {{"text", "pay"}, {"sync", true}});
  EXPECT_EQ(answer["sequence"], 1);
  EXPECT_EQ(answer["behind"], false);
  EXPECT_EQ(answer["live"], true);
  EXPECT_GE(answer["age_ms"].get<std::int64_t>(), 0);
}

/// RELIABILITY R-25: an answer given while saves go on is that of the sequence it names.
TEST_F(ServiceTest, R25_EachAnswerIsThatOfItsSequence) {
  const auto save = [this](int i) {
    std::string text = "import { pay } from './a.js';\n";
    for (int f = 0; f <= i % 5; ++f)
      text += "export function f" + std::to_string(i) + "_" + std::to_string(f) + "() { pay(); }\n";
    project_.write("b.js", text);
  };
  project_.write("a.js", "export function pay() {}\n");
  save(0);
  start();
  ask("sync");
  Result<std::unique_ptr<Client>> other = Client::connect(service_->socket());
  ASSERT_TRUE(other);
  std::atomic<bool> done{false};
  std::thread saves([&] {
    for (int i = 1; i <= 40; ++i) {
      save(i);
      EXPECT_TRUE((*other)->call("sync", Json::object(), kPatience));
    }
    done = true;
  });
  std::map<std::uint64_t, Json> seen;
  while (!done) {
    const Json answer = ask("callers", {{"atom", "a.js::pay"}});
    const auto [at, first] =
        seen.try_emplace(answer["sequence"].get<std::uint64_t>(), answer["items"]);
    if (!first) {
      EXPECT_EQ(at->second, answer["items"]) << "one sequence, one answer";
    }
  }
  saves.join();
  for (const auto& [sequence, items] : seen) {
    const Json past = ask("callers", {{"atom", "a.js::pay"}, {"at", std::to_string(sequence)}});
    EXPECT_EQ(past["items"], items) << "sequence " << sequence;
  }
}

TEST_F(ServiceTest, R23_ASecondServiceIsToldWhoHoldsTheProject) {
  project_.write("a.js", "");
  start();
  ServiceOptions options;
  options.pipeline.root = project_.root();
  const Result<std::unique_ptr<Service>> second = Service::start(options, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
  EXPECT_NE(second.error().message().find(std::to_string(::getpid())), std::string::npos)
      << second.error().message();
  EXPECT_EQ(ask("sync")["synced"], true) << "the first goes on";
}

/// Whoever starts a service in the wrong folder must be able to stop it before it is through.
TEST_F(ServiceTest, AStopEndsTheFirstIndexBetweenTwoFiles) {
  std::string sum = "1";
  for (int i = 0; i < 20'000; ++i) sum += "\n+ d()";
  for (int i = 0; i < 40; ++i) project_.write("f" + std::to_string(i) + ".js", sum + "\n");
  ServiceOptions options;
  options.pipeline.root = project_.root();
  std::atomic<bool> indexed{false};
  ServiceEvents events;
  events.indexed = [&](const Outcome&) { indexed = true; };
  Result<std::unique_ptr<Service>> service = Service::start(options, events);
  ASSERT_TRUE(service) << service.error().message();
  (*service)->request_stop();
  (*service)->wait();
  EXPECT_EQ(raw((*service)->pipeline().snapshot()->sequence()), 0u);
  EXPECT_FALSE(indexed);
}

TEST_F(ServiceTest, TakesOverTheSocketAndLockOfADeadOne) {
  project_.write("a.js", "export function pay() {}\n");
  int ready[2];
  ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ServiceOptions options;
    options.pipeline.root = project_.root();
    ServiceEvents events;
    events.indexed = [&](const Outcome&) { static_cast<void>(!::write(ready[1], "x", 1)); };
    const auto service = Service::start(options, events);
    if (service) (*service)->wait();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  start();
  EXPECT_EQ(ask("find", {{"text", "pay"}, {"sync", true}})["sequence"], 1)
      << "nothing is indexed twice";
}

TEST_F(ServiceTest, Invariant11_ARestartSeesWhatChangedMeanwhile) {
  project_.write("a.js", "export function pay() {}\n");
  project_.write("b.js", "import { pay } from './a.js';\npay();\n");
  start();
  EXPECT_EQ(callers("a.js::pay"), Strings{"b.js::<module>"});
  stop();
  project_.remove("b.js");
  project_.write("c.js", "import { pay } from './a.js';\nfunction c() { pay(); }\n");
  start();
  EXPECT_EQ(callers("a.js::pay"), Strings{"c.js::c"});
  EXPECT_EQ(ask("status")["sequence"], 2) << "one reconcile transaction";
}

TEST_F(ServiceTest, SubscribersGetEveryCommitOnceAndInOrder) {
  project_.write("a.js", "");
  start();
  ask("sync");
  Result<std::unique_ptr<Client>> subscriber = Client::connect(service_->socket());
  ASSERT_TRUE(subscriber);
  std::vector<std::uint64_t> seen;
  std::mutex mutex;
  std::condition_variable subscribed;
  std::thread reader([&] {
    const Result<> ended =
        (*subscriber)->listen("subscribe", Json::object(), [&](const Json& delta) {
          const std::lock_guard guard(mutex);
          seen.push_back(delta["sequence"].get<std::uint64_t>());
          subscribed.notify_one();
          return seen.size() < 11;
        });
    EXPECT_TRUE(ended);
  });
  // The first save may come before the subscription; the others are awaited one by one.
  for (int i = 0; i < 12; ++i) {
    project_.write("a.js", "export const v" + std::to_string(i) + " = () => 0;\n");
    ask("sync");
  }
  std::unique_lock lock(mutex);
  const bool enough = subscribed.wait_for(lock, kPatience, [&] { return seen.size() >= 11; });
  lock.unlock();
  if (!enough) stop();
  reader.join();
  ASSERT_TRUE(enough);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], seen[i - 1] + 1);
}

TEST_F(ServiceTest, R09_ARemovedDatabaseIsBegunAnew) {
  project_.write("a.js", "export function pay() {}\n");
  start();
  ask("sync");
  std::filesystem::remove_all(project_.path(".deltagraph"));
  project_.write("b.js", "import { pay } from './a.js';\nfunction b() { pay(); }\n");
  // Without its cookie folder the service falls back to looking at the disk.
  EXPECT_EQ(callers("a.js::pay"), Strings{"b.js::b"});
  EXPECT_TRUE(std::filesystem::exists(project_.path(".deltagraph/deltagraph.db")));
  const Json status = ask("status");
  ASSERT_EQ(status["notices"].size(), 1u) << status.dump(1);
  stop();
  start();
  EXPECT_EQ(callers("a.js::pay"), Strings{"b.js::b"});
}

TEST_F(ServiceTest, R09_AnOlderCopyInTheDatabasesPlaceIsTakenUp) {
  project_.write("a.js", "export function pay() {}\n");
  start();
  ask("sync");
  stop();  // All is in the file now.
  const std::filesystem::path database = project_.path(".deltagraph/deltagraph.db");
  const std::filesystem::path copy = project_.path(".deltagraph/copy.db");
  std::filesystem::copy_file(database, copy);
  start();
  for (int i = 0; i < 3; ++i) {
    project_.write("b.js", "import { pay } from './a.js';\nfunction b" + std::to_string(i) +
                               "() { pay(); }\n");
    ask("sync");
  }
  EXPECT_EQ(ask("status")["sequence"], 4);
  std::filesystem::remove(project_.path(".deltagraph/deltagraph.db-wal"));
  std::filesystem::remove(project_.path(".deltagraph/deltagraph.db-shm"));
  std::filesystem::rename(copy, database);
  project_.write("c.js", "import { pay } from './a.js';\nfunction c() { pay(); }\n");
  EXPECT_EQ(callers("a.js::pay"), (Strings{"b.js::b2", "c.js::c"}));
  const Json status = ask("status");
  EXPECT_EQ(status["state"], "ready") << status.dump(1);
  EXPECT_LE(status["sequence"], 3) << "it goes on from the copy's sequence";
  EXPECT_NE(status["notices"].dump().find("replaced"), std::string::npos) << status.dump(1);
  stop();
  start();
  EXPECT_EQ(callers("a.js::pay"), (Strings{"b.js::b2", "c.js::c"}));
}

TEST_F(ServiceTest, R07_ADamagedDatabaseIsSetAsideAndRebuilt) {
  project_.write("a.js", "export function pay() {}\n");
  start();
  ask("sync");
  stop();
  project_.write(".deltagraph/deltagraph.db",
                 "this is no database, and long enough to be read as one\n");
  project_.remove(".deltagraph/deltagraph.db-wal");
  start();
  const Json first = ask("find", {{"text", "pay"}, {"sync", true}});
  EXPECT_EQ(first["total"], 1);
  ASSERT_EQ(first["notices"].size(), 1u) << "the first answer says what was lost";
  const std::string notice = first["notices"][0];
  EXPECT_NE(notice.find(".corrupt-"), std::string::npos) << notice;
  EXPECT_NE(notice.find("history"), std::string::npos) << notice;
  EXPECT_FALSE(ask("find", {{"text", "pay"}}).contains("notices")) << "once";
  EXPECT_EQ(ask("status")["notices"], first["notices"]) << "until the service ends";
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(project_.path(".deltagraph"))) {
    kept += entry.path().filename().string().find(".corrupt-") != std::string::npos;
  }
  EXPECT_EQ(kept, 1u);
}

TEST_F(ServiceTest, R28_DescriptorsDoNotGrowWithFilesOrSaves) {
  for (int i = 0; i < 300; ++i) {
    project_.write("src/d" + std::to_string(i % 20) + "/f" + std::to_string(i) + ".js",
                   "export function f() {}\n");
  }
  start();
  ask("sync");
  const int before = ask("status")["descriptors"].get<int>();
  EXPECT_LE(before, 64 + 1);
  for (int i = 0; i < 100; ++i) {
    project_.write("src/d1/new" + std::to_string(i) + ".js", "export function g() {}\n");
    if (i % 10 == 0) ask("sync");
  }
  ask("sync");
  EXPECT_LE(ask("status")["descriptors"].get<int>(), before + 1);
}

TEST_F(ServiceTest, R24_EndsWhenTheProjectIsGone) {
  project_.write("a.js", "");
  start();
  ask("sync");
  std::filesystem::remove_all(project_.root());
  service_->wait();  // Hangs if the service does not notice.
  service_.reset();
  EXPECT_FALSE(std::filesystem::exists(project_.root())) << "nothing is made in its place";
  const std::lock_guard guard(mutex_);
  ASSERT_FALSE(notices_.empty());
}

TEST_F(ServiceTest, R22_HostileFramesCostOnlyTheirOwnConnection) {
  project_.write("a.js", "export function pay() {}\n");
  start();
  const Result<Json> unknown = client_->call("no-such-method", Json::object(), kPatience);
  ASSERT_FALSE(unknown);
  const Result<Json> wrong = client_->call("callers", {{"atom", 5}}, kPatience);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
  EXPECT_EQ(ask("find", {{"text", "pay"}})["total"], 1) << "the same connection goes on";
}

}  // namespace
}  // namespace dg
