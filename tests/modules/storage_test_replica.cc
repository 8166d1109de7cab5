// Replica ids: made with the file, kept by it, and given anew to a copy.

#include <gtest/gtest.h>

#include "storage/backup/backup.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

struct Identity {
  std::string replica, copied_from;
};

Identity opened(const std::filesystem::path& database) {
  const Result<std::unique_ptr<Store>> store = Store::open({database, "", {}});
  if (!store) {
    ADD_FAILURE() << store.error().message();
    return {};
  }
  const Result<StoredProject> project = (*store)->load();
  return project ? Identity{project->replica, project->copied_from} : Identity{};
}

TEST(StorageReplica, AFileKeepsItsIdWhenItIsRenamed) {
  const TempProject folder;
  const Identity made = opened(folder.path("a/deltagraph.db"));
  EXPECT_EQ(36u, made.replica.size());
  EXPECT_EQ('7', made.replica[14]);
  EXPECT_EQ("", made.copied_from);
  EXPECT_EQ(made.replica, opened(folder.path("a/deltagraph.db")).replica);
  std::filesystem::rename(folder.path("a"), folder.path("b"));
  EXPECT_EQ(made.replica, opened(folder.path("b/deltagraph.db")).replica);
  EXPECT_NE(made.replica, opened(folder.path("other/deltagraph.db")).replica);
}

TEST(StorageReplica, ACopyGetsItsOwnIdAndSaysOfWhatItIsACopy) {
  const TempProject folder;
  const Identity made = opened(folder.path("a/deltagraph.db"));
  std::filesystem::create_directories(folder.path("b"));
  std::filesystem::copy_file(folder.path("a/deltagraph.db"), folder.path("b/deltagraph.db"));
  ASSERT_TRUE(back_up(folder.path("a/deltagraph.db"), folder.path("c/deltagraph.db")));
  const Identity copy = opened(folder.path("b/deltagraph.db"));
  const Identity backup = opened(folder.path("c/deltagraph.db"));
  EXPECT_EQ(made.replica, copy.copied_from);
  EXPECT_EQ(made.replica, backup.copied_from);
  EXPECT_NE(made.replica, copy.replica);
  EXPECT_NE(copy.replica, backup.replica);
  EXPECT_EQ(copy.replica, opened(folder.path("b/deltagraph.db")).replica) << "once only";
  EXPECT_EQ(made.replica, opened(folder.path("a/deltagraph.db")).replica);
}

TEST(StorageReplica, EachTransactionNamesTheReplicaThatWroteIt) {
  const TempProject folder;
  HandmadeProject project;
  {
    const auto store = Store::open({folder.path("a/deltagraph.db"), "", {}});
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->commit(delta_of({project.put("a.js", {{"f"}})}), at_sequence(1)));
  }
  ASSERT_TRUE(back_up(folder.path("a/deltagraph.db"), folder.path("b/deltagraph.db")));
  const auto store = Store::open({folder.path("b/deltagraph.db"), "", {}});
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->commit(delta_of({project.put("b.js", {{"g"}})}), at_sequence(2)));
  const auto reader = (*store)->reader();
  ASSERT_TRUE(reader);
  EXPECT_EQ("1", ask(**reader,
                     "SELECT (SELECT replica FROM transactions WHERE sequence = 1) = "
                     "(SELECT value FROM system_metadata WHERE key = 'copied_from') AND "
                     "(SELECT replica FROM transactions WHERE sequence = 2) = "
                     "(SELECT value FROM system_metadata WHERE key = 'replica')"));
}

}  // namespace
}  // namespace dg
