// Numbered migrations: files, states, running, taking back, adopting.

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "storage/schema/live/declared.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/migrations/migrate.h"
#include "storage/schema/migrations/record.h"
#include "storage/schema/migrations/scratch.h"
#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg::schema {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class StorageMigrate : public ::testing::Test {
 protected:
  MigrateTarget target() const {
    return {folder_.root() / "state/deltagraph.db", folder_.root() / "migrations", {}};
  }
  void SetUp() override { ASSERT_TRUE(Store::open({target().database, "", {}})); }
  void write(const std::string& name, const std::string& text) const {
    folder_.write("migrations/" + name + ".sql", text);
  }
  /// Three that follow each other.
  void write_three() const {
    write("0001_make_owners",
          "-- description: Who owns a file.\n-- up\nCREATE TABLE owners(file TEXT PRIMARY KEY, "
          "team TEXT);\nCREATE INDEX owners_team ON owners(team);\n-- down\nDROP TABLE owners;\n");
    write("0002_seed_owners",
          "-- kind: seed\n-- up\nINSERT INTO owners VALUES('a.js', 'core; and more');\n"
          "INSERT INTO owners VALUES('b.js', 'web');\n-- down\nDELETE FROM owners;\n"
          "-- verify\nSELECT count(*) = 2 FROM owners\n");
    write("0003_add_note",
          "-- up\nALTER TABLE owners ADD COLUMN note TEXT;\n"
          "-- down\nALTER TABLE owners DROP COLUMN note;\n");
  }
  Names done(const Result<MigrationRun>& run) const {
    if (!run) return {run.error().message()};
    Names names;
    for (const Migration& each : run->done) names.push_back(each.name);
    return names;
  }
  Names states() const {
    const Result<std::vector<MigrationLine>> lines = migration_lines(target());
    if (!lines) return {lines.error().message()};
    Names all;
    for (const MigrationLine& line : *lines) {
      if (line.number)
        all.push_back(line.name + " " + std::string(to_string(line.state)) +
                      (line.edited ? " edited" : "") + (line.file_gone ? " gone" : ""));
    }
    return all;
  }
  std::int64_t number(const std::string& sql) const {
    return Connection(target().database, Connection::Mode::read_only).integer(sql);
  }
  void execute(const std::string& sql) const {
    Connection(target().database, Connection::Mode::read_write).execute(sql);
  }
  LiveSchema schema() const {
    return inspect(Connection(target().database, Connection::Mode::read_only));
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
};

TEST_F(StorageMigrate, S4_02_S4_06_S4_08_S4_09_PendingOnesAreRunInOrderAndJournalled) {
  write_three();
  EXPECT_EQ(
      (Names{"0001_make_owners pending", "0002_seed_owners pending", "0003_add_note pending"}),
      states());
  EXPECT_EQ((Names{"0001_make_owners", "0002_seed_owners"}), done(migrate(target(), 2)));
  EXPECT_EQ(
      (Names{"0001_make_owners applied", "0002_seed_owners applied", "0003_add_note pending"}),
      states());
  EXPECT_EQ(Names{"0003_add_note"}, done(migrate(target())));
  EXPECT_EQ(Names(), done(migrate(target())));
  EXPECT_EQ(1, number("SELECT count(*) FROM owners WHERE team = 'core; and more'"));
  EXPECT_EQ(5, number("SELECT count(*) FROM schema_journal WHERE kind = 'migration'"));
  EXPECT_EQ(3, number("SELECT count(*) FROM schema_migrations WHERE number > 0 AND status = "
                      "'applied' AND applied_by <> '' AND backup <> '' AND length(checksum) = 32 "
                      "AND findings ->> '$.after[0]' LIKE 'owners%'"));
  EXPECT_EQ(2, number("SELECT count(DISTINCT batch) FROM schema_migrations WHERE number > 0"));
}

