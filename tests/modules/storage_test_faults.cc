// A disk that fails: for every n the n-th operation of a commit, an open or a checkpoint fails, and
// afterwards the database holds the old or the new state, whole (RELIABILITY ).

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg {
namespace {

constexpr unsigned kWrites = FaultVfs::write | FaultVfs::sync | FaultVfs::truncate;
constexpr std::uint64_t kEnough = 2000;  // No sweep here has as many steps.

struct Fault {
  const char* name;
  unsigned operations;
  int system_errno;
  FaultVfs::Duration duration;
};

class StorageFaults : public ::testing::TestWithParam<Fault> {
 protected:
  std::filesystem::path database() const { return folder_.root() / "state/deltagraph.db"; }
  Result<std::unique_ptr<Store>> open(const std::string& vfs) {
    return Store::open({database(), "", vfs});
  }
  /// The stored state as another process would find it.
  std::string stored() {
    const Result<std::unique_ptr<Store>> store = open("");
    if (!store) return store.error().message();
    const Result<std::string> integrity = (*store)->integrity();
    if (!integrity) return integrity.error().message();
    if (*integrity != "ok") return *integrity;
    const Result<StoredProject> project = (*store)->load();
    return project ? describe(*project) : project.error().message();
  }
  /// Puts the first commit's database there, and nothing else.
  void make() {
    std::filesystem::remove_all(database().parent_path());
    if (!made_.empty()) {
      folder_.write("state/deltagraph.db", made_);
      return;
    }
    {
      const Result<std::unique_ptr<Store>> store = open("");
      ASSERT_TRUE(store) << store.error().message();
      const Delta first =
          delta_of({project_.put("a.js", functions(0)), project_.put("b.js", functions(1))});
      ASSERT_TRUE((*store)->commit(first, at_sequence(1)));
    }
    made_ = file_bytes(database());
    old_state_ = describe(project_, 1);
    second_ = delta_of({project_.put("a.js", functions(2), 1), project_.put("c.js", functions(3)),
                        project_.remove("b.js")});
    new_state_ = describe(project_, 2);
  }
  static std::vector<FunctionSpec> functions(std::uint32_t seed) {
    std::vector<FunctionSpec> all;
    for (std::uint32_t i = 0; i < 12; ++i) {
      all.push_back({"handle" + std::to_string(i),
                     i * 9 + 1,
                     "f(" + std::to_string(seed) + ")",
                     "About it.",
                     {"a.js::handle" + std::to_string((i + seed) % 12)},
                     {"x" + std::to_string(seed)},
                     seed});
    }
    return all;
  }
  void arm(std::uint64_t n) {
    vfs_.arm(GetParam().operations, n, GetParam().system_errno, GetParam().duration);
  }
  ErrorKind expected_kind() const {
    return GetParam().system_errno == ENOSPC ? ErrorKind::disk_full : ErrorKind::io;
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  FaultVfs vfs_{"fault"};
  HandmadeProject project_;
  Delta second_;
  std::string made_;  ///< Bytes of the database after the first commit.
  std::string old_state_, new_state_;
};

TEST_P(StorageFaults, R04_ACommitIsWholeOrNotThere) {
  bool done = false;
  std::uint64_t fired = 0;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, kEnough);
    make();
    bool committed = false;
    {
      Result<std::unique_ptr<Store>> store = open(vfs_.name());
      ASSERT_TRUE(store) << store.error().message();
      arm(n);
      const Result<CommitCounts> counts = (*store)->commit(second_, at_sequence(2));
      committed = static_cast<bool>(counts);
      done = !vfs_.fired();
      fired += vfs_.fired() ? 1 : 0;
      if (!committed) {
        EXPECT_EQ(expected_kind(), counts.error().kind) << counts.error().message();
        // The process dies here: nothing more reaches the disk.
        vfs_.arm(kWrites, 1, EIO, FaultVfs::Duration::from_then_on);
      }
    }
    vfs_.disarm();
    const std::string found = stored();
    if (committed) {
      EXPECT_EQ(new_state_, found) << "after failure " << n;
    } else {
      EXPECT_TRUE(found == old_state_ || found == new_state_) << "after failure " << n << "\n"
                                                              << found;
    }
  }
  EXPECT_GT(fired, 3u) << "the sweep met something to fail";
}

TEST_P(StorageFaults, TheStoreGoesOnAfterAFailure) {
  bool done = false;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, kEnough);
    make();
    Result<std::unique_ptr<Store>> store = open(vfs_.name());
    ASSERT_TRUE(store) << store.error().message();
    arm(n);
    Result<CommitCounts> counts = (*store)->commit(second_, at_sequence(2));
    done = !vfs_.fired();
    vfs_.disarm();
    if (!counts) counts = (*store)->commit(second_, at_sequence(2));
    ASSERT_TRUE(counts) << "after failure " << n << ": " << counts.error().message();
    const Result<StoredProject> loaded = (*store)->load();
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(new_state_, describe(*loaded)) << "after failure " << n;
    const Result<std::string> integrity = (*store)->integrity();
    ASSERT_TRUE(integrity);
    EXPECT_EQ("ok", *integrity);
  }
}

