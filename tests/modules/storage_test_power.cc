// Loss of power: of what was written and not synced, any part may be gone (RELIABILITY R-02); and a
// write-ahead log that was cut, removed or exchanged.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/modules/storage_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg {
namespace {

/// A database of three commits, and the states that it went through.
class StorageDisk : public ::testing::Test {
 protected:
  StorageDisk() {
    const Result<std::unique_ptr<Store>> store = Store::open({database(), "", {}});
    if (!store) throw std::runtime_error(store.error().message());
    states_.push_back(describe(project_, 0));
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      deltas_.push_back(delta_of({project_.put("a.js", functions(sequence), sequence),
                                  project_.put("b.js", functions(sequence + 9), sequence)}));
      states_.push_back(describe(project_, sequence));
      if (sequence != 1) continue;
      if (!(*store)->commit(deltas_[0], at_sequence(1))) throw std::runtime_error("no commit");
    }
  }
  std::filesystem::path database() const { return folder_.root() / "x/deltagraph.db"; }
  static std::vector<FunctionSpec> functions(std::uint64_t seed) {
    std::vector<FunctionSpec> all;
    for (std::uint32_t i = 0; i < 8; ++i) {
      all.push_back({"handle" + std::to_string(i),
                     i * 9 + 1,
                     "f(" + std::to_string(seed) + ")",
                     "About it.",
                     {},
                     {"x" + std::to_string(seed)},
                     seed});
    }
    return all;
  }
  /// Which of the states the database has, whole; -1 and a failure where it has none.
  int state_found() {
    const Result<std::unique_ptr<Store>> store = Store::open({database(), "", {}});
    if (!store) {
      ADD_FAILURE() << store.error().message();
      return -1;
    }
    const Result<std::string> integrity = (*store)->integrity();
    EXPECT_TRUE(integrity && *integrity == "ok") << (integrity ? *integrity : "");
    const Result<std::unique_ptr<Reader>> reader = (*store)->reader();
    const Result<ChainCheck> chain = (*reader)->verify_chain();
    EXPECT_TRUE(chain && chain->breaks.empty())
        << (chain ? chain->broken()->reason : chain.error().message());
    const Result<StoredProject> project = (*store)->load();
    const std::string found = project ? describe(*project) : project.error().message();
    const auto at = std::find(states_.begin(), states_.end(), found);
    if (at != states_.end()) return static_cast<int>(at - states_.begin());
    ADD_FAILURE() << "no state of any commit: " << found;
    return -1;
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  HandmadeProject project_;
  std::vector<Delta> deltas_;
  std::vector<std::string> states_;
};

class StoragePower : public StorageDisk, public ::testing::WithParamInterface<Synchronous> {};

TEST_P(StoragePower, R02_WhatIsLostIsWholeCommitsAndWithFullNone) {
  constexpr unsigned kWrites = FaultVfs::write | FaultVfs::sync | FaultVfs::truncate;
  const std::string made = file_bytes(database());
  FaultVfs vfs("power", true);
  bool done = false;
  int lost = 0;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, 1000u);
    SCOPED_TRACE("operation " + std::to_string(n));
    std::filesystem::remove_all(database().parent_path());
    folder_.write("x/deltagraph.db", made);
    int acknowledged = 1;
    {
      const auto store = Store::open({database(), "", vfs.name(), GetParam()});
      ASSERT_TRUE(store) << store.error().message();
      vfs.lose_power_at(kWrites, n);
      for (std::uint64_t sequence : {2u, 3u}) {
        if (vfs.fired()) break;  // Nobody is there to go on.
        if ((*store)->commit(deltas_[sequence - 1], at_sequence(sequence))) ++acknowledged;
        if (!vfs.fired()) static_cast<void>((*store)->checkpoint());
      }
      done = !vfs.fired();
    }
    if (done) break;
    vfs.wake_up(n);
    const int found = state_found();
    EXPECT_GE(found, 1);
    if (GetParam() == Synchronous::full) {
      EXPECT_GE(found, acknowledged) << "an acknowledged commit is gone";
    }
    lost += found < acknowledged ? 1 : 0;
  }
  if (GetParam() == Synchronous::normal) {
    EXPECT_GT(lost, 0) << "unsynced writes were never lost: the test shows nothing";
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, StoragePower,
                         ::testing::Values(Synchronous::normal, Synchronous::full),
                         [](const ::testing::TestParamInfo<Synchronous>& setting) {
                           return std::string(setting.param == Synchronous::full ? "Full"
                                                                                 : "Normal");
                         });

