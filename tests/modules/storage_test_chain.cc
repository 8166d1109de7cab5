// The hash chain of the log: whole logs verify, and each way of breaking one is found at its place.

#include <gtest/gtest.h>

#include "storage/backup/backup.h"
#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageChain : public ::testing::Test {
 protected:
  StorageChain() {
    open();
    commit({project_.put("a.js", {{"f", 1, "f()", "", {"b.js::g"}, {"x"}}}),
            project_.put("b.js", {{"g", 1, "g()"}})});
    commit({project_.put("a.js", {{"f", 2, "f(y)", "", {"b.js::g"}, {}}}, 1)});
    commit({project_.remove("b.js")});
    commit({project_.put("a.js", {{"f", 9, "f(y)", "", {}, {}}}, 2)});
  }
  std::filesystem::path database() const { return folder_.root() / "x/deltagraph.db"; }
  void open() {
    Result<std::unique_ptr<Store>> store = Store::open({database(), "", {}});
    ASSERT_TRUE(store) << store.error().message();
    store_ = *std::move(store);
  }
  void commit(std::vector<FileDelta> files) {
    const auto counts = store_->commit(delta_of(std::move(files)), at_sequence(++sequence_));
    ASSERT_TRUE(counts) << counts.error().message();
  }
  /// After the store is closed.
  void edit(const std::string& sql) {
    store_.reset();
    edit_behind_its_back(database(), sql);
  }
  static std::string reason_of(const ChainCheck& check) {
    return check.broken() == nullptr ? std::string() : check.broken()->reason;
  }
  static ChainCheck check(const std::filesystem::path& file) {
    const Result<std::unique_ptr<Reader>> reader = open_reader(file);
    if (!reader) {
      ADD_FAILURE() << reader.error().message();
      return {};
    }
    const Result<ChainCheck> checked = (*reader)->verify_chain();
    if (!checked) ADD_FAILURE() << checked.error().message();
    return checked ? *checked : ChainCheck{};
  }
  void expect_broken(std::uint64_t sequence, const std::string& reason) {
    const ChainCheck found = check(database());
    ASSERT_NE(nullptr, found.broken()) << "not found: " << reason;
    const ChainBreak& first = *found.broken();
    EXPECT_EQ(sequence, raw(first.sequence)) << first.reason;
    EXPECT_NE(std::string::npos, first.reason.find(reason)) << first.reason;
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  std::unique_ptr<Store> store_;
  HandmadeProject project_;
  std::uint64_t sequence_ = 0;
};

TEST_F(StorageChain, AWholeLogVerifies) {
  const ChainCheck found = check(database());
  EXPECT_EQ("", reason_of(found));
  EXPECT_EQ(4u, found.transactions);
  EXPECT_EQ(0u, found.without_digest);
  EXPECT_EQ(32u, found.head.size());
  store_.reset();
  open();
  commit({project_.put("c.js", {{"h", 1, "h()"}})});
  const ChainCheck next = check(database());
  EXPECT_EQ("", reason_of(next));
  EXPECT_NE(found.head, next.head);
}

TEST_F(StorageChain, AnEmptyLogVerifies) {
  const std::filesystem::path empty = folder_.root() / "y/deltagraph.db";
  ASSERT_TRUE(Store::open({empty, "", {}}));
  const ChainCheck found = check(empty);
  EXPECT_EQ("", reason_of(found));
  EXPECT_EQ(0u, found.transactions);
  EXPECT_EQ("", found.head);
}

/// Every column of every row that the chain covers counts.
TEST_F(StorageChain, EachEditedValueIsFound) {
  store_.reset();
  const std::string whole = file_bytes(database());
  std::vector<std::array<std::string, 3>> cells;  // Table, column, condition.
  {
    Connection connection(database(), Connection::Mode::read_only);
    for (const auto& [table, condition] :
         {std::pair<std::string, std::string>{"transactions", "sequence = 2"},
          {"atom_events", "transaction_id = 2"},
          {"transaction_files", "sequence = 2"}}) {
      Statement names = connection.prepare("SELECT name FROM pragma_table_info(?1)");
      names.bind_text(1, table);
      while (names.step()) cells.push_back({table, std::string(names.text(0)), condition});
    }
  }
  EXPECT_GT(cells.size(), 30u);
  for (const auto& [table, column, condition] : cells) {
    SCOPED_TRACE(table + "." + column);
    folder_.write("x/deltagraph.db", whole);
    const Result<std::unique_ptr<Reader>> reader = open_reader(database());
    ASSERT_TRUE(reader);
    const std::string type = ask(**reader, "SELECT type FROM pragma_table_info('" + table +
                                               "') WHERE name = '" + column + "'");
    // Another value of the same type; the keys by which rows are found go where nothing is.
    const std::string value = type == "INTEGER" ? "coalesce(" + column + ", 0) + 1000"
                              : type == "REAL"  ? "coalesce(" + column + ", 0) + 0.5"
                              : type == "BLOB"  ? "coalesce(" + column + ", x'') || x'00'"
                              : column == "delta" || column == "changed_fields" ||
                                      column == "before_state" || column == "after_state"
                                  ? "'[\"other\"]'"
                                  : "coalesce(" + column + ", '') || '!'";
    std::string sql = "PRAGMA ignore_check_constraints = 1; UPDATE " + table + " SET " + column;
    sql += " = CAST(" + value + " AS " + type + ") WHERE " + condition;
    edit_behind_its_back(database(), sql);
    const ChainCheck found = check(database());
    ASSERT_NE(nullptr, found.broken());
    EXPECT_EQ(2u, raw(found.broken()->sequence)) << found.broken()->reason;
  }
}

