// Reading: full text, read-only SQL, plans of the usual look-ups, readers beside the writer.

#include <gtest/gtest.h>

#include "storage/search_text.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageReader : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<Store>> store = Store::open({database(), "", {}});
    ASSERT_TRUE(store) << store.error().message();
    store_ = *std::move(store);
    put({{"parseHTTPRequest", 1, "parseHTTPRequest(raw, {strict = true})", "Reads one request."},
         {"snake_case_name", 4, "snake_case_name()", "Quotes \" and AND OR NOT ( ) * : ^ -."},
         {"sendMail2Customer", 7, "async sendMail2Customer(order)", ""},
         {"send", 10, "send()", "Sendet Grüße."},
         {"🚀 launch", 13, "", ""}});
    Result<std::unique_ptr<Reader>> reader = store_->reader();
    ASSERT_TRUE(reader) << reader.error().message();
    reader_ = *std::move(reader);
  }
  std::filesystem::path database() const { return folder_.root() / "state/deltagraph.db"; }
  void put(const std::vector<FunctionSpec>& functions) {
    ++sequence_;
    const Delta delta = delta_of({project_.put("a.js", functions, sequence_)});
    const Result<CommitCounts> counts = store_->commit(delta, at_sequence(sequence_));
    ASSERT_TRUE(counts) << counts.error().message();
  }
  /// Names of what a search finds, best first.
  std::vector<std::string> find(std::string_view text) {
    Sequence at{};
    const Result<std::vector<SearchHit>> hits = reader_->search(text, 10, &at);
    if (!hits) return {hits.error().message()};
    EXPECT_EQ(Sequence{sequence_}, at);
    std::vector<std::string> names;
    for (const SearchHit& hit : *hits) {
      names.push_back(
          ask(*reader_, "SELECT name FROM atoms WHERE rowid = " + std::to_string(raw(hit.id))));
    }
    return names;
  }
  ErrorKind refusal(const std::string& sql) {
    const Result<Reader::Table> table = reader_->sql(sql, 10, 1000);
    if (table) return ErrorKind::not_found;  // No refusal has it.
    EXPECT_FALSE(table.error().reason.empty());
    return table.error().kind;
  }
  std::string plan(const std::string& sql) { return ask(*reader_, "EXPLAIN QUERY PLAN " + sql); }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  HandmadeProject project_;
  std::uint64_t sequence_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(StorageReader, FindsNamesWholeByPrefixAndBySubWord) {
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("parseHTTPRequest"));
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("PARSEhttp"));
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("request"));
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("HttpReq"));
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("http pars"));
  EXPECT_EQ(Names{"snake_case_name"}, find("case"));
  EXPECT_EQ(Names{"snake_case_name"}, find("snake_case"));
  EXPECT_EQ(Names{"sendMail2Customer"}, find("mail 2 cust"));
}

TEST_F(StorageReader, FindsSignaturesAndDocs) {
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("strict"));
  EXPECT_EQ(Names{"sendMail2Customer"}, find("order"));
  EXPECT_EQ(Names{"send"}, find("grüß")) << "accents do not matter";
  EXPECT_EQ(Names{"send"}, find("gruße"));
}

TEST_F(StorageReader, RanksANameAboveAMention) {
  EXPECT_EQ((Names{"send", "sendMail2Customer"}), find("send"));
}