TEST_F(StorageMigrate, S4_30_TheyAreTakenBackNewestFirst) {
  write_three();
  const LiveSchema before = schema();
  ASSERT_TRUE(migrate(target()));
  EXPECT_EQ(Names{"0003_add_note"}, done(rollback(target())));
  const Result<std::vector<RollbackLoss>> losses = rollback_losses(target(), 0);
  ASSERT_TRUE(losses) << losses.error().message();
  ASSERT_EQ(1u, losses->size());
  EXPECT_EQ("owners (2 rows)", (*losses)[0].what);
  EXPECT_EQ((Names{"0002_seed_owners", "0001_make_owners"}), done(rollback(target(), 0)));
  EXPECT_TRUE(compare(before, schema()).empty());
  EXPECT_EQ((Names{"0001_make_owners rolled_back", "0002_seed_owners rolled_back",
                   "0003_add_note rolled_back"}),
            states());
  EXPECT_EQ((Names{"0001_make_owners", "0002_seed_owners", "0003_add_note"}),
            done(migrate(target())));
}

TEST_F(StorageMigrate, AMigrationWithoutDownNamesTheBackup) {
  write("0001_gone", "-- up\nCREATE TABLE a(x);\n");
  ASSERT_TRUE(migrate(target()));
  const Result<MigrationRun> run = rollback(target());
  ASSERT_FALSE(run);
  EXPECT_NE(std::string::npos, run.error().cure.find("before-migration-")) << run.error().cure;
  EXPECT_EQ(Names{"0001_gone applied"}, states());
}

TEST_F(StorageMigrate, S4_27_R_32_AnEditedOneIsAHardError) {
  write_three();
  ASSERT_TRUE(migrate(target(), 1));
  write("0001_make_owners",
        "-- up\nCREATE TABLE owners(file TEXT);\n-- down\nDROP TABLE owners;\n");
  for (const Result<MigrationRun>& run : {migrate(target()), rollback(target())}) {
    ASSERT_FALSE(run);
    EXPECT_EQ(ErrorKind::conflict, run.error().kind);
    EXPECT_EQ("0001_make_owners", run.error().thing);
  }
  EXPECT_EQ("0001_make_owners applied edited", states()[0]);
  EXPECT_EQ(0, number("SELECT count(*) FROM owners"));
}

TEST_F(StorageMigrate, R_32_AnEditedRecordIsFoundToo) {
  write_three();
  ASSERT_TRUE(migrate(target(), 1));
  execute("UPDATE schema_migrations SET down = 'DROP TABLE files' WHERE number = 1");
  EXPECT_EQ("0001_make_owners applied edited", states()[0]);
  EXPECT_FALSE(rollback(target()));
}

TEST_F(StorageMigrate, S5_39_NumbersThatCollideAndStrangeNamesAreFoundAtLoad) {
  write("0001_a", "-- up\nSELECT 1;\n");
  write("0001_b", "-- up\nSELECT 1;\n");
  const Result<MigrationRun> twice = migrate(target());
  ASSERT_FALSE(twice);
  EXPECT_EQ("0001_b.sql: has the number of 0001_a.sql", twice.error().message().substr(0, 40));
  folder_.remove("migrations");
  for (const std::string name : {"1_a", "0001", "0001_", "0001_A", "0000_a", "x0001_a", "0001-a"}) {
    write(name, "-- up\nSELECT 1;\n");
    EXPECT_FALSE(load_migrations(target().folder)) << name;
    folder_.remove("migrations");
  }
  for (const std::string text :
       {"SELECT 1;\n-- up\nSELECT 1;\n", "-- kind: magic\n-- up\nSELECT 1;\n",
        "-- up\nSELECT 1;\n-- up\nSELECT 2;\n", "", "-- up\n\n"}) {
    write("0001_a", text);
    EXPECT_FALSE(load_migrations(target().folder)) << text;
  }
}

