// RELIABILITY R-19: a service whose file system gives no events, so that its folders are polled.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

/// What a sync found is known to the polls after it, too: a file that came and went between two of
/// them was seen by the sync alone.
TEST(PolledService, R19_WhatComesForASyncAndGoesIsNotForgotten) {
  const TempProject project;
  project.write("a.js", "export function pay() {}\n");
  ServiceOptions options;
  options.pipeline.root = project.root();
  options.watch.poll_only = true;
  options.watch.poll_interval = std::chrono::milliseconds(300);
  const Result<std::unique_ptr<Service>> service = Service::start(options, {});
  ASSERT_TRUE(service) << service.error().message();
  const Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client) << client.error().message();
  const auto found = [&](const std::string& name, bool sync) {
    const Result<Json> answer =
        (*client)->call("find", {{"text", name}, {"sync", sync}}, kPatience);
    EXPECT_TRUE(answer) << answer.error().message();
    return answer && (*answer)["total"] == 1;
  };
  for (int round = 0; round < 4; ++round) {
    const std::string name = "guest" + std::to_string(round);
    project.write("b.js", "export function " + name + "() {}\n");
    EXPECT_TRUE(found(name, true)) << "a sync is exact here too";
    project.remove("b.js");
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    bool there = true;
    while (there && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      there = found(name, false);
    }
    ASSERT_FALSE(there) << "no poll misses it";
  }
}

}  // namespace
}  // namespace dg
