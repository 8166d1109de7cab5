// What is tried again and for how long: counted on a clock of the test's own.

#include <gtest/gtest.h>

#include <cerrno>

#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg {
namespace {

using std::chrono::microseconds;

/// A clock that only sleeping moves.
struct TestClock {
  std::chrono::steady_clock::time_point now;
  std::vector<microseconds> slept;
  std::function<void()> meanwhile = [] {};
  Waiting waiting() {
    return {[this] { return now; },
            [this](microseconds time) {
              slept.push_back(time);
              now += time;
              meanwhile();
            }};
  }
};

Failure failure(int code) {
  Failure made;
  made.code = code;
  made.text = "as the test wants";
  return made;
}

TEST(StorageRetry, BusyAndLockedAreTriedAgainUntilTheyAreNot) {
  for (const int code : {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY}) {
    TestClock clock;
    int attempts = 0;
    retry_while_busy(
        [&] {
          if (++attempts < 8) throw failure(code);
        },
        clock.waiting());
    EXPECT_EQ(8, attempts);
    EXPECT_EQ(7u, clock.slept.size());
  }
}

TEST(StorageRetry, DelaysDoubleWithJitterUpToASecondAndEndAfterThirty) {
  TestClock clock;
  const auto begun = clock.now;
  int attempts = 0;
  const auto always_busy = [&] {
    ++attempts;
    throw failure(SQLITE_BUSY);
  };
  EXPECT_THROW(retry_while_busy(always_busy, clock.waiting()), Failure);
  EXPECT_EQ(std::chrono::seconds(30), clock.now - begun) << "no longer, and no shorter";
  EXPECT_EQ(static_cast<std::size_t>(attempts), clock.slept.size() + 1);
  microseconds expected{500};
  for (std::size_t i = 0; i + 1 < clock.slept.size(); ++i) {
    EXPECT_GE(clock.slept[i], expected / 2) << i;
    EXPECT_LE(clock.slept[i], expected) << i;
    expected = std::min(expected * 2, microseconds(1'000'000));
  }
  EXPECT_GT(attempts, 30);
  EXPECT_LT(attempts, 90);
}

TEST(StorageRetry, NothingElseIsTriedAgain) {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_CONSTRAINT,
                         SQLITE_READONLY, SQLITE_NOMEM, SQLITE_ERROR, SQLITE_INTERRUPT}) {
    TestClock clock;
    int attempts = 0;
    const auto fails = [&] {
      ++attempts;
      throw failure(code);
    };
    EXPECT_THROW(retry_while_busy(fails, clock.waiting()), Failure);
    EXPECT_EQ(1, attempts) << code;
    EXPECT_TRUE(clock.slept.empty());
  }
}

class StorageBusy : public ::testing::Test {
 protected:
  void SetUp() override {
    Store::Options options{folder_.path("x/deltagraph.db"), "", {}};
    options.waiting = clock_.waiting();
    Result<std::unique_ptr<Store>> opened = Store::open(options);
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = *std::move(opened);
    other_ = Connection(options.database, Connection::Mode::read_write);
    other_.execute("BEGIN IMMEDIATE");
  }
  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  TestClock clock_;
  std::unique_ptr<Store> store_;
  Connection other_;  ///< Has the file's write lock.
  HandmadeProject project_;
};

TEST_F(StorageBusy, ACommitWaitsForAnotherProgramsTransaction) {
  clock_.meanwhile = [this] {
    if (clock_.slept.size() == 3) other_.execute("COMMIT");
  };
  const Result<CommitCounts> counts =
      store_->commit(delta_of({project_.put("a.js", {{"f"}})}), at_sequence(1));
  ASSERT_TRUE(counts) << counts.error().message();
  EXPECT_EQ(3u, clock_.slept.size());
}

TEST_F(StorageBusy, ACommitThatWaitedTooLongFailsAndCanBeRepeated) {
  const Delta delta = delta_of({project_.put("a.js", {{"f"}})});
  const Result<CommitCounts> counts = store_->commit(delta, at_sequence(1));
  ASSERT_FALSE(counts);
  EXPECT_EQ(ErrorKind::busy, counts.error().kind);
  other_.execute("COMMIT");
  EXPECT_TRUE(store_->commit(delta, at_sequence(1)));
}

/// A full disk is told by errno: SQLite itself often says no more than that a write failed.
TEST(StorageRetryOnDisk, AFullDiskFailsAtOnceByItsErrno) {
  for (const int cause : {ENOSPC, EDQUOT, EIO}) {
    TestClock clock;
    const TempProject folder;
    FaultVfs vfs("full-disk");
    Store::Options options{folder.path("x/deltagraph.db"), "", vfs.name()};
    options.waiting = clock.waiting();
    const Result<std::unique_ptr<Store>> store = Store::open(options);
    ASSERT_TRUE(store) << store.error().message();
    HandmadeProject project;
    vfs.arm(FaultVfs::write, 1, cause, FaultVfs::Duration::from_then_on);
    const Result<CommitCounts> counts =
        (*store)->commit(delta_of({project.put("a.js", {{"f"}})}), at_sequence(1));
    vfs.disarm();
    ASSERT_FALSE(counts);
    EXPECT_EQ(cause == EIO ? ErrorKind::io : ErrorKind::disk_full, counts.error().kind);
    EXPECT_TRUE(clock.slept.empty());
  }
}

/// The attempts after the first begin with a connection of their own.
TEST(StorageRetryOnDisk, AFullDiskFailsAtOnceHoweverOftenItIsTried) {
  for (const unsigned operations :
       {FaultVfs::write + 0u, FaultVfs::write | FaultVfs::truncate | FaultVfs::sync,
        FaultVfs::sync + 0u, FaultVfs::map + 0u, FaultVfs::write | FaultVfs::map}) {
    TestClock clock;
    const TempProject folder;
    FaultVfs vfs("full-disk");
    Store::Options options{folder.path("x/deltagraph.db"), "", vfs.name()};
    options.waiting = clock.waiting();
    const Result<std::unique_ptr<Store>> store = Store::open(options);
    ASSERT_TRUE(store) << store.error().message();
    HandmadeProject project;
    const Delta first = delta_of({project.put("a.js", {{"f"}})});
    ASSERT_TRUE((*store)->commit(first, at_sequence(1)));
    const Delta second = delta_of({project.put("b.js", {{"g"}})});
    vfs.arm(operations, 1, ENOSPC, FaultVfs::Duration::from_then_on);
    for (int attempt = 0; attempt < 4; ++attempt) {
      const Result<CommitCounts> counts = (*store)->commit(second, at_sequence(2));
      // With `normal`, a commit syncs nothing.
      if (counts) break;
      EXPECT_EQ(ErrorKind::disk_full, counts.error().kind)
          << operations << ", attempt " << attempt << ": " << counts.error().message();
      EXPECT_TRUE(clock.slept.empty()) << operations << ", attempt " << attempt;
      clock.slept.clear();
    }
    vfs.disarm();
    EXPECT_TRUE((*store)->commit(second, at_sequence(2)));
    EXPECT_TRUE(clock.slept.empty()) << operations;
  }
}

}  // namespace
}  // namespace dg