TEST_F(StorageMigrate, OneThatIsBehindTheLastAppliedIsRefused) {
  write("0002_b", "-- up\nCREATE TABLE b(x);\n");
  ASSERT_TRUE(migrate(target()));
  write("0001_a", "-- up\nCREATE TABLE a(x);\n");
  const Result<MigrationRun> run = migrate(target());
  ASSERT_FALSE(run);
  EXPECT_EQ("0001_a", run.error().thing);
}

TEST_F(StorageMigrate, AFailureLeavesOnlyItsReason) {
  write("0001_ok", "-- up\nCREATE TABLE a(x);\n");
  write("0002_bad", "-- up\nCREATE TABLE b(x);\nCREATE TABLE a(x);\n");
  write("0003_later", "-- up\nCREATE TABLE c(x);\n");
  const Result<MigrationRun> run = migrate(target());
  ASSERT_FALSE(run);
  EXPECT_EQ("0002_bad", run.error().thing);
  EXPECT_EQ((Names{"0001_ok applied", "0002_bad failed", "0003_later pending"}), states());
  EXPECT_EQ(nullptr, schema().table("b"));
  EXPECT_EQ(1,
            number("SELECT count(*) FROM schema_migrations WHERE error LIKE '%already exists%'"));
  write("0002_bad", "-- up\nCREATE TABLE b(x);\n");
  EXPECT_EQ((Names{"0002_bad", "0003_later"}), done(migrate(target())));
}

/// S4-24, S4-25, S3-16, S3-17 and more: the cure of each mistake.
TEST_F(StorageMigrate, S4_24_S4_25_S3_16_EachErrorHasItsHint) {
  const std::pair<std::string, std::string> cases[] = {
      {"CREATE TABLE files(x)", "db adopt"},
      {"ALTER TABLE files ADD COLUMN path TEXT", "db adopt"},
      {"CREATE INDEX i ON files(nowhere)", "db inspect"},
      {"INSERT INTO nowhere VALUES(1)", "db audit"},
      {"CREATE TABLE t(x); INSERT INTO t VALUES(1); ALTER TABLE t ADD COLUMN y NOT NULL",
       "DEFAULT"},
      {"CREATE TABLE t(x); ALTER TABLE t ADD COLUMN y UNIQUE", "UNIQUE index"},
      {"CREATE TABLE t(x); INSERT INTO t VALUES(1);"
       "ALTER TABLE t ADD COLUMN y DEFAULT CURRENT_TIMESTAMP",
       "literal"},
      {"CREATE TABLE t(x NOT NULL); INSERT INTO t VALUES(NULL)", "fill them"},
      {"CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES(1); INSERT INTO t VALUES(1)", "merge"},
      {"CREATE TABLE t(x CHECK (x > 1)); INSERT INTO t VALUES(1)", "mend"},
      {"CREATE TABLE t(x INT) STRICT; INSERT INTO t VALUES('a')", "CAST"},
      {"CREATE TABEL t(x)", "Correct"},
      {"INSERT INTO files VALUES('a", "quote"},
  };
  for (const auto& [sql, hint] : cases) {
    write("0001_bad", "-- up\n" + sql + ";\n");
    const Result<MigrationRun> run = migrate(target());
    ASSERT_FALSE(run) << sql;
    EXPECT_NE(std::string::npos, run.error().cure.find(hint)) << sql << "\n"
                                                              << run.error().message();
  }
}

TEST_F(StorageMigrate, WhatAMigrationMayNotDo) {
  for (const std::string sql :
       {"ATTACH 'x.db' AS x", "PRAGMA user_version = 9", "COMMIT", "DELETE FROM atom_events",
        "DROP TRIGGER atom_events_no_delete", "DROP TABLE transactions",
        "DELETE FROM schema_journal", "UPDATE schema_migrations SET status = 'applied'",
        "ALTER TABLE transactions ADD COLUMN x", "DROP TABLE atoms",
        "ALTER TABLE atoms RENAME TO x", "DROP INDEX idx_atoms_name",
        "DROP VIEW functions; ALTER TABLE atoms DROP COLUMN name"}) {
    write("0001_bad", "-- up\n" + sql + ";\n");
    const Result<MigrationRun> run = migrate(target());
    EXPECT_FALSE(run) << sql;
    EXPECT_TRUE(compare(declared(), schema()).empty()) << sql;
  }
  write("0001_bad", "-- kind: data\n-- up\nCREATE TABLE t(x);\n");
  EXPECT_FALSE(migrate(target())) << "S1-27: data alone";
}

