// `deltagraph db`: what a person does with the database file itself.

#include <filesystem>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_F(CliTest, DbAloneIsAUsageErrorThatNamesItsHelp) {
  const Ran ran = run({"db"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("deltagraph help db"), std::string::npos) << ran.err;
}

TEST_F(CliTest, ABackupIsADatabaseOfItsOwn) {
  index();
  const Ran ran = run({"db", "backup", "copy.db", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["sequence"], 1);
  EXPECT_EQ(ran.json()["bytes"], fs::file_size(root() + "/copy.db"));
  EXPECT_EQ(ran.json()["backup"], root() + "/copy.db");
  // What asks the project's database can ask the copy in another project's place.
  fs::create_directories(nobodys_.root() / ".deltagraph");
  fs::copy_file(root() + "/copy.db", nobodys_.root() / ".deltagraph/deltagraph.db");
  const auto find = [&](const std::string& project) {
    return run({"find", "checkout", "--no-start", "--project", project}).out;
  };
  const std::string found = find(nobodys_.root().string());
  EXPECT_NE(found.find("src/shop.js"), std::string::npos) << found;
}

TEST_F(CliTest, ABackupHasItsDefaultPlaceAndLeavesNothingElse) {
  index();
  ASSERT_EQ(run({"db", "backup"}).code, 0);
  const std::vector<std::string> names = names_in(project_.root() / ".deltagraph/backups");
  ASSERT_EQ(names.size(), 1u);
  EXPECT_TRUE(names[0].starts_with("deltagraph-2") && names[0].ends_with("Z.db")) << names[0];
}

TEST_F(CliTest, ABackupReplacesNoFileAndNeedsADatabase) {
  EXPECT_EQ(run({"db", "backup"}).code, 4);
  index();
  project_.write("precious.db", "mine");
  const Ran ran = run({"db", "backup", "precious.db"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("it exists"), std::string::npos) << ran.err;
  EXPECT_EQ(project_.read("precious.db"), "mine");
}

}  // namespace
}  // namespace dg