class StorageLog : public StorageDisk {
 protected:
  StorageLog() {
    const Result<std::unique_ptr<Store>> store = Store::open({database(), "", {}});
    if (!store) throw std::runtime_error(store.error().message());
    for (std::uint64_t sequence : {2u, 3u}) {
      if (!(*store)->commit(deltas_[sequence - 1], at_sequence(sequence)))
        throw std::runtime_error("no commit");
    }
    main_ = file_bytes(database());
    log_ = file_bytes(database().string() + "-wal");
  }
  void put(const std::string& log) {
    std::filesystem::remove_all(database().parent_path());
    folder_.write("x/deltagraph.db", main_);
    if (!log.empty()) folder_.write("x/deltagraph.db-wal", log);
  }
  std::string main_, log_;
};

TEST_F(StorageLog, R08_CutAnywhereItGivesTheCommitsThatAreWhole) {
  ASSERT_GT(log_.size(), 20'000u);
  int last = 1;
  std::set<int> seen;
  for (std::size_t size = 0; size <= log_.size(); size += 512) {
    SCOPED_TRACE("cut at " + std::to_string(size) + " of " + std::to_string(log_.size()));
    put(log_.substr(0, size));
    const Result<StoredProject> project = load_project(database());
    ASSERT_TRUE(project) << project.error().message();
    const auto at = std::find(states_.begin(), states_.end(), describe(*project));
    ASSERT_NE(at, states_.end()) << describe(*project);
    const int found = static_cast<int>(at - states_.begin());
    EXPECT_GE(found, last) << "more of the log gives no less";
    if (found != last) {
      EXPECT_EQ(found, state_found()) << "the same for who goes on writing";
    }
    last = found;
    seen.insert(found);
  }
  put(log_);
  EXPECT_EQ(3, state_found());
  EXPECT_TRUE(seen.contains(1) && seen.contains(2)) << "the cuts met each commit";
}

TEST_F(StorageLog, R08_RemovedItTakesItsCommitsAlong) {
  put("");
  EXPECT_EQ(1, state_found());
}

/// The log of another database is one that SQLite cannot tell from its own. What it makes of the
/// file is the other database's state, or found out.
TEST_F(StorageLog, R08_OfAnotherDatabaseItIsFoundOut) {
  HandmadeProject other;
  const std::filesystem::path another = folder_.root() / "y/deltagraph.db";
  {
    const Result<std::unique_ptr<Store>> store = Store::open({another, "", {}});
    ASSERT_TRUE(store);
    std::vector<FileDelta> files;
    for (int i = 0; i < 40; ++i)
      files.push_back(other.put("other" + std::to_string(i) + ".js", functions(77)));
    ASSERT_TRUE((*store)->commit(delta_of(std::move(files)), at_sequence(1)));
    ASSERT_TRUE((*store)->checkpoint());
    ASSERT_TRUE((*store)->commit(delta_of({other.put("z.js", functions(5))}), at_sequence(2)));
    put(file_bytes(another.string() + "-wal"));
  }
  const Result<std::unique_ptr<Store>> store = Store::open({database(), "", {}});
  bool found_out = !store && store.error().kind == ErrorKind::corrupt;
  if (store) {
    const Result<std::string> integrity = (*store)->integrity();
    const Result<StoredProject> project = (*store)->load();
    const Result<std::unique_ptr<Reader>> reader = (*store)->reader();
    const Result<ChainCheck> chain = reader ? (*reader)->verify_chain() : reader.error();
    found_out =
        !integrity || *integrity != "ok" || !project || !chain || chain->broken() != nullptr;
  }
  EXPECT_TRUE(found_out);
}

/// Times are told as the clock was, and ids rise whatever it does: here the last commit was
/// made by one that was far ahead.
TEST_F(StorageDisk, R29_AfterAClockThatWasAheadTimesAreTrueAndIdsRiseStill) {
  edit_behind_its_back(database(),
                       "UPDATE transactions SET committed_ms = 4294967296000, "
                       "id = '03e80000-0000-7001-8000-000000000000'");
  constexpr std::int64_t kTrueTime = 1'763'000'000'000;
  Store::Options options{database(), "", {}};
  options.clock = [] { return kTrueTime; };
  const Result<std::unique_ptr<Store>> store = Store::open(options);
  ASSERT_TRUE(store) << store.error().message();
  for (std::uint64_t sequence : {2u, 3u}) {
    TransactionInfo info = at_sequence(sequence);
    info.id.clear();
    const Result<CommitCounts> counts = (*store)->commit(deltas_[sequence - 1], info);
    ASSERT_TRUE(counts) << counts.error().message();
    EXPECT_EQ(kTrueTime, counts->committed_ms);
  }
  const Result<std::unique_ptr<Reader>> reader = (*store)->reader();
  EXPECT_EQ("0", ask(**reader,
                     "SELECT count(*) FROM transactions a JOIN transactions b "
                     "ON b.sequence = a.sequence + 1 AND b.id <= a.id"));
}

}  // namespace
}  // namespace dg
