// Databases of other days: each opens, is upgraded and loses nothing, or is refused and left alone.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "storage/backup/backup.h"
#include "storage/connect.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/built_in.h"
#include "storage/schema/migrations/record.h"
#include "storage/schema/registry.h"
#include "storage/schema/report/schema_reader.h"
#include "storage/schema/upgrade/journal.h"
#include "storage/schema/upgrade/upkeep.h"
#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;

class StorageUpgrade : public ::testing::Test {
 protected:
  fs::path database() const { return folder_.root() / "state/deltagraph.db"; }
  Result<std::unique_ptr<Store>> open(const std::string& vfs = {}) {
    return Store::open({database(), "", vfs});
  }
  /// What bringing the database up does to it, a line for each step.
  Texts upgrade() const {
    Texts lines;
    Connection connection = connect_writer(database(), {}, Synchronous::normal);
    schema::bring_up(connection, {database(), {}, [&](const schema::Step& step) {
                                    lines.push_back(step.kind + " " + step.object);
                                  }});
    return lines;
  }
  /// A closed database of ours with one commit.
  void make() {
    Result<std::unique_ptr<Store>> store = open();
    ASSERT_TRUE(store) << store.error().message();
    ASSERT_TRUE((*store)->commit(
        delta_of({project_.put("a.js", {{"f", 1, "f()", "", {"a.js::g"}, {"x"}}, {"g", 7}})}),
        at_sequence(1)));
  }
  void execute(const std::string& sql) const {
    Connection connection(database(), Connection::Mode::read_write);
    connection.execute(sql);
  }
  std::int64_t number(const std::string& sql) const {
    return Connection(database(), Connection::Mode::read_only).integer(sql);
  }
  /// A table of ours as some other program left it, with the rows that it had.
  void remake(const std::string& table, const std::string& columns, const std::string& options) {
    execute("ALTER TABLE " + table + " RENAME TO old_one; CREATE TABLE " + table + "(" + columns +
            ")" + options + "; INSERT INTO " + table +
            " SELECT * FROM old_one; DROP TABLE old_one");
  }
  std::vector<std::string> drift() const {
    const Connection connection(database(), Connection::Mode::read_only);
    std::vector<std::string> texts;
    for (const auto& each : schema::compare(schema::declared(), schema::inspect(connection)))
      texts.push_back(each.text());
    return texts;
  }
  std::vector<fs::path> copies() const {
    std::vector<fs::path> found;
    std::error_code none;
    for (const auto& each : fs::directory_iterator(database().parent_path() / "backups", none))
      found.push_back(each.path());
    return found;
  }
  void open_and_compare() {
    const Result<std::unique_ptr<Store>> store = open();
    ASSERT_TRUE(store) << store.error().message();
    const Result<StoredProject> loaded = (*store)->load();
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(describe(project_, 1), describe(*loaded));
    const Result<std::string> integrity = (*store)->integrity();
    ASSERT_TRUE(integrity);
    EXPECT_EQ("ok", *integrity);
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  HandmadeProject project_;
};

TEST_F(StorageUpgrade, S1_19_S1_20_AnEmptyDatabaseGetsEverything) {
  ASSERT_TRUE(open());
  EXPECT_EQ(Texts(), drift());
  EXPECT_EQ(std::int64_t{schema::kUserVersion}, number("PRAGMA user_version"));
  EXPECT_TRUE(copies().empty());
  EXPECT_EQ(0, number("SELECT count(*) FROM schema_journal WHERE checksum IS NULL OR "
                      "duration_us IS NULL"));
}

TEST_F(StorageUpgrade, S1_21_S1_29_S3_04_FiftySixColumnsBecomeFiftyEight) {
  make();
  execute(
      "DROP VIEW live_atoms; DROP VIEW functions;"
      "ALTER TABLE atoms DROP COLUMN called_by_json; ALTER TABLE atoms DROP COLUMN "
      "function_type");
  EXPECT_EQ((Texts{"column atoms.called_by_json", "column atoms.function_type", "view live_atoms",
                   "view functions"}),
            upgrade());
  open_and_compare();
  EXPECT_EQ(Texts(), drift());
  EXPECT_TRUE(copies().empty()) << "an addition needs no backup";
}

TEST_F(StorageUpgrade, S3_01_S3_02_S3_05_S3_07_AMissingSettingIsInjectedAtTheNextStart) {
  make();
  execute(
      "ALTER TABLE files DROP COLUMN exports_json; ALTER TABLE config_files DROP COLUMN "
      "updated_at");
  {
    // Nobody meets the missing column: what starts mends it before it asks for anything.
    const Result<std::unique_ptr<Store>> store = open();
    ASSERT_TRUE(store) << store.error().message();
    ASSERT_TRUE((*store)->load());
  }
  EXPECT_EQ(Texts(), drift());
  EXPECT_EQ(Texts(), upgrade()) << "and then there is nothing to do";
}

TEST_F(StorageUpgrade, S3_09_S3_10_S3_11_StepsComeInOrderAndOnce) {
  make();
  execute(
      "DROP VIEW call_graph; DROP INDEX idx_files_module_name; DROP TABLE system_files;"
      "ALTER TABLE files DROP COLUMN module_name; DROP TRIGGER atom_events_no_update");
  const Texts steps = upgrade();
  const auto place = [&](const std::string& step) {
    return std::find(steps.begin(), steps.end(), step) - steps.begin();
  };
  EXPECT_LT(place("table system_files"), place("column files.module_name"));
  EXPECT_LT(place("column files.module_name"), place("index idx_files_module_name"))
      << "an index on a missing column would fail";
  EXPECT_LT(place("index idx_files_module_name"), place("trigger atom_events_no_update"));
  EXPECT_LT(place("trigger atom_events_no_update"), place("view call_graph"));
  EXPECT_LT(place("view call_graph"), static_cast<std::ptrdiff_t>(steps.size()));
  EXPECT_EQ(Texts(), upgrade()) << "a second time nothing is done";
  open_and_compare();
}

TEST_F(StorageUpgrade, S3_12_EachStepIsToldAsItBeginsAndTheEnd) {
  const auto told = [&] {
    Texts lines;
    Connection connection = connect_writer(database(), {}, Synchronous::normal);
    schema::Surroundings around{database(), {}, {}, {}};
    around.told = [&](const std::string& line) { lines.push_back(line); };
    schema::bring_up(connection, around);
    return lines;
  };
  fs::create_directories(database().parent_path());
  EXPECT_EQ(Texts(), told()) << "a new database has no migration";
  execute("DROP INDEX idx_atoms_name");
  const Texts lines = told();
  ASSERT_EQ(2u, lines.size());
  EXPECT_EQ("[MIGRATION] applying index idx_atoms_name", lines[0]);
  EXPECT_TRUE(lines[1].starts_with("[MIGRATION] finished: 1 step,")) << lines[1];
  EXPECT_EQ(Texts(), told());
}

TEST_F(StorageUpgrade, S1_49_TheVersionIsInTheFileAndItsHeader) {
  make();
  EXPECT_EQ(std::int64_t{schema::kUserVersion}, number("PRAGMA user_version"));
  EXPECT_EQ(0, number("SELECT count(*) FROM schema_journal WHERE schema_version <> " +
                      std::to_string(schema::kSchemaVersion)));
}

TEST_F(StorageUpgrade, S3_06_ADatabaseWithoutIndexesTriggersAndViewsGetsThem) {
  make();
  {
    Connection connection(database(), Connection::Mode::read_write);
    const schema::LiveSchema all = schema::inspect(connection);
    for (const auto& each : all.indexes) {
      if (each.origin == 'c') connection.execute("DROP INDEX " + each.name);
    }
    for (const auto& each : all.triggers) connection.execute("DROP TRIGGER " + each.name);
    for (const auto& each : all.views) connection.execute("DROP VIEW " + each.name);
  }
  open_and_compare();
  EXPECT_EQ(Texts(), drift());
  EXPECT_TRUE(copies().empty());
}

TEST_F(StorageUpgrade, S4_21_AForeignTableIsKeptAndTold) {
  make();
  execute(
      "CREATE TABLE owners(file TEXT PRIMARY KEY, team); INSERT INTO owners VALUES('a', 1);"
      "DROP TABLE system_files");
  open_and_compare();
  EXPECT_EQ(Texts{"owners: extra table"}, drift());
  EXPECT_EQ(1, number("SELECT count(*) FROM owners WHERE team = 1"));
}

TEST_F(StorageUpgrade, S1_50_R_31_AnOldShapeIsRebuiltWithItsRowsAndWhatHangsOnIt) {
  make();
  execute("INSERT INTO config_files VALUES('package.json', '{}', 5)");
  remake("config_files", "path TEXT PRIMARY KEY, content TEXT, updated_at INTEGER", "");
  execute(
      "ALTER TABLE config_files ADD COLUMN team VARCHAR(9) DEFAULT 'core';"
      "CREATE INDEX by_team ON config_files(team);"
      "CREATE TABLE seen(path TEXT REFERENCES config_files(path));"
      "INSERT INTO seen VALUES('package.json');"
      "CREATE TRIGGER mine AFTER INSERT ON config_files BEGIN SELECT 1; END;"
      "CREATE VIEW teams AS SELECT team FROM config_files");
  const Texts before = drift();
  const Result<std::unique_ptr<Store>> store = open();
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_EQ((Texts{"config_files.team: extra column", "config_files.by_team: extra index",
                   "config_files.mine: extra trigger", "seen: extra table", "teams: extra view"}),
            drift());
  EXPECT_EQ(1, number("SELECT count(*) FROM config_files WHERE path = 'package.json' AND "
                      "content = '{}' AND updated_at = 5 AND team = 'core'"));
  EXPECT_EQ(1, number("SELECT count(*) FROM teams WHERE team = 'core'"));
  EXPECT_EQ(0, number("SELECT count(*) FROM pragma_foreign_key_check"));
  EXPECT_EQ("config_files", schema::inspect(Connection(database(), Connection::Mode::read_only))
                                .table("seen")
                                ->foreign_keys[0]
                                .table);
  // The copy from before is a whole database with the old shape.
  ASSERT_EQ(1u, copies().size());
  const Connection copy(copies()[0], Connection::Mode::immutable);
  Texts copied;
  for (const auto& each : schema::compare(schema::declared(), schema::inspect(copy)))
    copied.push_back(each.text());
  EXPECT_EQ(before, copied);
  // Each statement is in the journal, and the journal is whole.
  const Connection connection(database(), Connection::Mode::read_only);
  EXPECT_LE(7, connection.integer("SELECT count(*) FROM schema_journal WHERE kind = 'rebuild'"));
  EXPECT_FALSE(schema::broken_journal_row(connection));
}

TEST_F(StorageUpgrade, S3_17_RowsThatHaveNoValueForAColumnAreRefusedAndLeftAsTheyAre) {
  make();
  execute("INSERT INTO config_files VALUES('package.json', '{}', 5)");
  remake("config_files", "path TEXT PRIMARY KEY, content TEXT, updated_at INTEGER", "");
  execute("UPDATE config_files SET content = NULL; PRAGMA wal_checkpoint(TRUNCATE)");
  const Texts before = drift();
  const Result<std::unique_ptr<Store>> store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(ErrorKind::io, store.error().kind);
  EXPECT_NE(std::string::npos, store.error().reason.find("NOT NULL constraint failed"))
      << store.error().message();
  EXPECT_EQ(before, drift());
  EXPECT_EQ(1, number("SELECT count(*) FROM config_files WHERE content IS NULL"));
}

TEST_F(StorageUpgrade, S3_17_ANullWhereThereIsADefaultGetsIt) {
  make();
  const std::string sql = schema::declared_sql("files");
  std::string loose = sql;
  const std::string strict = "size INTEGER NOT NULL DEFAULT 0";
  loose.replace(loose.find(strict), strict.size(), "size INTEGER");
  execute("PRAGMA legacy_alter_table = ON; ALTER TABLE files RENAME TO f; " + loose +
          "; INSERT INTO files SELECT * FROM f; DROP TABLE f; UPDATE files SET size = NULL");
  ASSERT_TRUE(open());
  EXPECT_EQ(Texts(), drift());
  EXPECT_EQ(1, number("SELECT count(*) FROM files WHERE size = 0"));
}

TEST_F(StorageUpgrade, S3_03_NothingIsServedWhileACriticalTableIsMissing) {
  make();
  execute("DROP TABLE config_files; CREATE VIEW config_files AS SELECT 1 AS path");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Result<std::unique_ptr<Store>> store = open();
    ASSERT_FALSE(store);
    EXPECT_NE(std::string::npos, store.error().reason.find("config_files"))
        << store.error().message();
    EXPECT_FALSE(store.error().cure.empty());
  }
  execute("DROP VIEW config_files");
  EXPECT_TRUE(open());
  EXPECT_EQ(Texts(), drift());
}