TEST_F(StorageMigrate, S3_13_AVerificationThatFailsTakesItBack) {
  write("0001_a", "-- up\nCREATE TABLE a(x);\n-- verify\nSELECT count(*) = 1 FROM a\n");
  const Result<MigrationRun> run = migrate(target());
  ASSERT_FALSE(run);
  EXPECT_EQ(nullptr, schema().table("a"));
  EXPECT_EQ(Names{"0001_a failed"}, states());
}

TEST_F(StorageMigrate, RowsThatReferToNothingTakeItBack) {
  write("0001_a",
        "-- up\nCREATE TABLE a(x REFERENCES files(path));\nINSERT INTO a VALUES('no');\n");
  EXPECT_FALSE(migrate(target()));
  EXPECT_EQ(nullptr, schema().table("a"));
}

TEST_F(StorageMigrate, S4_07_ARehearsalTellsAndChangesNothing) {
  write_three();
  write("0004_bad", "-- up\nCREATE TABLE owners(x);\n");
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = file_bytes(target().database);
  const Result<std::vector<Rehearsal>> all = rehearse(target());
  ASSERT_TRUE(all) << all.error().message();
  ASSERT_EQ(4u, all->size());
  EXPECT_FALSE((*all)[2].error);
  ASSERT_TRUE((*all)[3].error);
  EXPECT_NE(std::string::npos, (*all)[3].error->reason.find("already exists"));
  EXPECT_EQ(before, file_bytes(target().database));
  EXPECT_EQ("0004_bad pending", states()[3]);
}

TEST_F(StorageMigrate, S4_10_S4_14_S4_26_AdoptRecordsWhatIsThere) {
  write_three();
  Result<Migration> adopted = adopt(target(), "0001");
  ASSERT_FALSE(adopted);
  EXPECT_NE(std::string::npos, adopted.error().reason.find("its effect is not there"))
      << adopted.error().message();
  execute("CREATE TABLE owners(file TEXT, team TEXT); CREATE INDEX owners_team ON owners(team)");
  EXPECT_FALSE(adopt(target(), "1")) << "there is such a table, but not as it would make it";
  execute("DROP TABLE owners; CREATE TABLE owners(file TEXT primary key, team TEXT)");
  EXPECT_FALSE(adopt(target(), "1")) << "its index is missing";
  execute("CREATE INDEX owners_team ON owners(team)");
  adopted = adopt(target(), "0001_make_owners");
  ASSERT_TRUE(adopted) << adopted.error().message();
  EXPECT_EQ("0001_make_owners applied", states()[0]);
  EXPECT_FALSE(adopt(target(), "1")) << "twice";
  EXPECT_FALSE(adopt(target(), "2")) << "its rows are not there";
  execute("INSERT INTO owners VALUES('a', 'b'), ('c', 'd')");
  EXPECT_TRUE(adopt(target(), "2")) << "its verification says so";
  execute("ALTER TABLE owners ADD COLUMN note TEXT");
  EXPECT_TRUE(adopt(target(), "3"));
  EXPECT_EQ(ErrorKind::not_found, adopt(target(), "9").error().kind);
  EXPECT_EQ(Names(), done(migrate(target())));
}

