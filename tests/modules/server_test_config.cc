// The project's configuration, and the automatic backups that it asks for.

#include <gtest/gtest.h>

#include "daemon/backups.h"
#include "daemon/pipeline.h"
#include "storage/backup/backup.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

TEST(DaemonConfig, WithoutAFileIsTheDefault) {
  const TempProject folder;
  const Result<Config> config = read_config(folder.root());
  ASSERT_TRUE(config);
  EXPECT_EQ(config->synchronous, Synchronous::normal);
  EXPECT_EQ(config->backup_every, std::chrono::hours(24));
  EXPECT_EQ(config->backups_kept, 3u);
  EXPECT_EQ(config->idle_exit, std::chrono::minutes(120));
}

TEST(DaemonConfig, EachPartCanBeChosen) {
  const TempProject folder;
  folder.write("config.json",
               R"({"synchronous": "full", "backups": {"every_hours": 2, "keep": 7},
                   "idle_exit_minutes": 0})");
  const Result<Config> config = read_config(folder.root());
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->synchronous, Synchronous::full);
  EXPECT_EQ(config->backup_every, std::chrono::hours(2));
  EXPECT_EQ(config->backups_kept, 7u);
  EXPECT_EQ(config->idle_exit, std::chrono::minutes(0));
}

TEST(DaemonConfig, WhatMakesNoSenseIsAUsageErrorWithItsCure) {
  const std::pair<const char*, const char*> wrong[] = {
      {"{", "not JSON"},
      {"[]", "no object"},
      {R"({"synchronus": "full"})", "The keys are synchronous, backups"},
      {R"({"synchronous": "off"})", "Give \"normal\" or \"full\""},
      {R"({"synchronous": 1})", "Give \"normal\" or \"full\""},
      {R"({"idle_exit_minutes": -2})", "from 0 to"},
      {R"({"backups": 3})", "every_hours, keep"},
      {R"({"backups": {"every": 3}})", "'every' is no key"},
      {R"({"backups": {"keep": -1}})", "from 0 to 1000"},
      {R"({"backups": {"keep": 1e99}})", "from 0 to 1000"},
      {R"({"backups": {"every_hours": "2"}})", "from 0 to"},
  };
  for (const auto& [text, said] : wrong) {
    const TempProject folder;
    folder.write("config.json", text);
    const Result<Config> config = read_config(folder.root());
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().kind, ErrorKind::usage);
    EXPECT_NE(config.error().message().find(said), std::string::npos) << config.error().message();
    EXPECT_NE(config.error().message().find("config.json"), std::string::npos);
    PipelineOptions options;
    options.root = folder.root();
    options.state_folder = folder.root();
    EXPECT_FALSE(Pipeline::open(options)) << "a project with it is not served";
  }
}

class AutomaticBackupTest : public testing::Test {
 protected:
  AutomaticBackupTest() {
    PipelineOptions options;
    options.root = project_.root();
    project_.write("a.js", "function f() {}\n");
    Result<std::unique_ptr<Pipeline>> opened = Pipeline::open(options);
    if (!opened) throw std::runtime_error(opened.error().message());
    pipeline_ = std::move(*opened);
    change("a.js", "function f() {}\n");
  }
  Sequence change(const std::string& file, const std::string& text) {
    project_.write(file, text);
    SettledChange change;
    change.paths = {file};
    const Result<Outcome> outcome = pipeline_->apply(change);
    if (!outcome) throw std::runtime_error(outcome.error().message());
    return outcome->sequence;
  }
  std::filesystem::path state() const { return project_.root() / ".deltagraph"; }
  std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const BackupFile& backup : list_backups(state())) all.push_back(raw(backup.sequence));
    return all;
  }
  static std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  TempProject project_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(AutomaticBackupTest, TheFirstIsMadeWhenTheLogIsOldEnough) {
  Config config;
  AutomaticBackups backups(state(), config);
  backups.consider(Sequence{1}, now(), now() - 23 * kHourMs);
  backups.wait();
  EXPECT_TRUE(sequences().empty());
  backups.consider(Sequence{1}, now() + kHourMs, now() - 24 * kHourMs);
  backups.wait();
  EXPECT_EQ(backups.failure(), "");
  ASSERT_EQ(sequences(), std::vector<std::uint64_t>{1});
  const Result<Backup> fit = check_backup(list_backups(state())[0].file);
  EXPECT_TRUE(fit) << fit.error().message();
}

TEST_F(AutomaticBackupTest, NothingIsMadeWithoutAChangeOrWhenTurnedOff) {
  Config config;
  AutomaticBackups backups(state(), config);
  backups.consider(Sequence{1}, now(), 0);
  backups.wait();
  backups.consider(Sequence{1}, now() + 100 * kHourMs, 0);
  backups.wait();
  EXPECT_EQ(sequences(), std::vector<std::uint64_t>{1});
  config.backup_every = std::chrono::hours(0);
  const Sequence next = change("b.js", "function g() {}\n");
  AutomaticBackups off(state(), config);
  off.consider(next, now() + 200 * kHourMs, 0);
  off.wait();
  EXPECT_EQ(sequences(), std::vector<std::uint64_t>{1});
}

TEST_F(AutomaticBackupTest, TheOldestGoAndOtherFilesStay) {
  Config config;
  config.backups_kept = 2;
  AutomaticBackups backups(state(), config);
  project_.write(".deltagraph/backups/mine.db", "not theirs");
  for (int i = 1; i <= 4; ++i) {
    const Sequence at = change("c.js", "function g" + std::to_string(i) + "() {}\n");
    backups.consider(at, now() + i * 25 * kHourMs, 0);
    backups.wait();
    EXPECT_EQ(backups.failure(), "");
  }
  EXPECT_EQ(sequences(), (std::vector<std::uint64_t>{5, 4}));
  EXPECT_EQ(project_.read(".deltagraph/backups/mine.db"), "not theirs");
}

TEST_F(AutomaticBackupTest, AFailureIsTold) {
  Config config;
  AutomaticBackups backups(state(), config);
  project_.write(".deltagraph/backups", "a file where the folder should be");
  backups.consider(Sequence{1}, now(), 0);
  backups.wait();
  EXPECT_NE(backups.failure().find("Automatic backup"), std::string::npos);
  EXPECT_EQ(backups.failure(), "") << "once";
}

}  // namespace
}  // namespace dg
