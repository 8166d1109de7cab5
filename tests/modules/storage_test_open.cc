// Opening: newer, damaged and foreign files; repair of the schema; what the registry promises.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "storage/backup/backup.h"
#include "storage/schema/ddl.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/report/health.h"
#include "storage/schema/upgrade/upkeep.h"
#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageOpen : public ::testing::Test {
 protected:
  std::filesystem::path database() const { return folder_.root() / "state/deltagraph.db"; }
  Result<std::unique_ptr<Store>> open() { return Store::open({database(), "", {}}); }

  /// A closed database with one commit.
  void make() {
    Result<std::unique_ptr<Store>> store = open();
    ASSERT_TRUE(store) << store.error().message();
    const Result<CommitCounts> counts = (*store)->commit(
        delta_of({project_.put("a.js", {{"f", 1, "f()", "", {"a.js::g"}, {"x"}}, {"g", 7}})}),
        at_sequence(1));
    ASSERT_TRUE(counts) << counts.error().message();
  }
  void execute(const std::string& sql) {
    Connection connection(database(), Connection::Mode::read_write);
    connection.execute(sql);
  }
  void patch(std::uint64_t at, const std::string& bytes) {
    std::fstream file(database(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  ErrorKind failure_of_open() {
    const Result<std::unique_ptr<Store>> store = open();
    if (store) return ErrorKind::usage;  // No open fails with it.
    EXPECT_FALSE(store.error().reason.empty());
    EXPECT_FALSE(store.error().cure.empty());
    return store.error().kind;
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  HandmadeProject project_;
};

/// Whether another process finds SQLite's lock on a database: without it, its last close would
/// delete the log (sqlite.org/fileformat2.html, section 1.4, "The Lock-Byte Page").
bool is_locked_for_others(const std::filesystem::path& database) {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = ::open(database.c_str(), O_RDWR | O_CLOEXEC);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000002;
    lock.l_len = 510;
    const bool asked = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0;
    _exit(asked && lock.l_type != F_UNLCK ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0;
}

TEST_F(StorageOpen, NoSecondLookAtTheFileGivesUpItsLock) {
  Result<std::unique_ptr<Store>> store = open();
  ASSERT_TRUE(store) << store.error().message();
  ASSERT_TRUE((*store)->commit(delta_of({project_.put("a.js", {{"f", 1}})}), at_sequence(1)));
  EXPECT_TRUE(is_locked_for_others(database()));
  ASSERT_TRUE(open_reader(database()));
  ASSERT_TRUE(load_project(database()));
  ASSERT_TRUE(back_up(database(), folder_.root() / "copy.db"));
  EXPECT_TRUE(is_locked_for_others(database()));
}

TEST_F(StorageOpen, ANewerDatabaseIsLeftUntouched) {
  make();
  execute("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = file_bytes(database());
  EXPECT_EQ(ErrorKind::newer, failure_of_open());
  const Result<std::unique_ptr<Reader>> reader = open_reader(database());
  ASSERT_FALSE(reader);
  EXPECT_EQ(ErrorKind::newer, reader.error().kind);
  EXPECT_EQ(before, file_bytes(database()));
  EXPECT_FALSE(std::filesystem::exists(database().string() + "-wal"));
}

TEST_F(StorageOpen, ANewerDatabaseWhoseVersionIsOnlyInTheWalIsLeftUntouched) {
  make();
  {
    Connection connection(database(), Connection::Mode::read_write);
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    connection.execute("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99");
  }
  const std::string before = file_bytes(database());
  const std::string wal = file_bytes(database().string() + "-wal");
  ASSERT_FALSE(wal.empty());
  EXPECT_EQ(ErrorKind::newer, failure_of_open());
  EXPECT_EQ(before, file_bytes(database()));
  EXPECT_EQ(wal, file_bytes(database().string() + "-wal"));
}

TEST_F(StorageOpen, WhatIsNoDatabaseIsCorrupt) {
  folder_.write("state/deltagraph.db", std::string(5000, 'x'));
  EXPECT_EQ(ErrorKind::corrupt, failure_of_open());
  EXPECT_EQ(std::string(5000, 'x'), folder_.read("state/deltagraph.db"));
  folder_.write("state/deltagraph.db", "short");
  EXPECT_EQ(ErrorKind::corrupt, failure_of_open());
  EXPECT_EQ("short", folder_.read("state/deltagraph.db"));
}

TEST_F(StorageOpen, ADatabaseOfAnotherProgramIsRefused) {
  make();
  execute("PRAGMA application_id = 1234; PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = file_bytes(database());
  EXPECT_EQ(ErrorKind::corrupt, failure_of_open());
  EXPECT_EQ(before, file_bytes(database()));
}

TEST_F(StorageOpen, AnEmptyFileBecomesADatabase) {
  folder_.write("state/deltagraph.db", "");
  EXPECT_TRUE(open());
}

TEST_F(StorageOpen, EveryTruncationIsRefusedOrHarmless) {
  make();
  const std::string whole = file_bytes(database());
  for (std::size_t size = whole.size() - 1; size > 600; size = size * 9 / 10) {
    folder_.write("state/deltagraph.db", whole.substr(0, size));
    EXPECT_EQ(ErrorKind::corrupt, failure_of_open()) << size << " of " << whole.size();
  }
}

TEST_F(StorageOpen, ADamagedDatabaseIsSetAsideAndMadeAnew) {
  make();
  patch(0, std::string(100, '\0'));
  const std::string damaged = file_bytes(database());
  folder_.write("state/deltagraph.db-wal", "old log");
  ASSERT_EQ(ErrorKind::corrupt, failure_of_open());
  const Result<std::filesystem::path> first = set_aside(database());
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(damaged, file_bytes(*first));
  EXPECT_EQ("old log", file_bytes(first->string() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(database()));
  make();
  const Result<std::filesystem::path> second = set_aside(database());
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second) << "nothing is overwritten, whatever the clock says";
  EXPECT_EQ(damaged, file_bytes(*first));
}

TEST_F(StorageOpen, R07_RandomDamageNeverCrashes) {
  make();
  const std::string whole = file_bytes(database());
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    const std::size_t page = random() % (bytes.size() / 4096);
    if (round % 3 == 0) {
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\0');
    } else {
      for (int i = 0; i < 30; ++i) {
        bytes[page * 4096 + random() % 4096] = static_cast<char>(random());
      }
    }
    for (const char* suffix : {"", "-wal", "-shm"})
      folder_.remove("state/deltagraph.db" + std::string(suffix));
    folder_.write("state/deltagraph.db", bytes);
    const Result<std::unique_ptr<Store>> store = open();
    if (!store) continue;
    const Result<StoredProject> project = (*store)->load();
    if (!project) continue;
    // Where it is read at all, what is read has its shape: every index leads somewhere.
    for (const FileVersionPtr& file : project->files) {
      EXPECT_EQ(file->atoms.size(), file->facts->atoms.size());
      for (const Edge& edge : file->links->edges) EXPECT_LT(raw(edge.source), file->atoms.size());
    }
    static_cast<void>((*store)->integrity());
  }
}

TEST_F(StorageOpen, AFolderThatCannotBeMadeIsSaidSo) {
  folder_.write("state", "a file in the way");
  const Result<std::unique_ptr<Store>> store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(ErrorKind::io, store.error().kind);
  EXPECT_FALSE(store.error().cure.empty());
}

TEST_F(StorageOpen, ReadingMakesNoDatabase) {
  const Result<std::unique_ptr<Reader>> reader = open_reader(database());
  ASSERT_FALSE(reader);
  EXPECT_EQ(ErrorKind::not_found, reader.error().kind);
  const Result<StoredProject> project = load_project(database());
  ASSERT_FALSE(project);
  EXPECT_EQ(ErrorKind::not_found, project.error().kind);
  EXPECT_FALSE(std::filesystem::exists(database().parent_path()));
}

TEST_F(StorageOpen, MissingPartsAreRepaired) {
  make();
  execute(
      "DROP INDEX idx_atoms_name; DROP VIEW call_graph; DROP TABLE system_files;"
      "DROP TRIGGER atom_events_no_update; DROP VIEW functions; DROP VIEW live_atoms;"
      "ALTER TABLE atoms DROP COLUMN derived_json; ALTER TABLE atoms DROP COLUMN is_static;"
      "ALTER TABLE atoms ADD COLUMN by_hand TEXT; CREATE TABLE foreign_table(x)");
  Result<std::unique_ptr<Store>> store = open();
  ASSERT_TRUE(store) << store.error().message();
  const Result<StoredProject> loaded = (*store)->load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(describe(project_, 1), describe(*loaded));
  Connection connection(database(), Connection::Mode::read_only);
  const schema::Report report = schema::report_of(schema::inspect(connection));
  EXPECT_EQ(0u, report.missing_tables);
  EXPECT_EQ(0u, report.missing_columns);
  EXPECT_EQ(1u, report.extra_columns) << "kept, and told";
  EXPECT_EQ(std::vector<std::string>{"foreign_table"}, report.extra_tables);
  EXPECT_EQ(1, connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'call_graph'"));
  EXPECT_EQ(1, connection.integer("SELECT count(*) FROM sqlite_schema "
                                  "WHERE name = 'idx_atoms_name'"));
  EXPECT_EQ(1, connection.integer("SELECT count(*) FROM schema_journal "
                                  "WHERE object = 'atoms.derived_json'"));
  EXPECT_EQ(0, schema::bring_up(connection)) << "a second time there is nothing to do";
}

TEST_F(StorageOpen, Invariant3_TheLogRefusesUpdateAndDelete) {
  make();
  for (const std::string table :
       {"atom_events", "transactions", "transaction_files", "schema_journal"}) {
    for (const std::string& sql :
         {"DELETE FROM " + table, "UPDATE " + table + " SET rowid = rowid"}) {
      try {
        execute(table == "transaction_files" && sql[0] == 'U' ? "UPDATE " + table + " SET path = ''"
                                                              : sql);
        ADD_FAILURE() << sql;
      } catch (const Failure& failure) {
        EXPECT_EQ(table + " is append-only", failure.text);
      }
    }
  }
}

TEST(StorageRegistry, S1_02_to_S1_10_HasTheDocumentedColumns) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  std::size_t total = 0, indexes = 0;
  for (const schema::Table& table : schema::tables()) {
    if (!table.documented) continue;
    const auto columns = static_cast<std::size_t>(
        std::count_if(table.columns.begin(), table.columns.end(),
                      [](const schema::Column& column) { return column.documented; }));
    counts.emplace_back(table.name, columns);
    total += columns;
    indexes += static_cast<std::size_t>(
        std::count_if(table.indexes.begin(), table.indexes.end(),
                      [](const schema::Index& index) { return index.documented; }));
  }
  const std::vector<std::pair<std::string, std::size_t>> expected = {{"atoms", 58},
                                                                     {"files", 8},
                                                                     {"atom_relations", 8},
                                                                     {"system_files", 17},
                                                                     {"semantic_connections", 8},
                                                                     {"cache_entries", 5},
                                                                     {"atom_versions", 6},
                                                                     {"atom_events", 9}};
  EXPECT_EQ(expected, counts);
  EXPECT_EQ(119u, total);
  // Of the 27 documented ones two on atom_relations are its primary key here.
  EXPECT_EQ(25u, indexes);
}

TEST(StorageRegistry, S1_11_DescribesEverything) {
  for (const schema::Table& table : schema::tables()) {
    EXPECT_FALSE(table.description.empty()) << table.name;
    for (const schema::Column& column : table.columns) {
      EXPECT_FALSE(column.description.empty()) << table.name << "." << column.name;
      EXPECT_FALSE(column.added_in.empty()) << table.name << "." << column.name;
    }
  }
  const schema::Table* atoms = schema::table("atoms");
  ASSERT_NE(nullptr, atoms);
  ASSERT_NE(nullptr, atoms->column("called_by_json"));
  EXPECT_EQ("v0.9.20", atoms->column("called_by_json")->added_in);
  EXPECT_EQ(nullptr, atoms->column("nonsense"));
  EXPECT_EQ(nullptr, schema::table("nonsense"));
}

TEST(StorageRegistry, S1_14_S3_08_ColumnsThatCanBeAddedSayHow) {
  const schema::Table& atoms = *schema::table("atoms");
  EXPECT_EQ(
      "ALTER TABLE atoms ADD COLUMN derived_json TEXT "
      "CHECK (derived_json IS NULL OR json_valid(derived_json))",
      schema::add_column_sql(atoms, *atoms.column("derived_json")));
  EXPECT_EQ("", schema::add_column_sql(atoms, *atoms.column("rowid")));
  EXPECT_EQ("", schema::add_column_sql(atoms, *atoms.column("id")));
}

TEST(StorageRegistry, Invariant9_ItsSqlMakesADatabaseWithoutAnyDifference) {
  TempProject folder;
  Connection connection(folder.path("x.db"), Connection::Mode::read_write_create);
  connection.execute("BEGIN;" + schema::schema_sql() + "COMMIT");
  const schema::Report report = schema::report_of(schema::inspect(connection));
  for (const schema::TableReport& table : report.tables) {
    EXPECT_EQ(schema::TableReport::State::ok, table.state) << table.name;
  }
  EXPECT_TRUE(report.extra_tables.empty());
  EXPECT_EQ(0, connection.integer("SELECT count(*) FROM pragma_table_list "
                                  "WHERE type = 'table' AND schema = 'main' AND strict = 0 "
                                  "AND name NOT LIKE 'sqlite%'"));
  EXPECT_EQ(0, connection.integer("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%CASCADE%'"));
}

TEST(StorageRegistry, StatementsNameTheirColumns) {
  const schema::Table& metadata = *schema::table("system_metadata");
  const schema::Column* key = metadata.column("key");
  const schema::Column* value = metadata.column("value");
  const std::vector<const schema::Column*> both = {key, value};
  EXPECT_EQ("INSERT INTO system_metadata(key, value) VALUES(?1, ?2)",
            schema::insert_sql(metadata, both));
  EXPECT_EQ(
      "INSERT INTO system_metadata(key, value) VALUES(?1, ?2) "
      "ON CONFLICT(key) DO UPDATE SET value = excluded.value WHERE 1",
      schema::upsert_sql(metadata, both, "1"));
  EXPECT_EQ("UPDATE system_metadata SET value = ?1 WHERE key = ?2",
            schema::update_sql(metadata, std::vector{value}, std::vector{key}));
  EXPECT_EQ("DELETE FROM system_metadata WHERE key = ?1",
            schema::delete_sql(metadata, std::vector{key}));
}

}  // namespace
}  // namespace dg
