// The log read back: states of files at every sequence, checkpoints, and the walk through all of
// it.

#include <gtest/gtest.h>

#include "events/digest.h"
#include "events/replay.h"
#include "storage/history/history.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageHistory : public ::testing::Test {
 protected:
  StorageHistory() {
    Result<std::unique_ptr<Store>> opened =
        Store::open({folder_.root() / ".deltagraph/deltagraph.db", "options", {}});
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = *std::move(opened);
  }

  /// Commits, and remembers each file's state after it.
  void commit(std::vector<FileDelta> files) {
    const Delta delta = delta_of(std::move(files));
    const Result<CommitCounts> counts = store_->commit(delta, at_sequence(++sequence_));
    ASSERT_TRUE(counts) << counts.error().message();
    std::map<FileId, FileState> now;
    for (const auto& [path, file] : project_.files()) now.emplace(file->id, file_state_of(*file));
    then_[sequence_] = std::move(now);
  }
  History& history() {
    if (reader_ == nullptr) reader_ = *store_->reader();
    return reader_->history();
  }
  std::string ask(const std::string& sql) {
    static_cast<void>(history());
    return dg::ask(*reader_, sql);
  }
  std::vector<FileId> every_file() const {
    std::vector<FileId> ids;
    for (std::uint32_t id = 1; id < 20; ++id) ids.push_back(FileId{id});
    return ids;
  }
  void expect_every_state() {
    for (const auto& [sequence, files] : then_) {
      const auto states = history().files_at(Sequence{sequence}, every_file());
      ASSERT_TRUE(states) << states.error().message();
      ASSERT_EQ(states->size(), files.size()) << "sequence " << sequence;
      for (const FileState& state : *states) {
        EXPECT_TRUE(state == files.at(state.id)) << state.path << " at sequence " << sequence;
      }
    }
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  HandmadeProject project_;
  std::uint64_t sequence_ = 0;
  std::map<std::uint64_t, std::map<FileId, FileState>> then_;
};

FunctionSpec function(std::string name, std::uint32_t line, std::uint64_t body = 1) {
  FunctionSpec spec;
  spec.name = std::move(name);
  spec.line = line;
  spec.body = body;
  return spec;
}

TEST_F(StorageHistory, EveryStateOfEveryFileComesBack) {
  commit({project_.put("a.js", {function("f", 1), function("g", 5)}),
          project_.put("b.js", {function("h", 1)})});
  commit({project_.put("a.js", {function("f", 3), function("g", 7)}, 1)});
  FunctionSpec caller = function("h", 2, 9);
  caller.calls = {"a.js::f"};
  caller.open = {"console.log"};
  commit({project_.put("b.js", {caller})});
  commit({project_.remove("b.js"), project_.put("a.js", {function("g", 1, 4)})});
  commit({project_.put("b.js", {function("h", 1)}), project_.put("c.js", {})});
  expect_every_state();
  const auto none = history().files_at(Sequence{0}, every_file());
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST_F(StorageHistory, AFileIsCheckpointedWhenItsFoldGrowsLong) {
  commit({project_.put("a.js", {function("f", 1, 0)})});
  for (std::uint64_t body = 1; body <= 300; ++body) {
    commit({project_.put("a.js", {function("f", 1, body)}, body)});
  }
  // Two events make it, and one each save: the 128th and the 257th after that are checkpoints.
  EXPECT_EQ(ask("SELECT sequence FROM file_snapshots ORDER BY id"), "128\n257");
  EXPECT_EQ(ask("SELECT max(fold) FROM transaction_files"), "128");
  EXPECT_EQ(ask("SELECT sum(events) - (SELECT count(*) FROM atom_events) FROM transaction_files"),
            "0");
  expect_every_state();
}

TEST_F(StorageHistory, CheckpointsAreAppendOnly) {
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = "
                "'file_snapshots'"),
            "2");
}

TEST_F(StorageHistory, TheWalkFoldsToTheStateAndEndsWhereAFunctionSaysSo) {
  commit({project_.put("a.js", {function("f", 1), function("g", 5)})});
  commit({project_.put("b.js", {function("h", 1)}), project_.put("a.js", {function("g", 2)})});
  commit({project_.remove("b.js")});
  FoldedState folded;
  std::vector<std::uint64_t> commits;
  History::Walk walk;
  walk.event = [&](const Event& event) -> Result<> {
    EXPECT_EQ(folded.apply(event), std::nullopt);
    return Ok{};
  };
  walk.file = [&](const History::FileRow& row) -> Result<> {
    if (row.removed) {
      folded.remove_file(row.id);
    } else {
      folded.set_file(row.id, {row.path, row.hash, row.places});
    }
    return Ok{};
  };
  walk.transaction = [&](const History::Transaction& commit) -> Result<> {
    commits.push_back(raw(commit.sequence));
    return Ok{};
  };
  ASSERT_TRUE(history().walk(Sequence{0}, Sequence{9}, walk));
  EXPECT_EQ(commits, (std::vector<std::uint64_t>{1, 2, 3}));
  std::vector<FileVersionPtr> files;
  for (const auto& [path, file] : project_.files()) files.push_back(file);
  EXPECT_EQ(folded.difference(FoldedState::of(files)), "");

  walk.transaction = [](const History::Transaction&) -> Result<> {
    return Error{ErrorKind::cancelled, "walk", "enough", ""};
  };
  walk.event = [](const Event&) -> Result<> { return Ok{}; };
  const Result<> ended = history().walk(Sequence{0}, Sequence{9}, walk);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, "enough");
}

}  // namespace
}  // namespace dg
