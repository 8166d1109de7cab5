// A service whose disk is full or broken for a while (RELIABILITY R-04): it answers, says that it
// is behind and why, tries again by itself, and has lost nothing once there is room.

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

class ServiceDisk : public testing::TestWithParam<int> {
 protected:
  ServiceDisk() { project_.write("a.js", "export function pay() {}\n"); }
  void start() {
    ServiceOptions options;
    options.pipeline.root = project_.root();
    options.pipeline.vfs = vfs_.name();
    Result<std::unique_ptr<Service>> service = Service::start(options, {});
    ASSERT_TRUE(service) << service.error().message();
    service_ = std::move(*service);
    Result<std::unique_ptr<Client>> client = Client::connect(service_->socket());
    ASSERT_TRUE(client) << client.error().message();
    client_ = std::move(*client);
  }
  void fill_disk() {
    vfs_.arm(FaultVfs::write | FaultVfs::truncate | FaultVfs::sync, 1, GetParam(),
             FaultVfs::Duration::from_then_on);
  }
  Result<Json> call(const std::string& method, const Json& params = Json::object()) {
    return client_->call(method, params, kPatience);
  }
  /// Asks for the status until it is as wanted.
  template <typename Wanted>
  Json status_when(const Wanted& wanted) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      const Result<Json> status = call("status");
      if (status && wanted(*status)) return *status;
      std::this_thread::yield();
    }
    ADD_FAILURE() << "it never was so";
    return Json::object();
  }

  TempProject project_;
  FaultVfs vfs_{"service-disk"};
  std::unique_ptr<Service> service_;
  std::unique_ptr<Client> client_;
};

TEST_P(ServiceDisk, R04_AnswersMeanwhileAndGoesOnByItself) {
  start();
  ASSERT_TRUE(call("sync"));
  fill_disk();
  project_.write("b.js", "import { pay } from './a.js';\nexport function buy() { pay(); }\n");
  project_.write("c.js", "export function later() {}\n");
  Json failing = status_when([](const Json& s) { return s["state"] == "failing"; });
  EXPECT_EQ(failing["behind"], true);
  EXPECT_EQ(failing["sequence"], 1);
  EXPECT_FALSE(failing["last_error"].is_null());
  if (GetParam() == ENOSPC) {
    EXPECT_NE(failing["last_error"].get<std::string>().find("disk is full"), std::string::npos);
  }
  const Result<Json> callers = call("callers", {{"atom", "a.js::pay"}});
  ASSERT_TRUE(callers) << callers.error().message();
  EXPECT_EQ((*callers)["behind"], true) << "every answer says so";
  EXPECT_TRUE((*callers)["items"].empty());
  EXPECT_FALSE(call("sync")) << "who waits is told why";

  vfs_.disarm();
  status_when([](const Json& s) { return s["state"] == "ready" && s["behind"] == false; });
  const Result<Json> after = call("callers", {{"atom", "a.js::pay"}, {"sync", true}});
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ((*after)["items"].size(), 1u);
  EXPECT_TRUE(call("show", {{"atom", "c.js::later"}}));
}

/// RELIABILITY R-05: a sync that fails while the disk loses what it held.
TEST(ServiceSync, R05_ADatabaseThatTheDiskDamagedIsSetAsideWhileTheServiceRuns) {
  const TempProject project;
  project.write("a.js", "export function pay() {}\n");
  FaultVfs vfs("service-sync");
  ServiceOptions options;
  options.pipeline.root = project.root();
  {  // One that puts its log away when it ends.
    const Result<std::unique_ptr<Service>> before = Service::start(options, {});
    ASSERT_TRUE(before) << before.error().message();
    const Result<std::unique_ptr<Client>> client = Client::connect((*before)->socket());
    ASSERT_TRUE(client);
    ASSERT_TRUE((*client)->call("sync", Json::object(), kPatience));
  }
  options.pipeline.vfs = vfs.name();
  const Result<std::unique_ptr<Service>> service = Service::start(options, {});
  ASSERT_TRUE(service) << service.error().message();
  const Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client);
  const auto call = [&](const std::string& method, const Json& params = Json::object()) {
    return (*client)->call(method, params, kPatience);
  };
  ASSERT_TRUE(call("sync"));
  vfs.arm(FaultVfs::sync, 1, EIO, FaultVfs::Duration::from_then_on);
  project.write("b.js", "import { pay } from './a.js';\nexport function buy() { pay(); }\n");
  // The commit syncs the head of a new log.
  const auto until = [&](const std::function<bool()>& wanted) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!wanted() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    return wanted();
  };
  ASSERT_TRUE(until([&] { return vfs.fired(); }));
  const std::filesystem::path database = project.path(".deltagraph/deltagraph.db");
  {
    std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(database));
    for (std::streamoff page = 4096 * 4; page < size; page += 4096) {
      file.seekp(page);
      file << std::string(64, '\xff');
    }
  }
  project.write("c.js", "import { pay } from './a.js';\nexport function lend() { pay(); }\n");
  const auto kept = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(database.parent_path()))
      if (entry.path().filename().string().find(".corrupt-") != std::string::npos) return true;
    return false;
  };
  EXPECT_TRUE(until(kept));
  vfs.disarm();
  EXPECT_TRUE(until([&] {
    const Result<Json> status = call("status");
    return status && (*status)["state"] == "ready" && (*status)["behind"] == false;
  }));
  const Result<Json> callers = call("callers", {{"atom", "a.js::pay"}, {"sync", true}});
  ASSERT_TRUE(callers) << callers.error().message();
  EXPECT_EQ((*callers)["items"].size(), 2u);
  EXPECT_NE((*call("status"))["notices"].dump().find(".corrupt-"), std::string::npos);
}

/// The database is gone and its place cannot be opened for a while.
TEST(ServiceError, IsNotShownAnyMoreOnceItHasPassed) {
  const TempProject project;
  project.write("a.js", "export function pay() {}\n");
  ServiceOptions options;
  options.pipeline.root = project.root();
  const Result<std::unique_ptr<Service>> service = Service::start(options, {});
  ASSERT_TRUE(service) << service.error().message();
  const Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client);
  const auto until = [&](const std::function<bool(const Json&)>& wanted) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < give_up) {
      const Result<Json> status = (*client)->call("status", Json::object(), kPatience);
      if (status && wanted(*status)) return true;
      std::this_thread::yield();
    }
    return false;
  };
  ASSERT_TRUE((*client)->call("sync", Json::object(), kPatience));
  const std::filesystem::path database = project.path(".deltagraph/deltagraph.db");
  const std::filesystem::path away = project.path(".deltagraph/away");
  std::filesystem::create_directory(away);
  std::filesystem::rename(database, away / "deltagraph.db");
  std::filesystem::create_directory(database);
  EXPECT_TRUE(until([](const Json& status) { return !status["last_error"].is_null(); }));
  std::filesystem::remove(database);
  EXPECT_TRUE(until([](const Json& status) { return status["state"] == "ready"; }));
  EXPECT_TRUE(until([](const Json& status) { return status["last_error"].is_null(); }))
      << "nothing was saved meanwhile";
  EXPECT_TRUE(std::filesystem::is_regular_file(database));
}

INSTANTIATE_TEST_SUITE_P(Disk, ServiceDisk, testing::Values(ENOSPC, EIO),
                         [](const testing::TestParamInfo<int>& failure) {
                           return std::string(failure.param == ENOSPC ? "Full" : "Broken");
                         });

}  // namespace
}  // namespace dg
