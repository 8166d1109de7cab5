// The write lock: one owner, told by name, gone with its process.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <vector>

#include "storage/lock.h"
#include "storage/sqlite/connection.h"
#include "storage/store.h"
#include "tests/modules/storage_test_support.h"
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

TEST_F(StorageLock, TellsWhoHoldsItOnlyWhileItIsHeld) {
  EXPECT_FALSE(WriteLock::is_held(folder())) << "there is no folder yet";
  EXPECT_FALSE(WriteLock::holder(folder()));
  {
    const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "index");
    ASSERT_TRUE(lock);
    (*lock)->sign("service", "/run/user/1/two words\nand lines.sock");
    const std::optional<LockHolder> holder = WriteLock::holder(folder());
    ASSERT_TRUE(holder);
    EXPECT_EQ(::getpid(), holder->pid);
    EXPECT_EQ("service", holder->work);
    EXPECT_EQ("/run/user/1/two words\nand lines.sock", holder->socket);
    EXPECT_TRUE(WriteLock::is_held(folder()));
  }
  EXPECT_FALSE(WriteLock::is_held(folder()));
  EXPECT_FALSE(WriteLock::holder(folder()));
}

TEST_F(StorageLock, ANameThatTheKernelDoesNotConfirmIsNotBelieved) {
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "index");
  ASSERT_TRUE(lock);
  for (const char* text : {"1 service\n/x.sock\n", "", "-1 index\n", "nobody\n"}) {
    project_.write("state/lock", text);
    EXPECT_TRUE(WriteLock::is_held(folder()));
    EXPECT_FALSE(WriteLock::holder(folder())) << text;
  }
}

/// Processes that want the lock until they have it, tell so by a byte, and keep it until they die.
class Contenders {
 public:
  Contenders(const std::filesystem::path& folder, int count) {
    EXPECT_EQ(0, ::pipe(told_));
    int go[2];
    EXPECT_EQ(0, ::pipe(go));
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        char byte = 0;
        ::close(go[1]);
        if (::read(go[0], &byte, 1) != 0) ::_exit(1);  // Until all are there.
        contend(folder);
      }
      children_.push_back(child);
    }
    ::close(go[0]);
    ::close(go[1]);
  }
  ~Contenders() {
    for (const pid_t child : children_) ::kill(child, SIGKILL);
    for (const pid_t child : children_) ::waitpid(child, nullptr, 0);
    ::close(told_[0]);
    ::close(told_[1]);
  }
  Contenders(const Contenders&) = delete;
  Contenders& operator=(const Contenders&) = delete;

  pid_t next_owner() const {
    pid_t owner = 0;
    EXPECT_EQ(static_cast<ssize_t>(sizeof owner), ::read(told_[0], &owner, sizeof owner));
    return owner;
  }
  void kill(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::erase(children_, child);
  }

 private:
  [[noreturn]] void contend(const std::filesystem::path& folder) const {
    while (true) {
      const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder, "contend");
      if (!lock && lock.error().kind != ErrorKind::busy) ::_exit(2);
      if (!lock) {
        ::sched_yield();
        continue;
      }
      const pid_t self = ::getpid();
      if (::write(told_[1], &self, sizeof self) != sizeof self) ::_exit(3);
      while (true) ::pause();
    }
  }

  int told_[2] = {-1, -1};
  std::vector<pid_t> children_;
};

TEST_F(StorageLock, R23_OfFiftyAtOnceOneHasItAndWhenThatDiesAnother) {
  Contenders all(folder(), 50);
  pid_t before = 0;
  for (int round = 0; round < 5; ++round) {
    const pid_t owner = all.next_owner();
    EXPECT_NE(before, owner);
    const std::optional<LockHolder> holder = WriteLock::holder(folder());
    ASSERT_TRUE(holder);
    EXPECT_EQ(owner, holder->pid) << "nobody else has it while it lives";
    all.kill(owner);
    before = owner;
  }
}

/// RELIABILITY R-33: an old database that lacks what this program's schema has.
TEST_F(StorageLock, R33_TwentyStartsOnAnOldDatabaseMakeItWholeOnce) {
  const std::filesystem::path database = folder() / "deltagraph.db";
  ASSERT_TRUE(Store::open({database, "", {}}));
  edit_behind_its_back(database, "DROP INDEX idx_atoms_updated_at; DROP INDEX idx_atoms_name;");
  std::vector<pid_t> children;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      // Without the lock, so that they really meet: SQLite's own has to do.
      const Result<std::unique_ptr<Store>> store = Store::open({database, "", {}});
      const Result<std::string> integrity =
          store ? (*store)->integrity() : Result<std::string>(store.error());
      if (!integrity) std::fprintf(stderr, "%s\n", integrity.error().message().c_str());
      ::_exit(integrity && *integrity == "ok" ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(0, status);
  }
  Connection look(database, Connection::Mode::read_only);
  EXPECT_EQ(2, look.integer("SELECT count(*) FROM sqlite_schema WHERE name IN "
                            "('idx_atoms_updated_at', 'idx_atoms_name')"));
}

TEST_F(StorageLock, AFolderThatCannotBeMadeIsSaidSo) {
  project_.write("state", "a file in the way");
  const Result<std::unique_ptr<WriteLock>> lock = WriteLock::acquire(folder(), "");
  ASSERT_FALSE(lock);
  EXPECT_EQ(ErrorKind::io, lock.error().kind);
}

}  // namespace
}  // namespace dg
