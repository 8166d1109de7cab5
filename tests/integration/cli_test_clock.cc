// RELIABILITY R-29: the wall clock jumps under a running service, by libfaketime, which ./dev setup
// installs.

#include <filesystem>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class CliClock : public CliTest {
 protected:
  /// An environment whose wall clock is off by what step() says; its other clocks are the kernel's.
  RunOptions faked() const {
    std::string library;
    for (const auto& folder : fs::directory_iterator("/usr/lib")) {
      const fs::path file = folder.path() / "faketime/libfaketime.so.1";
      std::error_code missing;
      if (fs::exists(file, missing)) library = file.string();
    }
    EXPECT_FALSE(library.empty()) << "install libfaketime: ./dev setup";
    const char* const given = std::getenv("ASAN_OPTIONS");
    RunOptions options;
    options.environment = {
        "LD_PRELOAD=" + library,
        "FAKETIME_TIMESTAMP_FILE=" + home_.path("clock").string(),
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "NO_FAKE_STAT=1",
        "ASAN_OPTIONS=verify_asan_link_order=0:" + std::string(given == nullptr ? "" : given)};
    return options;
  }
  void step(const std::string& offset) const { home_.write("clock", offset + "\n"); }
  std::string cell(const std::string& sql) const {
    const Ran ran = run({"sql", sql, "--json"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.code == 0 ? ran.json()["items"][0][0].dump() : "";
  }
};

TEST_F(CliClock, R29_JumpsChangeNoOrderAndStopNothing) {
  step("+0");
  const Ran started = run({"start"}, faked());
  ASSERT_EQ(started.code, 0) << started.err;
  int saves = 0;
  for (const char* offset : {"+1h", "-1h", "+50y", "-50y", "+85y", "-1h", "+0"}) {
    step(offset);
    for (int i = 0; i < 2; ++i) {
      ++saves;
      project_.write("src/more.js", "import { pay } from './cart.js';\nexport function more" +
                                        std::to_string(saves) + "() { pay(); }\n");
      const Ran callers = run({"callers", "pay", "--sync", "--json"});
      ASSERT_EQ(callers.code, 0) << offset << ": " << callers.err;
      EXPECT_EQ(callers.json()["sequence"], 1 + saves) << offset;
      EXPECT_GE(callers.json()["age_ms"], 0) << offset;
      EXPECT_NE(callers.out.find("::more" + std::to_string(saves) + "\""), std::string::npos)
          << offset << ": " << callers.out;
    }
  }
  EXPECT_EQ(cell("SELECT count(*) FROM transactions"), std::to_string(1 + saves));
  EXPECT_EQ(cell("SELECT count(*) FROM transactions a JOIN transactions b "
                 "ON b.sequence = a.sequence + 1 "
                 "WHERE b.id <= a.id"),
            "0");
  // 2076 was seen: without a clock that had jumped this would show nothing.
  EXPECT_EQ(cell("SELECT max(committed_ms) > 3300000000000 FROM transactions"), "1");
  const Ran valid = run({"validate"});
  EXPECT_EQ(valid.code, 0) << valid.out << valid.err;

  // The next start has the kernel's clock, far behind that of the log.
  ASSERT_EQ(run({"stop"}).code, 0);
  project_.remove("src/more.js");
  const Ran after = run({"callers", "pay", "--sync", "--json"});
  EXPECT_EQ(after.code, 0) << after.err;
  EXPECT_EQ(after.json()["sequence"], 2 + saves);
  EXPECT_GE(after.json()["age_ms"], 0);
  const Ran log = run({"log", "--json", "--limit", "100"});
  EXPECT_EQ(log.code, 0) << log.err;
  EXPECT_EQ(log.json()["total"], 2 + saves);
  const Ran then = run({"callers", "pay", "--at", "3", "--json"});
  EXPECT_NE(then.out.find("::more2\""), std::string::npos) << then.out << then.err;
}

}  // namespace
}  // namespace dg
