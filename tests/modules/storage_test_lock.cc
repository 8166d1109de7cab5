// The write lock: one owner, told by name, gone with its process.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/lock.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

class StorageLock : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return project_.root() / "state"; }

  /// A process that holds the lock until it is killed; returns once it does.
  pid_t start_holder() {
    int ready[2];
    if (::pipe(ready) != 0) return -1;
    const pid_t child = ::fork();
    if (child == 0) {
      const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "serve");
      const char answer = lock ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    char answer = 0;
    EXPECT_EQ(1, ::read(ready[0], &answer, 1));
    EXPECT_EQ('y', answer);
    ::close(ready[0]);
    ::close(ready[1]);
    return child;
  }
  static void kill_and_reap(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  TempProject project_;
};

TEST_F(StorageLock, MakesTheFolderAndHidesItFromGit) {
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "");
  ASSERT_TRUE(lock) << lock.error().message();
  EXPECT_EQ("*\n", project_.read("state/.gitignore"));
}

TEST_F(StorageLock, HasOneOwnerInAProcess) {
  Result<std::unique_ptr<WriteLock>> first = WriteLock::acquire(folder(), "index");
  ASSERT_TRUE(first);
  const Result<std::unique_ptr<WriteLock>> second = WriteLock::acquire(folder(), "serve");
  ASSERT_FALSE(second);
  EXPECT_EQ(ErrorKind::busy, second.error().kind);
  EXPECT_NE(std::string::npos, second.error().reason.find(std::to_string(::getpid())));
  const Result<std::unique_ptr<WriteLock>> third = WriteLock::acquire(folder(), "serve");
  ASSERT_FALSE(third);
  EXPECT_EQ(second.error().reason, third.error().reason) << "who is refused erases no name";
  first->reset();
  EXPECT_TRUE(WriteLock::acquire(folder(), "serve"));
}

TEST_F(StorageLock, NamesTheHolderInAnotherProcess) {
  const pid_t holder = start_holder();
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "index");
  ASSERT_FALSE(lock);
  EXPECT_EQ(ErrorKind::busy, lock.error().kind);
  EXPECT_NE(std::string::npos, lock.error().reason.find("process " + std::to_string(holder)))
      << lock.error().message();
  EXPECT_NE(std::string::npos, lock.error().reason.find("serve"));
  kill_and_reap(holder);
}

TEST_F(StorageLock, IsFreeWhenItsHolderIsKilled) {
  kill_and_reap(start_holder());
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "index");
  EXPECT_TRUE(lock) << lock.error().message();
}

TEST_F(StorageLock, SurvivesReadingTheFileInItsOwnProcess) {
  // A POSIX record lock would be lost by closing any descriptor of the file.
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "index");
  ASSERT_TRUE(lock);
  project_.read("state/lock");
  EXPECT_FALSE(WriteLock::acquire(folder(), "serve"));
}

TEST_F(StorageLock, AFolderThatCannotBeMadeIsSaidSo) {
  project_.write("state", "a file in the way");
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "");
  ASSERT_FALSE(lock);
  EXPECT_EQ(ErrorKind::io, lock.error().kind);
}

}  // namespace
}  // namespace dg
