// RELIABILITY R-24: a service that nobody needs ends by itself, and not before.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

using std::chrono::milliseconds, std::chrono::minutes;

constexpr milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

TEST(ServiceIdle, R24_EndsWhenItsLastClientHasLeftForLongEnough) {
  const TempProject project;
  project.write("a.js", "export function pay() {}\n");
  std::mutex mutex;
  std::vector<std::string> notices;
  std::atomic<int> looks{0};
  ServiceOptions options;
  options.pipeline.root = project.root();
  options.idle_exit = minutes(10);
  options.idle_clock = [&] { return minutes(6) * ++looks; };  // Two looks without use are enough.
  ServiceEvents events;
  events.notice = [&](const std::string& notice) {
    const std::lock_guard guard(mutex);
    notices.push_back(notice);
  };
  Result<std::unique_ptr<Service>> service = Service::start(options, events);
  ASSERT_TRUE(service) << service.error().message();
  {
    const Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
    ASSERT_TRUE(client) << client.error().message();
    ASSERT_TRUE((*client)->call("sync", Json::object(), kPatience));
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (looks < 5 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(milliseconds(1));
    ASSERT_GE(looks, 5);
    EXPECT_TRUE((*client)->call("sync", Json::object(), kPatience)) << "it has a client";
  }
  (*service)->wait();  // Hangs if it does not end.
  const std::lock_guard guard(mutex);
  ASSERT_FALSE(notices.empty());
  EXPECT_NE(notices.back().find("for 10 minutes"), std::string::npos) << notices.back();
}

}  // namespace
}  // namespace dg
