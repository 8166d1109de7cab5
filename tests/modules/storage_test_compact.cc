// A compacted log: what is kept, what is lost, and that it is still a log.

#include <gtest/gtest.h>

#include "storage/history/compact.h"
#include "storage/history/history.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageCompact : public ::testing::Test {
 protected:
  StorageCompact() { open(); }

  std::filesystem::path database() const { return folder_.root() / ".deltagraph/deltagraph.db"; }
  void open() {
    Result<std::unique_ptr<Store>> opened = Store::open({database(), "options", {}});
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = *std::move(opened);
  }
  /// Commits, and remembers each file's state after it.
  void commit(std::vector<FileDelta> files) {
    const Result<CommitCounts> counts =
        store_->commit(delta_of(std::move(files)), at_sequence(++sequence_));
    ASSERT_TRUE(counts) << counts.error().message();
    std::map<FileId, FileState> now;
    for (const auto& [path, file] : project_.files()) now.emplace(file->id, file_state_of(*file));
    then_[sequence_] = std::move(now);
  }
  /// a.js is written by every commit but the fourth, b.js by the first two, c.js is gone again.
  void six_commits() {
    commit({project_.put("a.js", {function(1), function(2)}), project_.put("b.js", {function(3)})});
    commit({project_.put("b.js", {function(3, 8)}), project_.put("c.js", {function(4)}),
            project_.put("a.js", {function(2)})});
    commit({project_.remove("c.js"), project_.put("a.js", {function(2, 5)}, 3)});
    commit({project_.put("d.js", {function(5)})});
    commit({project_.put("a.js", {function(2, 6), function(1)}, 5)});
    commit({project_.put("a.js", {function(2, 6)}, 6)});
  }
  static FunctionSpec function(int name, std::uint64_t body = 1) {
    FunctionSpec spec;
    spec.name = "f" + std::to_string(name);
    spec.line = static_cast<std::uint32_t>(name);
    spec.body = body;
    return spec;
  }
  void expect_states(std::uint64_t from) {
    const auto reader = *store_->reader();
    std::vector<FileId> every;
    for (std::uint32_t id = 1; id < 20; ++id) every.push_back(FileId{id});
    for (const auto& [sequence, files] : then_) {
      if (sequence < from) continue;
      const auto states = reader->history().files_at(Sequence{sequence}, every);
      ASSERT_TRUE(states) << states.error().message();
      ASSERT_EQ(states->size(), files.size()) << "sequence " << sequence;
      for (const FileState& state : *states) {
        EXPECT_TRUE(state == files.at(state.id)) << state.path << " at sequence " << sequence;
      }
    }
  }
  void expect_whole_chain(std::uint64_t transactions) {
    const Result<ChainCheck> check = (*store_->reader())->verify_chain();
    ASSERT_TRUE(check) << check.error().message();
    EXPECT_TRUE(check->breaks.empty()) << check->breaks.front().reason;
    EXPECT_EQ(check->transactions, transactions);
    EXPECT_FALSE(check->head.empty());
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  std::unique_ptr<Store> store_;
  HandmadeProject project_;
  std::uint64_t sequence_ = 0;
  std::map<std::uint64_t, std::map<FileId, FileState>> then_;
};

TEST_F(StorageCompact, EveryLaterStateAndTheChainAreKept) {
  six_commits();
  const std::string stored = describe(*store_->load());
  const Result<Compaction> plan = plan_compaction(database(), Sequence{4});
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->commits, 3u);
  expect_whole_chain(6);
  store_.reset();
  const Result<Compaction> done = compact(database(), Sequence{4});
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->events, plan->events);

  open();
  expect_states(4);
  expect_whole_chain(3);
  EXPECT_EQ(describe(*store_->load()), stored) << "the present is not touched";
  const auto extent = (*store_->reader())->history().extent();
  ASSERT_TRUE(extent);
  EXPECT_TRUE(extent->compacted);
  EXPECT_EQ(extent->first, Sequence{4});
  EXPECT_EQ(extent->last, Sequence{6});
}

TEST_F(StorageCompact, TheLogGoesOnAndIsCompactedAgain) {
  six_commits();
  store_.reset();
  ASSERT_TRUE(compact(database(), Sequence{3}));
  open();
  commit({project_.put("b.js", {function(3, 9)}), project_.remove("d.js")});
  commit({project_.put("c.js", {function(4)})});
  expect_states(3);
  expect_whole_chain(6);
  store_.reset();
  const Result<Compaction> again = compact(database(), Sequence{7});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->commits, 4u);
  open();
  expect_states(7);
  expect_whole_chain(2);
  store_.reset();
  const Result<Compaction> nothing = compact(database(), Sequence{7});
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->commits, 0u);
  const Result<Compaction> none = compact(database(), Sequence{2});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

TEST_F(StorageCompact, NobodyElseMayShortenTheLogAfterwards) {
  six_commits();
  const auto triggers = [&] {
    return ask(**store_->reader(),
               "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name");
  };
  const std::string before = triggers();
  EXPECT_NE(before.find("atom_events_no_delete"), std::string::npos);
  EXPECT_NE(before.find("file_snapshots_no_delete"), std::string::npos);
  store_.reset();
  ASSERT_TRUE(compact(database(), Sequence{5}));
  open();
  EXPECT_EQ(triggers(), before);
}

TEST_F(StorageCompact, ADamagedLogIsLeftAsItIs) {
  six_commits();
  store_.reset();
  edit_behind_its_back(database(), "DELETE FROM atom_events WHERE id = 1");
  const Result<Compaction> refused = compact(database(), Sequence{4});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
  const Result<std::unique_ptr<Reader>> reader = open_reader(database());
  ASSERT_TRUE(reader);
  EXPECT_EQ(ask(**reader, "SELECT count(*), min(sequence) FROM transactions"), "6|1");
}

}  // namespace
}  // namespace dg