TEST_F(StorageUpgrade, ATableThatIsNotCriticalIsToldAndServedWithout) {
  make();
  execute("DROP TABLE system_files; CREATE VIEW system_files AS SELECT 1 AS path");
  open_and_compare();
  const Texts found = drift();
  ASSERT_FALSE(found.empty());
  EXPECT_EQ("system_files: table option: wanted a table, found a view", found[0]);
}

/// What an upgrade with a tool that knows no transactions leaves behind when it dies.
TEST_F(StorageUpgrade, AHalfMigratedDatabaseIsBroughtToItsEnd) {
  make();
  execute(
      "CREATE TABLE config_files_rebuilt(path TEXT PRIMARY KEY, content TEXT);"
      "INSERT INTO config_files_rebuilt VALUES('half', 'copied');"
      "DROP INDEX idx_atoms_name; ALTER TABLE schema_journal DROP COLUMN checksum;"
      "DROP TABLE schema_migrations; PRAGMA user_version = 0");
  remake("config_files", "path TEXT PRIMARY KEY, content TEXT, updated_at INTEGER", "");
  open_and_compare();
  EXPECT_EQ(Texts{"config_files_rebuilt: extra table"}, drift());
  EXPECT_EQ(1, number("SELECT count(*) FROM config_files_rebuilt"));
}

