// RELIABILITY R-20: a large tree of dependencies appears beside a running service.

#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::size_t files_below(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    count += entry.is_regular_file();
  return count;
}

TEST(IgnoredTree, R20_ThatAppearsCostsNoWatchNoEventAndNoCommit) {
  const fs::path corpora = fs::path(DELTAGRAPH_SOURCE_DIR) / "bench/corpora/node_modules";
  const TempProject project;
  project.write("a.js", "import { x } from 'rxjs';\nexport function pay() { x(); }\n");
  ServiceOptions options;
  options.pipeline.root = project.root();
  Result<std::unique_ptr<Service>> service = Service::start(options, {});
  ASSERT_TRUE(service) << service.error().message();
  Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client) << client.error().message();
  const auto synced_status = [&] {
    EXPECT_TRUE((*client)->call("sync", Json::object(), std::chrono::minutes(1)));
    const Result<Json> status = (*client)->call("status", Json::object(), std::chrono::minutes(1));
    EXPECT_TRUE(status);
    return status ? *status : Json();
  };
  const Json before = synced_status();

  for (const char* package : {"rxjs", "webpack", "eslint"}) {
    ASSERT_TRUE(fs::exists(corpora / package)) << "bench/corpora is not installed: run ./dev test";
    fs::create_directories(project.path("node_modules"));
    fs::copy(corpora / package, project.path("node_modules") / package,
             fs::copy_options::recursive);
  }
  const Json after = synced_status();
  EXPECT_GT(files_below(project.path("node_modules")), 2000u);
  EXPECT_EQ(after["sequence"], before["sequence"]);
  EXPECT_EQ(after["files"], 1);
  EXPECT_EQ(after["watch"]["folders"], before["watch"]["folders"]);
  EXPECT_EQ(after["watch"]["polled"], before["watch"]["polled"]);
  // The folder itself, and the cookie of the sync.
  const auto events = [](const Json& status) { return status["watch"]["events"].get<int>(); };
  EXPECT_LE(events(after) - events(before), 10);

  project.remove("node_modules");
  EXPECT_EQ(synced_status()["sequence"], before["sequence"]);
}

}  // namespace
}  // namespace dg
