// Deltas since a point: whoever comes back gets each commit once, whenever it was away.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

class Resume : public testing::Test {
 protected:
  void start() {
    ServiceOptions options;
    options.pipeline.root = project_.root();
    Result<std::unique_ptr<Service>> service = Service::start(options, {});
    ASSERT_TRUE(service) << service.error().message();
    service_ = std::move(*service);
    client_ = connect();
    // A save before the first index would be part of it.
    const Result<Json> indexed = client_->call("sync", Json::object(), kPatience);
    ASSERT_TRUE(indexed) << indexed.error().message();
  }
  std::unique_ptr<Client> connect() {
    Result<std::unique_ptr<Client>> client = Client::connect(service_->socket());
    EXPECT_TRUE(client) << client.error().message();
    return client ? std::move(*client) : nullptr;
  }
  std::uint64_t save(int i) {
    project_.write("a.js", "export function f" + std::to_string(i) + "() {}\n");
    const Result<Json> synced = client_->call("sync", Json::object(), kPatience);
    EXPECT_TRUE(synced) << synced.error().message();
    return (*synced)["sequence"].get<std::uint64_t>();
  }

  TempProject project_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Client> client_;
};

TEST_F(Resume, TheLogIsReplayedAndThenTheStreamIsLive) {
  project_.write("a.js", "");
  start();
  for (int i = 0; i < 5; ++i) save(i);
  std::vector<std::uint64_t> seen;
  std::vector<bool> live;
  const std::unique_ptr<Client> watcher = connect();
  std::atomic<bool> caught_up{false};
  std::thread saves([&] {
    while (!caught_up) std::this_thread::yield();
    save(100);
  });
  const Result<> ended = watcher->listen("subscribe", {{"since", "1"}}, [&](const Json& delta) {
    seen.push_back(delta["sequence"].get<std::uint64_t>());
    live.push_back(!delta["timings"].is_null());
    if (seen.back() == 6) caught_up = true;
    return seen.back() < 7;
  });
  caught_up = true;
  saves.join();
  EXPECT_TRUE(ended);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{2, 3, 4, 5, 6, 7}));
  EXPECT_FALSE(live.front()) << "nobody wrote down how long it took";
}

TEST_F(Resume, AWatcherThatIsCutOffAtRandomMissesNothingAndGetsNothingTwice) {
  project_.write("a.js", "");
  start();
  constexpr int kSaves = 60;
  std::atomic<std::uint64_t> last{0};
  std::thread saves([&] {
    for (int i = 0; i < kSaves; ++i) save(i);
    last = save(kSaves);
  });
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  std::vector<std::uint64_t> seen;
  std::uint64_t at = 0;
  int connections = 0;
  while (last == 0 || at < last) {
    ++connections;
    // Waits for a commit that will come: the last save is only known when all are made.
    if (last == 0 && at > kSaves) break;
    std::size_t most = 1 + random() % 5;
    const std::unique_ptr<Client> watcher = connect();
    ASSERT_NE(watcher, nullptr);
    const Result<> ended =
        watcher->listen("subscribe", {{"since", std::to_string(at)}}, [&](const Json& delta) {
          at = delta["sequence"].get<std::uint64_t>();
          seen.push_back(at);
          return --most > 0 && at <= kSaves;
        });
    ASSERT_TRUE(ended) << ended.error().message();
    if (at > kSaves) break;
  }
  saves.join();
  ASSERT_GE(seen.size(), static_cast<std::size_t>(kSaves)) << "seed " << seed;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    ASSERT_EQ(seen[i], i + 1) << "seed " << seed << ", " << connections << " connections";
  }
  EXPECT_GT(connections, 5);
}

TEST_F(Resume, APointOfAnotherDatabaseIsRefused) {
  project_.write("a.js", "");
  start();
  std::vector<std::string> points;
  const auto follow = [&](const std::string& since, std::size_t most) {
    return connect()->listen("subscribe", {{"since", since}}, [&](const Json& delta) {
      points.push_back(delta["point"].get<std::string>());
      return points.size() < most;
    });
  };
  for (int i = 0; i < 3; ++i) save(i);
  ASSERT_TRUE(follow("0", 4));
  const std::string second = points[1];
  EXPECT_TRUE(second.starts_with("2@")) << second;
  points.clear();
  ASSERT_TRUE(follow(second, 2)) << "the same database";
  EXPECT_TRUE(points[0].starts_with("3@")) << points[0];

  client_.reset();
  service_.reset();
  project_.remove(".deltagraph");
  start();
  for (int i = 0; i < 3; ++i) save(100 + i);
  const Result<Json> other = client_->call("subscribe", {{"since", second}}, kPatience);
  ASSERT_FALSE(other) << "commit 2 of this one is not what the subscriber saw";
  EXPECT_EQ(other.error().kind, ErrorKind::not_found);
  EXPECT_NE(other.error().message().find("another database"), std::string::npos);
  EXPECT_FALSE(other.error().cure.empty());
  EXPECT_TRUE(client_->call("subscribe", {{"since", "2"}}, kPatience)) << "a number says nothing";
}

TEST_F(Resume, LiveAndReplayedDeltasNameTheSamePoint) {
  project_.write("a.js", "");
  start();
  std::vector<std::string> live;
  std::atomic<bool> ready{false};
  const std::unique_ptr<Client> watcher = connect();
  std::thread saves([&] {
    while (!ready) std::this_thread::yield();
    save(1);
  });
  ready = true;
  const auto note = [](std::vector<std::string>& points) {
    return [&points](const Json& delta) {
      points.push_back(delta["point"].get<std::string>());
      return !points.back().starts_with("2@");
    };
  };
  EXPECT_TRUE(watcher->listen("subscribe", {{"since", "0"}}, note(live)));
  saves.join();
  std::vector<std::string> replayed;
  EXPECT_TRUE(connect()->listen("subscribe", {{"since", "0"}}, note(replayed)));
  EXPECT_EQ(live, replayed);
}

TEST_F(Resume, APointAheadOfTheLogIsRefused) {
  project_.write("a.js", "");
  start();
  save(1);
  const Result<Json> ahead = client_->call("subscribe", {{"since", "4711"}}, kPatience);
  ASSERT_FALSE(ahead);
  EXPECT_EQ(ahead.error().kind, ErrorKind::not_found);
  EXPECT_NE(ahead.error().message().find("4711"), std::string::npos) << ahead.error().message();
  const Result<Json> wrong = client_->call("subscribe", {{"since", 5}}, kPatience);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace dg
