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

TEST_F(CliTest, ABackupMakesNoFolderOfAMistypedPath) {
  index();
  const Ran ran = run({"db", "backup", "no/such/copy.db"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find(root() + "/no/such: there is no such folder"), std::string::npos)
      << ran.err;
  EXPECT_FALSE(fs::exists(root() + "/no"));
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

TEST_F(CliTest, R10_S4_31_ARestoreBringsBackTheDatabaseAndThenTheDisk) {
  index();
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  project_.write("src/new.js", "export function fresh() {}\n");
  index();
  const Ran ran = run({"db", "restore", "copy.db", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["restored_sequence"], 1);
  EXPECT_EQ(ran.json()["sequence"], 2);
  EXPECT_EQ(ran.json()["reconciled"], true);
  EXPECT_EQ(ran.json()["service_restarted"], false);
  EXPECT_TRUE(fs::exists(ran.json()["kept_as"].get<std::string>()));
  const std::string cause =
      run({"sql", "SELECT cause FROM transactions ORDER BY sequence", "--no-start"}).out;
  EXPECT_NE(cause.find("reconcile"), std::string::npos) << cause;
  EXPECT_EQ(cause.find("cli"), std::string::npos) << cause;
  EXPECT_EQ(run({"find", "fresh", "--no-start"}).code, 0) << "what is on disk is there again";
  const std::string copied =
      run({"sql", "SELECT count(*) AS n FROM system_metadata WHERE key = 'copied_from'",
           "--no-start", "--json"})
          .out;
  EXPECT_NE(copied.find('1'), std::string::npos) << copied;
  for (const std::string& name : names_in(project_.root() / ".deltagraph"))
    EXPECT_EQ(name.find("restoring"), std::string::npos) << name;
}

TEST_F(CliTest, OfTheDatabasesThatARestoreReplacedTheLastAreKept) {
  index();
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  const std::string base = ".deltagraph/deltagraph.db.replaced-";
  // From a clock that was ahead, an older one, and two of one second; each may have its log.
  for (const char* name : {"20991231T000000Z", "20200101T000000Z", "20210101T000000Z",
                           "20210101T000000Z-2", "20210101T000000Z-10", "20210101T000000Z-10-wal"})
    project_.write(base + name, "former");
  const Ran ran = run({"db", "restore", "copy.db", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const nlohmann::json answer = ran.json();
  ASSERT_EQ(answer["former_kept"].size(), 3u);
  EXPECT_EQ(answer["former_kept"][0], answer["kept_as"]) << "the newest, whatever the clock said";
  EXPECT_EQ(answer["former_kept"][1], root() + "/" + base + "20991231T000000Z");
  EXPECT_EQ(answer["former_kept"][2], root() + "/" + base + "20210101T000000Z-10");
  EXPECT_EQ(answer["former_deleted"], 3);
  std::size_t left = 0;
  for (const std::string& name : names_in(project_.root() / ".deltagraph"))
    left += name.find(".replaced-") != std::string::npos;
  EXPECT_EQ(left, 4u) << "three, and the log of one";
}

TEST_F(CliTest, ARunningServiceTakesTheRestoredDatabase) {
  index();
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  ASSERT_EQ(run({"start"}).code, 0);
  project_.write("src/new.js", "export function fresh() {}\n");
  ASSERT_EQ(run({"sync"}).code, 0);
  const Ran ran = run({"db", "restore", "copy.db"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("runs again"), std::string::npos) << ran.out;
  EXPECT_EQ(run({"status"}).code, 0);
  project_.write("src/later.js", "export function later() {}\n");
  EXPECT_EQ(run({"find", "later", "--sync"}).code, 0);
  EXPECT_EQ(run({"find", "fresh"}).code, 0);
  EXPECT_EQ(run({"stop"}).code, 0);
}

TEST_F(CliTest, WhatIsNoBackupChangesNothing) {
  index();
  const std::string before = run({"export", "--no-start"}).out;
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  std::string damaged = project_.read("copy.db");
  for (std::size_t at = 5 * 4096; at < 6 * 4096; ++at) damaged[at] = static_cast<char>(at * 7);
  project_.write("damaged.db", damaged);
  project_.write("text.db",
                 "no database at all, but long enough for a header: " + std::string(100, 'x'));
  const std::pair<std::string, int> files[] = {
      {"nothing.db", 4}, {"text.db", 5}, {"damaged.db", 5}};
  for (const auto& [file, code] : files) {
    const Ran ran = run({"db", "restore", file});
    EXPECT_EQ(ran.code, code) << file << ": " << ran.err;
    EXPECT_NE(ran.err.find(file), std::string::npos) << ran.err;
  }
  EXPECT_EQ(run({"export", "--no-start"}).out, before);
  for (const std::string& name : names_in(project_.root() / ".deltagraph"))
    EXPECT_EQ(name.find("replaced"), std::string::npos) << name;
}

TEST_F(CliTest, ADamagedDatabaseIsReplacedByABackup) {
  index();
  const std::string before = run({"export", "--no-start"}).out;
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  project_.write(".deltagraph/deltagraph.db", "gone");
  ASSERT_EQ(run({"db", "restore", "copy.db"}).code, 0);
  EXPECT_EQ(run({"export", "--no-start"}).out, before);
}

TEST_F(CliTest, AnotherProjectsBackupIsRefusedUnlessForced) {
  index();
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  nobodys_.write("other.js", "export function other() {}\n");
  const std::string other = nobodys_.root().string();
  ASSERT_EQ(run({"index", other}).code, 0);
  const Ran refused = run({"db", "restore", root() + "/copy.db", "--project", other});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("another project"), std::string::npos) << refused.err;
  const Ran forced = run({"db", "restore", root() + "/copy.db", "--force", "--project", other});
  EXPECT_EQ(forced.code, 0) << forced.err;
}

TEST_F(CliTest, RowsThatABackupHasWrongAreMendedWithIt) {
  index();
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  std::string bytes = project_.read("copy.db");
  // The name of an atom's kind within its row; no index holds it and the log does not either.
  const std::size_t at = bytes.find("functionsrc/cart.js");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 8, "functioM");
  project_.write("copy.db", bytes);
  const Ran ran = run({"db", "restore", "copy.db", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_GE(ran.json()["found"], 1);
  EXPECT_EQ(ran.json()["left"], 0);
  const Ran after = run({"validate"});
  EXPECT_EQ(after.code, 0) << after.out;
}

}  // namespace
}  // namespace dg