std::string predecessor_sql() {
  return file_bytes(fs::path(DELTAGRAPH_SOURCE_DIR) / "tests/databases/predecessor.sql");
}

TEST_F(StorageUpgrade, S1_29_S4_22_ThePredecessorsTablesAreKeptAsLegacy) {
  fs::create_directories(database().parent_path());
  {
    Connection connection(database(), Connection::Mode::read_write_create);
    connection.execute(predecessor_sql());
    EXPECT_EQ(56, connection.integer("SELECT count(*) FROM pragma_table_info('atoms')"));
  }
  const Result<std::unique_ptr<Store>> store = open();
  ASSERT_TRUE(store) << store.error().message();
  const Texts found = drift();
  EXPECT_EQ((Texts{"legacy_atom_relations: extra table", "legacy_atoms: extra table",
                   "legacy_files: extra table", "legacy_system_metadata: extra table",
                   "risk_assessments: extra table", "atom_health: extra view"}),
            found);
  EXPECT_EQ(2, number("SELECT count(*) FROM legacy_atoms"));
  EXPECT_EQ(1, number("SELECT count(*) FROM legacy_atoms WHERE id = 'src/a.js::pay' AND "
                      "extracted_at = '2026-02-28T12:00:00.000Z'"));
  EXPECT_EQ(1, number("SELECT count(*) FROM legacy_atom_relations"));
  EXPECT_EQ(2, number("SELECT count(*) FROM atom_health")) << "what looks at a table follows it";
  EXPECT_EQ(1, number("SELECT count(*) FROM risk_assessments"));
  EXPECT_EQ(1, number("SELECT count(*) FROM schema_journal WHERE sql LIKE 'DROP VIEW%call_graph%"
                      "SELECT s.name AS caller%'"))
      << "a view that was replaced is in the journal";
  for (const char* sql : {"DELETE FROM legacy_atoms", "UPDATE legacy_files SET atom_count = 1",
                          "INSERT INTO legacy_system_metadata VALUES('a', 'b', 'c')"}) {
    EXPECT_THROW(execute(sql), Failure) << sql;
  }
  ASSERT_EQ(1u, copies().size());
  ASSERT_TRUE((*store)->commit(delta_of({project_.put("a.js", {{"pay", 1}})}), at_sequence(1)));
  const Result<std::unique_ptr<SchemaReader>> reader = open_schema_reader(database());
  ASSERT_TRUE(reader);
  const Result<DatabaseAudit> audit = (*reader)->audit(true);
  ASSERT_TRUE(audit) << audit.error().message();
  EXPECT_TRUE(audit->integrity.empty());
}

