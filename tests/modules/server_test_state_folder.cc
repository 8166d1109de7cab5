// Where the state of a project lies.

#include <gtest/gtest.h>

#include <cstdlib>

#include "daemon/cli/project.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

/// What statfs(2) says of a real remote file system is not to be had in a test.
TEST(StateFolder, R19_OfARemoteProjectIsOnALocalFileSystem) {
  const TempProject project, home;
  ASSERT_EQ(::setenv("XDG_STATE_HOME", home.root().c_str(), 1), 0);
  EXPECT_EQ(state_folder(project.root(), false), project.root() / ".deltagraph");
  const std::filesystem::path elsewhere = state_folder(project.root(), true);
  EXPECT_EQ(elsewhere.parent_path(), home.root() / "deltagraph");
  std::filesystem::create_directories(project.root() / ".deltagraph");
  EXPECT_EQ(state_folder(project.root(), true), elsewhere) << "also where one was made before";
  EXPECT_EQ(state_folder(project.root()), project.root() / ".deltagraph");
  ASSERT_EQ(::unsetenv("XDG_STATE_HOME"), 0);
}

}  // namespace
}  // namespace dg
