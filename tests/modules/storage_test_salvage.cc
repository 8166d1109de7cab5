// Damaged pages: what is left of the history is saved, row by row, and what is lost is counted.

#include <gtest/gtest.h>

#include "storage/backup/salvage.h"
#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageSalvage : public ::testing::Test {
 protected:
  StorageSalvage() {
    const Result<std::unique_ptr<Store>> store = Store::open({old_, "", {}});
    if (!store) throw std::runtime_error(store.error().message());
    HandmadeProject project;
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      std::vector<FunctionSpec> functions;
      for (std::uint32_t i = 0; i < 80; ++i) {
        functions.push_back(
            {"f" + std::to_string(i), i * 3 + 1, "f(" + std::to_string(sequence) + ")"});
      }
      const Delta delta = delta_of({project.put("a.js", functions, sequence)});
      if (!(*store)->commit(delta, at_sequence(sequence))) throw std::runtime_error("no commit");
    }
  }
  /// Overwrites leaf pages of the events, every `step`th.
  int damage(int step) {
    std::string bytes = file_bytes(old_);
    int pages = 0;
    {
      Connection connection(old_, Connection::Mode::read_only);
      Statement leaves = connection.prepare(
          "SELECT pageno FROM dbstat WHERE name = 'atom_events' AND pagetype = 'leaf'");
      for (int i = 0; leaves.step(); ++i) {
        if (i % step != 1) continue;
        const auto at = static_cast<std::size_t>(leaves.integer(0) - 1) * 4096;
        for (std::size_t k = 0; k < 4096; ++k) bytes[at + k] = static_cast<char>(k * 31 + 7);
        ++pages;
      }
    }
    folder_.write("old.db", bytes);
    return pages;
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  std::filesystem::path old_ = folder_.path("old.db"), new_ = folder_.path("new.db");
};

TEST_F(StorageSalvage, OfAWholeFileNothingIsLost) {
  const Result<Salvage> saved = salvage(old_, new_);
  ASSERT_TRUE(saved) << saved.error().message();
  EXPECT_EQ(241u, saved->saved);
  EXPECT_EQ(0u, saved->lost);
  const Result<std::unique_ptr<Reader>> reader = open_reader(new_);
  ASSERT_TRUE(reader);
  EXPECT_EQ("a.js::f7|create|0|1\na.js::f7|update|1|2\na.js::f7|update|2|3",
            ask(**reader,
                "SELECT atom, event_type, previous_version, new_version FROM "
                "salvaged_events WHERE atom = 'a.js::f7' ORDER BY id"));
}

TEST_F(StorageSalvage, R07_BetweenDamagedPagesTheRestIsSaved) {
  const int pages = damage(3);
  ASSERT_GE(pages, 2);
  const Result<Salvage> saved = salvage(old_, new_);
  ASSERT_TRUE(saved) << saved.error().message();
  EXPECT_GT(saved->saved, 100u);
  EXPECT_GT(saved->lost, 0u);
  EXPECT_EQ(241u, saved->saved + saved->lost);
  const Result<std::unique_ptr<Store>> store = Store::open({new_, "", {}});
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_EQ(Sequence{0}, (*store)->load()->sequence) << "its own log begins anew";
}

TEST_F(StorageSalvage, OfWhatIsNoDatabaseNothingIsSaid) {
  folder_.write("old.db", std::string(10'000, 'x'));
  const Result<Salvage> saved = salvage(old_, new_);
  ASSERT_TRUE(saved) << saved.error().message();
  EXPECT_EQ(0u, saved->saved);
  EXPECT_TRUE(saved->lost_unknown);
}

}  // namespace
}  // namespace dg