TEST_F(StorageUpgrade, ADatabaseOfOursThatWasDumpedAndReadAgainIsOurs) {
  make();
  execute("PRAGMA application_id = 0; PRAGMA user_version = 0; DROP INDEX idx_atoms_name");
  open_and_compare();
  EXPECT_EQ(Texts(), drift());
}

TEST_F(StorageUpgrade, R_30_ANewerDatabaseMayBeReadWhereItSaysSo) {
  make();
  const auto declare = [&](std::uint32_t oldest, std::uint32_t version) {
    execute("PRAGMA user_version = " + std::to_string(oldest << 16 | version) +
            "; PRAGMA wal_checkpoint(TRUNCATE)");
  };
  declare(schema::kSchemaVersion, schema::kSchemaVersion + 1);
  const std::string before = file_bytes(database());
  const Result<std::unique_ptr<Store>> store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(ErrorKind::newer, store.error().kind);
  const std::string newer = std::to_string(schema::kSchemaVersion + 1);
  EXPECT_NE(std::string::npos, store.error().reason.find("schema " + newer))
      << store.error().reason;
  EXPECT_NE(std::string::npos,
            store.error().reason.find("knows " + std::to_string(schema::kSchemaVersion)));
  ASSERT_TRUE(open_reader(database()));
  const Result<StoredProject> read = load_project(database());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(describe(project_, 1), describe(*read));
  EXPECT_EQ(before, file_bytes(database()));
  declare(schema::kSchemaVersion + 1, schema::kSchemaVersion + 1);
  const Result<std::unique_ptr<Reader>> reader = open_reader(database());
  ASSERT_FALSE(reader);
  EXPECT_EQ(ErrorKind::newer, reader.error().kind);
}