TEST_P(StorageFaults, ACheckpointLosesNothing) {
  bool done = false;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, kEnough);
    make();
    {
      Result<std::unique_ptr<Store>> store = open(vfs_.name());
      ASSERT_TRUE(store);
      ASSERT_TRUE((*store)->commit(second_, at_sequence(2)));
      arm(n);
      const Result<> checkpointed = (*store)->checkpoint();
      done = !vfs_.fired();
      if (!checkpointed) {
        EXPECT_EQ(expected_kind(), checkpointed.error().kind) << checkpointed.error().message();
      }
      vfs_.arm(kWrites, 1, EIO, FaultVfs::Duration::from_then_on);
    }
    vfs_.disarm();
    EXPECT_EQ(new_state_, stored()) << "after failure " << n;
  }
}

TEST_P(StorageFaults, AnOpenThatFailsCanBeRepeated) {
  bool done = false;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, kEnough);
    std::filesystem::remove_all(database().parent_path());
    arm(n);
    {
      const Result<std::unique_ptr<Store>> store = open(vfs_.name());
      done = !vfs_.fired();
      if (!store) {
        EXPECT_EQ(expected_kind(), store.error().kind) << store.error().message();
      }
    }
    vfs_.disarm();
    EXPECT_EQ("sequence 0\n", stored()) << "after failure " << n;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Disk, StorageFaults,
    ::testing::Values(Fault{"FullOnce", kWrites, ENOSPC, FaultVfs::Duration::once},
                      Fault{"FullFromThenOn", kWrites, ENOSPC, FaultVfs::Duration::from_then_on},
                      Fault{"BrokenOnce", kWrites, EIO, FaultVfs::Duration::once},
                      Fault{"BrokenFromThenOn", kWrites, EIO, FaultVfs::Duration::from_then_on}),
    [](const ::testing::TestParamInfo<Fault>& fault) { return std::string(fault.param.name); });

/// RELIABILITY R-05: what a failed sync left behind is unknown, also to the kernel that failed it.
TEST(StorageSync, R05_AfterAFailedOneTheFileIsCheckedBeforeItIsWrittenTo) {
  for (const bool damaged : {false, true}) {
    const TempProject folder;
    FaultVfs vfs("failing-sync");
    const std::filesystem::path database = folder.path("x/deltagraph.db");
    HandmadeProject project;
    Result<std::unique_ptr<Store>> store = Store::open({database, "", vfs.name()});
    ASSERT_TRUE(store) << store.error().message();
    ASSERT_TRUE((*store)->commit(delta_of({project.put("a.js", {{"f"}})}), at_sequence(1)));
    ASSERT_TRUE((*store)->checkpoint());
    ASSERT_TRUE((*store)->commit(delta_of({project.put("b.js", {{"g"}})}), at_sequence(2)));
    vfs.arm(FaultVfs::sync, 1, EIO, FaultVfs::Duration::once);
    const Result<> checkpointed = (*store)->checkpoint();
    ASSERT_TRUE(vfs.fired());
    ASSERT_FALSE(checkpointed);
    if (damaged) {
      // A page that no commit looks at: only a check of all finds it.
      Connection look(database, Connection::Mode::read_write);
      const std::int64_t page = look.integer(
          "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = 'system_files'");
      ASSERT_GT(page, 1);
      std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp((page - 1) * look.integer("PRAGMA page_size"));
      file << std::string(200, '\xff');
    }
    const Result<CommitCounts> counts =
        (*store)->commit(delta_of({project.put("c.js", {{"h"}})}), at_sequence(3));
    EXPECT_EQ(!damaged, static_cast<bool>(counts));
    if (!counts) {
      EXPECT_EQ(ErrorKind::corrupt, counts.error().kind) << counts.error().message();
      EXPECT_FALSE((*store)->checkpoint()) << "and nothing else writes to it";
    }
  }
}

}  // namespace
}  // namespace dg