TEST_F(StorageChain, AMissingTransactionIsAGap) {
  edit("DELETE FROM transactions WHERE sequence = 2");
  expect_broken(2, "missing");
}

TEST_F(StorageChain, WhatLiesBehindABreakIsVerifiedToo) {
  edit(
      "DELETE FROM transactions WHERE sequence = 2; UPDATE transactions SET files = files + 1 "
      "WHERE sequence = 4");
  const ChainCheck found = check(database());
  ASSERT_EQ(2u, found.breaks.size());
  EXPECT_EQ(2u, raw(found.breaks[0].sequence));
  EXPECT_EQ(4u, raw(found.breaks[1].sequence)) << found.breaks[1].reason;
  EXPECT_EQ(3u, found.transactions);
}

TEST_F(StorageChain, MissingEventsAndFilesAreFound) {
  edit("DELETE FROM atom_events WHERE transaction_id = 3 AND event_type = 'delete'");
  expect_broken(3, "not those that were committed");
}

TEST_F(StorageChain, AMissingFileRowIsFound) {
  edit("DELETE FROM transaction_files WHERE sequence = 4");
  expect_broken(4, "not those that were committed");
}

TEST_F(StorageChain, ARepeatedTransactionIsFound) {
  // The same change set once more, under the next sequence.
  edit(
      "INSERT INTO transactions SELECT 5, id || 'x', cause, started_ms, committed_ms, files, "
      "atoms_created, atoms_updated, atoms_deleted, relations_gained, relations_lost, "
      "first_event, events, graph_digest, git_head, rows_written, replica, content_digest, chain "
      "FROM transactions WHERE sequence = 1");
  expect_broken(5, "doubled");
}

TEST_F(StorageChain, ATruncatedLogIsFound) {
  edit(
      "DELETE FROM transactions WHERE sequence > 2; DELETE FROM atom_events WHERE "
      "transaction_id > 2; DELETE FROM transaction_files WHERE sequence > 2");
  expect_broken(3, "ends before 4");
}

TEST_F(StorageChain, WhatNobodyCommittedIsFoundBehindTheEnd) {
  edit("INSERT INTO transaction_files(sequence, file_id, path) VALUES(9, 1, 'z.js')");
  expect_broken(4, "file rows behind");
}

/// Two copies of one database go on by themselves; the end of one is put behind the other's middle.
TEST_F(StorageChain, AForkIsFound) {
  const std::filesystem::path copy = folder_.root() / "copy/deltagraph.db";
  ASSERT_TRUE(back_up(database(), copy));
  HandmadeProject other = project_;
  {
    const Result<std::unique_ptr<Store>> fork = Store::open({copy, "", {}});
    ASSERT_TRUE(fork);
    TransactionInfo info = at_sequence(5);
    info.id.clear();
    ASSERT_TRUE((*fork)->commit(delta_of({other.put("c.js", {{"mine", 1, "mine()"}})}), info));
    info.sequence = Sequence{6};
    ASSERT_TRUE((*fork)->commit(delta_of({other.put("d.js", {{"more", 1, "more()"}})}), info));
  }
  commit({project_.put("c.js", {{"ours", 1, "ours()"}})});
  EXPECT_EQ("", reason_of(check(database())));
  EXPECT_EQ("", reason_of(check(copy)));
  edit("ATTACH '" + copy.string() +
       "' AS fork; INSERT INTO transactions SELECT * FROM fork.transactions WHERE sequence = 6;"
       "INSERT INTO atom_events SELECT * FROM fork.atom_events WHERE transaction_id = 6;"
       "INSERT INTO transaction_files SELECT * FROM fork.transaction_files WHERE sequence = 6");
  expect_broken(6, "forks");
}

TEST_F(StorageChain, AColumnThatALaterVersionAddsChangesNoDigest) {
  edit(
      "ALTER TABLE transactions ADD COLUMN later TEXT; "
      "ALTER TABLE atom_events ADD COLUMN a_first INTEGER");
  EXPECT_EQ("", reason_of(check(database())));
  open();
  commit({project_.put("c.js", {{"h", 1, "h()"}})});
  EXPECT_EQ("", reason_of(check(database())));
}

TEST_F(StorageChain, TransactionsFromBeforeThereWereDigestsAreCounted) {
  edit(
      "UPDATE transactions SET content_digest = NULL, chain = NULL WHERE sequence < 3; "
      "DELETE FROM system_metadata WHERE key = 'chain_head'");
  // The chain of the third covers one that is not there any more.
  EXPECT_EQ(3u, raw(check(database()).breaks.at(0).sequence));
  edit("UPDATE transactions SET content_digest = NULL, chain = NULL");
  open();
  commit({project_.put("c.js", {{"h", 1, "h()"}})});
  const ChainCheck found = check(database());
  EXPECT_EQ("", reason_of(found));
  EXPECT_EQ(4u, found.without_digest);
  edit("UPDATE transactions SET content_digest = NULL, chain = NULL WHERE sequence = 5");
  EXPECT_FALSE(check(database()).breaks.empty()) << "the head knows of one";
}

}  // namespace
}  // namespace dg
