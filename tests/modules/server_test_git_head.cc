// Which commit a change set is said to be of: the one that HEAD names, or none where git may be in
// the middle of a switch.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "daemon/git/head.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class GitHead : public testing::Test {
 protected:
  GitHead() {
    project_.write(".git/HEAD", "ref: refs/heads/main\n");
    project_.write(".git/refs/heads/main", kMain + "\n");
    project_.write(".git/refs/heads/other", kOther + "\n");
    project_.write(".git/index", "DIRC");
    for (const char* file : {"HEAD", "refs/heads/main", "refs/heads/other", "index"})
      age(file, milliseconds(60'000));
  }
  /// Git wrote the file so long ago.
  void age(const std::string& file, milliseconds ago) {
    fs::last_write_time(project_.path(".git/" + file), fs::file_time_type::clock::now() - ago);
  }
  std::string head() const { return git_head(project_.root()); }

  const std::string kMain = std::string(40, 'a'), kOther = std::string(40, 'b');
  TempProject project_;
};

TEST_F(GitHead, IsWhatTheFileNames) {
  EXPECT_EQ(head(), kMain);
  project_.write(".git/HEAD", kOther + "\n");
  EXPECT_EQ(head(), kOther);
}

TEST_F(GitHead, IsUnknownBetweenTheIndexAndTheHeadOfASwitch) {
  age("index", milliseconds(0));
  EXPECT_EQ(head(), "");
  project_.write(".git/HEAD", "ref: refs/heads/other\n");
  EXPECT_EQ(head(), kOther);
}

TEST_F(GitHead, IsUnknownUntilAResetHasMovedTheBranch) {
  age("index", milliseconds(0));
  EXPECT_EQ(head(), "");
  project_.write(".git/refs/heads/main", kOther + "\n");
  EXPECT_EQ(head(), kOther) << "HEAD itself stays as it was";
}

TEST_F(GitHead, IsKnownAgainSomeTimeAfterAnIndexThatMovedNothing) {
  age("index", milliseconds(2'000));
  EXPECT_EQ(head(), kMain);
}

TEST_F(GitHead, IsNothingWhereThereIsNoRepositoryOrNoCommit) {
  fs::remove(project_.path(".git/refs/heads/main"));
  EXPECT_EQ(head(), "");
  fs::remove_all(project_.path(".git"));
  EXPECT_EQ(head(), "");
}

}  // namespace
}  // namespace dg
