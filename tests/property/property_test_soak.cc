// RELIABILITY: what a service holds is a matter of its project's size, not of how long
// it runs. DELTAGRAPH_SOAK_SAVES says for how many saves (400).

#include <gtest/gtest.h>
#include <malloc.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "tests/support/temp_project.h"

#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace dg {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.
constexpr int kFiles = 20, kVersions = 7;
/// SQLite's page caches fill up to their limits as the log grows (storage/connect.cc): the writer's
/// 8 MB, and 4 MB of the connection that answers the one client here.
constexpr std::size_t kPageCaches = std::size_t{12} << 20;

std::size_t allocated_bytes() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

/// Without SQLite's, which counts its own.
std::size_t own_bytes() {
  return allocated_bytes() - static_cast<std::size_t>(sqlite3_memory_used());
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

std::string path_of(int file) {
  return "src/f" + std::to_string(file) + ".js";
}

/// Each version of a file has other names and other callees, and about the same size.
std::string text_of(int file, int version) {
  const int other = (file * 5 + version * 3 + 1) % kFiles;
  std::string text = "import * as o from './f" + std::to_string(other) + ".js';\n";
  for (int i = 0; i < 4; ++i) {
    text += "export function f" + std::to_string(i) + "_" + std::to_string(version) +
            "(a) { return o.f" + std::to_string(i) + "_" +
            std::to_string((version + i) % kVersions) + "(a); }\n";
  }
  return text;
}

int saves_wanted() {
  const char* const wanted = std::getenv("DELTAGRAPH_SOAK_SAVES");
  return wanted == nullptr ? 400 : std::max(400, std::atoi(wanted));
}

TEST(Soak, R27_MemoryAndDescriptorsDoNotGrowWithSaves) {
  ASSERT_EQ(sqlite3_shutdown(), SQLITE_OK);  // It counts only if it is told before it begins.
  ASSERT_EQ(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1), SQLITE_OK);
  const TempProject project;
  for (int file = 0; file < kFiles; ++file) project.write(path_of(file), text_of(file, 0));
  ServiceOptions options;
  options.pipeline.root = project.root();
  const Result<std::unique_ptr<Service>> service = Service::start(options, {});
  ASSERT_TRUE(service) << service.error().message();
  const Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client);
  const auto save = [&](int i) {
    const int file = i * 13 % kFiles;
    project.write(path_of(file), text_of(file, i % kVersions));
    const Result<Json> synced = (*client)->call("sync", Json::object(), kPatience);
    ASSERT_TRUE(synced) << synced.error().message();
    const Result<Json> found = (*client)->call("find", {{"text", "f1"}}, kPatience);
    ASSERT_TRUE(found) << found.error().message();
  };
  const int saves = saves_wanted();
  for (int i = 0; i < saves / 4; ++i) save(i);
  const std::size_t own = own_bytes();
  const std::size_t descriptors = open_descriptors();
  for (int i = saves / 4; i < saves; ++i) save(i);
  const std::size_t own_after = own_bytes();
  const auto of_sqlite = static_cast<std::size_t>(sqlite3_memory_used());
  std::cout << saves << " saves: " << own / 1024 << " kB after a quarter, " << own_after / 1024
            << " kB at the end; SQLite's " << of_sqlite / 1024 << " kB\n";
  EXPECT_LE(own_after, own + own / 10);
  EXPECT_LE(of_sqlite, kPageCaches + kPageCaches / 4);
  EXPECT_LE(open_descriptors(), descriptors + 2) << "a validation may be at work";
}

}  // namespace
}  // namespace dg
