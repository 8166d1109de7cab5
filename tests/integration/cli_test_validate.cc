// `deltagraph validate`: exit codes, text and JSON, with a service and without one.

#include <fcntl.h>
#include <sys/stat.h>

#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

TEST_F(CliTest, ValidateSaysWhatItLookedAt) {
  index();
  const Ran plain = run({"validate"});
  EXPECT_EQ(plain.code, 0) << plain.out << plain.err;
  EXPECT_NE(plain.out.find("Consistent at sequence 1: 2 files"), std::string::npos) << plain.out;
  const Ran deep = run({"validate", "--deep", "--json"});
  EXPECT_EQ(deep.code, 0) << deep.err;
  EXPECT_EQ(deep.json()["consistent"], true) << deep.out;
  EXPECT_EQ(deep.json()["depth"], "deep");
  EXPECT_EQ(deep.json()["work"]["parsed"], 2);
}

TEST_F(CliTest, ValidateFindsBytesThatSizeAndTimeHide) {
  const std::string path = root() + "/src/shop.js";
  const timespec times[2] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  index();
  std::string text = project_.read("src/shop.js");
  const std::size_t at = text.find("checkout");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 8, "checkoff");
  project_.write("src/shop.js", text);
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const Ran found = run({"validate", "--deep"});
  EXPECT_EQ(found.code, 1);
  EXPECT_NE(found.out.find("src/shop.js"), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("validate --repair"), std::string::npos) << found.out;
  const Ran repaired = run({"validate", "--deep", "--repair"});
  EXPECT_EQ(repaired.code, 1);
  EXPECT_NE(repaired.out.find("All of it is repaired"), std::string::npos) << repaired.out;
  EXPECT_EQ(run({"validate", "--deep"}).code, 0);
}

TEST_F(CliTest, ValidateAsksTheServiceThatRuns) {
  index();
  ASSERT_EQ(run({"start"}).code, 0);
  const Ran ran = run({"validate", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.json()["consistent"], true) << ran.out;
  EXPECT_EQ(run({"status", "--json"}).json()["validation"]["last"]["depth"], "full");
}

TEST_F(CliTest, ValidateWithoutAnIndexSaysWhatToDo) {
  const Ran ran = run({"validate"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("deltagraph index"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace dg
