// The validator inside a running service: asked over the socket, and by itself.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <string>
#include <thread>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::chrono::seconds kPatience{60};  // For a stuck service; nothing is timed.

class ValidatorServiceTest : public testing::Test {
 protected:
  void start(std::chrono::seconds every) {
    project_.write("a.js", "export function pay(order) { return order; }\n");
    project_.write("b.js", "import { pay } from './a.js';\nexport function buy() { pay(); }\n");
    ServiceOptions options;
    options.pipeline.root = project_.root();
    options.validate_every = every;
    Result<std::unique_ptr<Service>> service = Service::start(options, {});
    ASSERT_TRUE(service) << service.error().message();
    service_ = std::move(*service);
    Result<std::unique_ptr<Client>> client = Client::connect(service_->socket());
    ASSERT_TRUE(client) << client.error().message();
    client_ = std::move(*client);
    ask("sync");
  }
  Json ask(const std::string& method, const Json& params = Json::object()) {
    const Result<Json> answer = client_->call(method, params, kPatience);
    EXPECT_TRUE(answer) << method << ": " << (answer ? "" : answer.error().message());
    return answer ? *answer : Json();
  }
  void plant(const std::string& sql) {
    sqlite3* db = nullptr;
    const std::string path = project_.path(".deltagraph/deltagraph.db").string();
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10'000);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  TempProject project_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Client> client_;
};

TEST_F(ValidatorServiceTest, AnswersOverTheSocketAndRepairsThroughTheWriter) {
  start(std::chrono::seconds(0));
  EXPECT_EQ(ask("validate")["consistent"], true);
  plant("UPDATE atoms SET complexity = 99 WHERE id = 'a.js::pay'");
  const Json found = ask("validate");
  EXPECT_EQ(found["consistent"], false);
  EXPECT_EQ(found["by_stage"]["tables"], 1) << found.dump(1);
  EXPECT_TRUE(found["reconciled"].empty());
  const Json repaired = ask("validate", {{"repair", true}});
  EXPECT_EQ(repaired["repaired"], true) << repaired.dump(1);
  EXPECT_EQ(repaired["reconciled"], Json::array({2}));
  const Json deep = ask("validate", {{"deep", true}});
  EXPECT_EQ(deep["consistent"], true) << deep.dump(1);
  EXPECT_EQ(ask("status")["validation"]["last"]["depth"], "deep");
}

TEST_F(ValidatorServiceTest, RefusesWhatItDoesNotKnow) {
  start(std::chrono::seconds(0));
  const Result<Json> answer = client_->call("validate", {{"deeper", true}}, kPatience);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::usage);
}

TEST_F(ValidatorServiceTest, FindsAndRepairsByItselfOnceSomethingChanged) {
  start(std::chrono::seconds(1));
  plant("UPDATE atoms SET complexity = 99 WHERE id = 'a.js::pay'");
  project_.write("b.js", "import { pay } from './a.js';\nexport function sell() { pay(); }\n");
  ask("sync");
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  const auto repaired = [&] {
    const Json answer =
        ask("sql", {{"statement", "SELECT complexity FROM atoms WHERE id = 'a.js::pay'"}});
    return answer["total"] == 1 && answer["items"][0][0] != 99;
  };
  while (!repaired() && std::chrono::steady_clock::now() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(repaired()) << ask("status")["validation"].dump(1);
  const Json deep = ask("validate", {{"deep", true}});
  EXPECT_EQ(deep["consistent"], true) << deep.dump(1);
}

TEST_F(ValidatorServiceTest, StopsWhileOneIsAsked) {
  start(std::chrono::seconds(0));
  Result<std::unique_ptr<Client>> other = Client::connect(service_->socket());
  ASSERT_TRUE(other);
  std::jthread asking([&] {
    // Answered or cut off; either way it ends.
    static_cast<void>((*other)->call("validate", {{"deep", true}}, kPatience));
  });
  service_->request_stop();
  service_->wait();
  client_.reset();
  service_.reset();
}

}  // namespace
}  // namespace dg