TEST_F(StorageMigrate, S4_01_GenerateWritesWhatDropsWhatNobodyDeclares) {
  execute(
      "CREATE TABLE notes(x); CREATE INDEX notes_x ON notes(x);"
      "ALTER TABLE files ADD COLUMN team TEXT DEFAULT 'a'; CREATE VIEW v AS SELECT team FROM "
      "files; CREATE INDEX files_size ON files(size)");
  const LiveSchema before = schema();
  const Result<Migration> made = generate(target(), "Drop extra!", false);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ("0001_drop_extra", made->name);
  EXPECT_TRUE(fs::exists(folder_.path("migrations/0001_drop_extra.sql")));
  EXPECT_EQ(Names{"0001_drop_extra"}, done(migrate(target())));
  EXPECT_TRUE(compare(declared(), schema()).empty());
  EXPECT_EQ(Names{"0001_drop_extra"}, done(rollback(target())));
  const std::vector<Difference> left = compare(before, schema());
  EXPECT_TRUE(left.empty()) << left[0].text();
}

TEST_F(StorageMigrate, S4_01_ATemplateHasTheNextNumberAndIsNotRun) {
  write_three();
  const Result<Migration> made = generate(target(), "review notes", false);
  ASSERT_TRUE(made);
  EXPECT_EQ("0004_review_notes", made->name);
  const Result<MigrationRun> run = migrate(target());
  ASSERT_FALSE(run) << "there is nothing in it to run";
  EXPECT_EQ("0004_review_notes", run.error().thing);
  EXPECT_EQ(ErrorKind::usage, generate(target(), "!?", false).error().kind);
}

TEST_F(StorageMigrate, OneWhoseFileIsGoneIsToldAndCanBeTakenBack) {
  write_three();
  ASSERT_TRUE(migrate(target(), 1));
  folder_.remove("migrations/0001_make_owners.sql");
  EXPECT_EQ("0001_make_owners applied gone", states()[0]);
  EXPECT_EQ(Names{"0001_make_owners"}, done(rollback(target())));
}

TEST_F(StorageMigrate, R_31_AFailureAtAnyStatementOfAMigrationLeavesOldOrNewWhole) {
  write("0001_rebuild",
        "-- up\nCREATE TABLE a(x); INSERT INTO a VALUES(1), (2);\n"
        "CREATE TABLE b(x INT NOT NULL) STRICT; INSERT INTO b SELECT x FROM a;\nDROP TABLE a;\n");
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string old = file_bytes(target().database);
  FaultVfs vfs("migrate-fault");
  MigrateTarget faulty = target();
  faulty.vfs = vfs.name();
  std::uint64_t failed = 0;
  bool done = false;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, 2000u);
    fs::remove_all(target().database.parent_path());
    folder_.write("state/deltagraph.db", old);
    vfs.arm(FaultVfs::write | FaultVfs::sync | FaultVfs::truncate, n, EIO,
            FaultVfs::Duration::from_then_on);
    const Result<MigrationRun> run = migrate(faulty);
    done = !vfs.fired();
    vfs.disarm();
    failed += run ? 0 : 1;
    const LiveSchema found = schema();
    const bool is_new = found.table("b") != nullptr;
    EXPECT_EQ(nullptr, found.table("a")) << n;
    EXPECT_EQ(is_new ? "0001_rebuild applied" : "0001_rebuild pending", states()[0]) << n;
    if (is_new) {
      EXPECT_EQ(2, number("SELECT count(*) FROM b")) << n;
    }
    EXPECT_TRUE(!run || is_new) << n;
  }
  EXPECT_GT(failed, 3u) << "the sweep met something to fail";
}

TEST(SchemaScratch, UpDownUpGivesTheSame) {
  const LiveSchema& schema = declared();
  EXPECT_TRUE(round_trip(schema, "CREATE TABLE t(x); CREATE INDEX i ON t(x);", "DROP TABLE t"));
  const Result<LiveSchema> half =
      round_trip(schema, "CREATE TABLE t(x); CREATE VIEW w AS SELECT 1", "DROP TABLE t");
  ASSERT_FALSE(half);
  EXPECT_NE(std::string::npos, half.error().reason.find("extra view")) << half.error().reason;
  EXPECT_FALSE(round_trip(schema, "CREATE TABLE t(x)", "DROP TABLE no"));
}

}  // namespace
}  // namespace dg::schema