TEST_F(StorageUpgrade, R_31_AFailureAtAnyStatementLeavesTheOldOrTheNewSchemaWhole) {
  make();
  execute("INSERT INTO config_files VALUES('package.json', '{}', 5)");
  remake("config_files", "path TEXT PRIMARY KEY, content TEXT, updated_at INTEGER", "");
  execute("DROP INDEX idx_atoms_name; DROP VIEW call_graph; PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string old = file_bytes(database());
  const Texts old_drift = drift();
  ASSERT_FALSE(old_drift.empty());
  FaultVfs vfs("upgrade-fault");
  constexpr unsigned kWrites = FaultVfs::write | FaultVfs::sync | FaultVfs::truncate;
  std::uint64_t refused = 0;
  bool done = false;
  for (std::uint64_t n = 1; !done; ++n) {
    ASSERT_LT(n, 2000u);
    fs::remove_all(database().parent_path());
    folder_.write("state/deltagraph.db", old);
    vfs.arm(kWrites, n, EIO, FaultVfs::Duration::from_then_on);
    bool opened = false;
    {
      const Result<std::unique_ptr<Store>> store = open(vfs.name());
      done = !vfs.fired();
      opened = static_cast<bool>(store);
    }
    vfs.disarm();
    refused += opened ? 0 : 1;
    const Texts found = drift();
    EXPECT_TRUE(found == old_drift || found.empty()) << "after failure " << n << ": " << found[0];
    if (opened) {
      EXPECT_EQ(Texts(), found) << "after failure " << n;
    }
    EXPECT_EQ(1, number("SELECT count(*) FROM config_files WHERE content = '{}'"));
    EXPECT_EQ(found.empty() ? 1 : 0,
              number("SELECT count(*) FROM schema_journal WHERE object = 'idx_atoms_name' "
                     "AND id > 60"))
        << "the journal goes with the schema";
    open_and_compare();
  }
  EXPECT_GT(refused, 3u) << "the sweep met something to fail";
}

TEST_F(StorageUpgrade, S1_28_R_33_OfManyStartsAtOnceOneUpgrades) {
  make();
  execute(
      "DROP INDEX idx_files_module_name; ALTER TABLE files DROP COLUMN module_name;"
      "PRAGMA wal_checkpoint(TRUNCATE)");
  constexpr int kStarts = 20;
  std::vector<pid_t> children;
  for (int i = 0; i < kStarts; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(open() ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(0, status);
  }
  EXPECT_EQ(Texts(), drift());
  EXPECT_EQ(1, number("SELECT count(*) FROM schema_journal WHERE object = 'files.module_name'"));
}

TEST_F(StorageUpgrade, S1_26_ACorruptEnumIsRepairedOnce) {
  make();
  execute(
      "UPDATE atoms SET purpose_type = '[object Object]', purpose_confidence = 1 "
      "WHERE name = 'f'; UPDATE atoms SET purpose_type = 'API_EXPORT' WHERE name = 'g';"
      "DELETE FROM schema_migrations");
  EXPECT_EQ(Texts{"migration repair_purpose_type"}, upgrade());
  open_and_compare();
  EXPECT_EQ(1, number("SELECT count(*) FROM atoms WHERE name = 'f' AND purpose_type IS NULL AND "
                      "purpose_confidence IS NULL"));
  EXPECT_EQ(1, number("SELECT count(*) FROM atoms WHERE purpose_type = 'API_EXPORT'"));
  EXPECT_EQ(1, number("SELECT count(*) FROM schema_migrations WHERE name = 'repair_purpose_type' "
                      "AND status = 'applied' AND kind = 'fix'"));
  EXPECT_EQ(Texts(), upgrade()) << "it is recorded";
}

TEST_F(StorageUpgrade, S1_24_S1_25_ADataMigrationWithNothingToDoIsSkipped) {
  make();
  EXPECT_EQ(static_cast<std::int64_t>(schema::built_in().size()),
            number("SELECT count(*) FROM schema_migrations WHERE status = 'skipped'"));
}

TEST(SchemaBuiltIn, S1_27_NoneTouchesTheSchema) {
  for (const schema::BuiltIn& each : schema::built_in()) {
    EXPECT_FALSE(each.description.empty());
    for (const schema::Token& token : schema::tokens_of(each.run)) {
      for (const char* word : {"create", "alter", "drop"})
        EXPECT_FALSE(token.is_word(word)) << each.name;
    }
  }
}

TEST_F(StorageUpgrade, R_32_AnEditedJournalIsFound) {
  make();
  const auto broken = [&]() -> std::int64_t {
    const Connection connection(database(), Connection::Mode::read_only);
    return schema::broken_journal_row(connection).value_or(0);
  };
  EXPECT_EQ(0, broken());
  edit_behind_its_back(database(), "UPDATE schema_journal SET sql = sql || ' ' WHERE id = 7");
  EXPECT_EQ(7, broken());
  edit_behind_its_back(database(), "UPDATE schema_journal SET sql = rtrim(sql) WHERE id = 7");
  EXPECT_EQ(0, broken());
  edit_behind_its_back(database(), "DELETE FROM schema_journal WHERE id = 9");
  EXPECT_EQ(10, broken());
}

}  // namespace
}  // namespace dg