TEST_F(StorageReader, AnyTextIsAQuery) {
  EXPECT_EQ(Names{"🚀 launch"}, find("🚀"));
  EXPECT_EQ(Names{"snake_case_name"}, find("AND OR NOT"));
  for (const std::string_view text : {"",
                                      " ",
                                      "\"",
                                      "\"\"\"",
                                      "'",
                                      "(",
                                      ")",
                                      "*",
                                      "a* OR",
                                      "NEAR(a b)",
                                      "name:x",
                                      "{a b}:",
                                      "^a",
                                      "-",
                                      "a AND",
                                      "NOT",
                                      "+",
                                      "\\",
                                      "\xff\xfe",
                                      "%",
                                      "__proto__",
                                      "::",
                                      ";DROP TABLE atoms"}) {
    const Result<std::vector<SearchHit>> hits = reader_->search(text, 10, nullptr);
    EXPECT_TRUE(hits) << text << ": " << hits.error().message();
  }
  EXPECT_TRUE(reader_->search(std::string_view("a\0b", 3), 10, nullptr));
  EXPECT_TRUE(reader_->search(std::string(20'000, 'x'), 10, nullptr));
  std::string words;
  for (int i = 0; i < 3000; ++i) words += "wordNumber" + std::to_string(i) + " ";
  const Result<std::vector<SearchHit>> many = reader_->search(words, 10, nullptr);
  EXPECT_TRUE(many) << many.error().message();
}

TEST_F(StorageReader, TheIndexFollowsEveryChange) {
  put({{"parseHTTPRequest", 1, "parseHTTPRequest()", "Now about balloons."}});
  EXPECT_EQ(Names{}, find("strict"));
  EXPECT_EQ(Names{}, find("snake"));
  EXPECT_EQ(Names{"parseHTTPRequest"}, find("balloon"));
  EXPECT_EQ("1", ask(*reader_, "SELECT count(*) FROM atom_search WHERE atom_search MATCH 'parse'"));
  const Result<std::string> integrity = store_->integrity();
  ASSERT_TRUE(integrity);
  EXPECT_EQ("ok", *integrity);
}

TEST(StorageSearchText, SplitsNames) {
  const auto split = [](std::string_view name) {
    std::string words;
    sub_words(name, words);
    return words;
  };
  EXPECT_EQ("parse HTTP Request", split("parseHTTPRequest"));
  EXPECT_EQ("snake case", split("snake_case"));
  EXPECT_EQ("MAX VALUE", split("MAX_VALUE"));
  EXPECT_EQ("utf 8 To 16", split("utf8To16"));
  EXPECT_EQ("dollar x", split("$dollar$x"));
  EXPECT_EQ("", split("simple"));
  EXPECT_EQ("", split(""));
  EXPECT_EQ("", split("HTTP"));
}

TEST_F(StorageReader, SqlReads) {
  EXPECT_EQ("6", ask(*reader_, "SELECT count(*) FROM live_atoms"));
  EXPECT_EQ("send|10", ask(*reader_,
                           "SELECT function_name, line FROM functions "
                           "WHERE function_name = 'send'"));
  EXPECT_EQ("1|2", ask(*reader_, "WITH t(a, b) AS (VALUES (1, 2)) SELECT * FROM t;  -- done"));
  EXPECT_EQ("x'00ff'|NULL|1.5", ask(*reader_, "SELECT x'00ff', NULL, 1.5"));
  EXPECT_NE("", ask(*reader_, "PRAGMA table_info(atoms)"));
  EXPECT_NE("", plan("SELECT 1"));
}

TEST_F(StorageReader, SqlRefusesEverythingElse) {
  for (const std::string sql : {"DELETE FROM atoms",
                                "UPDATE atoms SET name = ''",
                                "INSERT INTO config_files VALUES(1,2,3)",
                                "DROP TABLE atoms",
                                "CREATE TABLE t(x)",
                                "CREATE TEMP TABLE t(x)",
                                "ATTACH ':memory:' AS m",
                                "DETACH main",
                                "VACUUM",
                                "VACUUM INTO '/tmp/never'",
                                "PRAGMA user_version = 7",
                                "PRAGMA query_only = 0",
                                "PRAGMA journal_mode = DELETE",
                                "PRAGMA wal_checkpoint",
                                "PRAGMA writable_schema = 1",
                                "BEGIN",
                                "COMMIT",
                                "SAVEPOINT s",
                                "REINDEX",
                                "ANALYZE",
                                "EXPLAIN DELETE FROM atoms",
                                "SELECT 1; SELECT 2",
                                "SELECT 1; DELETE FROM atoms",
                                "",
                                "  ",
                                "-- nothing",
                                "SELEC 1",
                                "SELECT * FROM no_such_table",
                                "SELECT load_extension('x')",
                                "INSERT INTO atom_search(atom_search) VALUES('optimize')",
                                "WITH t AS (SELECT 1) DELETE FROM atoms"}) {
    EXPECT_EQ(ErrorKind::usage, refusal(sql)) << sql;
  }
  EXPECT_EQ("6", ask(*reader_, "SELECT count(*) FROM live_atoms"));
  EXPECT_FALSE(std::filesystem::exists("/tmp/never"));
}

TEST_F(StorageReader, SqlStopsAtItsBounds) {
  const std::string endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) ";
  const Result<Reader::Table> cut = reader_->sql(endless + "SELECT x FROM t", 5, 60'000);
  ASSERT_TRUE(cut) << cut.error().message();
  EXPECT_EQ(5u, cut->rows.size());
  EXPECT_TRUE(cut->truncated);
  const Result<Reader::Table> late = reader_->sql(endless + "SELECT count(*) FROM t", 5, 20);
  ASSERT_FALSE(late);
  EXPECT_EQ(ErrorKind::cancelled, late.error().kind);
  EXPECT_EQ("1", ask(*reader_, "SELECT 1")) << "the reader is usable after it";
  const Result<Reader::Table> exact = reader_->sql("SELECT 1", 1, 60'000);
  ASSERT_TRUE(exact);
  EXPECT_FALSE(exact->truncated);
}

TEST_F(StorageReader, AReaderSeesWholeCommitsOnly) {
  Result<std::unique_ptr<Reader>> second = open_reader(database());
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ("1", ask(**second, "SELECT max(sequence) FROM transactions"));
  put({{"f", 1}});
  EXPECT_EQ("2", ask(**second, "SELECT max(sequence) FROM transactions"));
  const Result<> checkpointed = store_->checkpoint();
  EXPECT_TRUE(checkpointed);
  EXPECT_EQ("2", ask(**second, "SELECT max(sequence) FROM transactions"));
}

TEST_F(StorageReader, LookUpsUseIndexes) {
  const auto uses = [&](const std::string& sql, const std::string& index) {
    const std::string text = plan(sql);
    EXPECT_NE(std::string::npos, text.find(index)) << sql << "\n" << text;
    EXPECT_EQ(std::string::npos, text.find("SCAN")) << sql << "\n" << text;
  };
  uses("SELECT * FROM atoms WHERE rowid = 1", "INTEGER PRIMARY KEY");
  uses("SELECT * FROM atoms WHERE id = 'x'", "sqlite_autoindex_atoms_1");
  uses("SELECT * FROM atoms WHERE name = 'x'", "idx_atoms_name");
  uses("SELECT * FROM atoms WHERE file_path = 'x'", "idx_atoms_file_path");
  uses("SELECT * FROM atoms WHERE structural_hash = 7", "idx_atoms_structural_hash");
  uses("SELECT * FROM atoms WHERE updated_at > 7", "idx_atoms_updated_at");
  uses("SELECT * FROM atoms WHERE state = 'removed'", "idx_atoms_removed");
  uses("SELECT * FROM atoms WHERE archetype_type = 'handler'", "idx_atoms_");
  uses("SELECT * FROM files WHERE path = 'x'", "sqlite_autoindex_files_1");
  uses("SELECT * FROM files WHERE facts_id = 1", "idx_files_facts_id");
  uses("SELECT * FROM atom_relations WHERE source_id = 1", "PRIMARY KEY");
  uses("SELECT * FROM atom_relations WHERE source_id = 1 AND relation_type = 'calls'",
       "PRIMARY KEY");
  uses("SELECT * FROM atom_relations WHERE target_id = 1 AND relation_type = 'calls'",
       "idx_atom_relations_target_id");
  uses("SELECT * FROM atom_events WHERE atom_id = 1 ORDER BY new_version",
       "idx_atom_events_atom_id");
  uses("SELECT * FROM atom_events WHERE transaction_id = 1", "idx_atom_events_transaction_id");
  uses("SELECT * FROM atom_events WHERE timestamp > 1", "idx_atom_events_timestamp");
  uses("SELECT * FROM transaction_files WHERE path = 'x'", "idx_transaction_files_path");
  uses("SELECT * FROM cache_entries WHERE key = 'x'", "sqlite_autoindex_cache_entries_1");
  uses("SELECT caller_id FROM call_graph WHERE callee_id = 'x'", "idx_atom_relations_target_id");
}

}  // namespace
}  // namespace dg
