// Applying and rolling back: one transaction each, checked, repeatable, and never a silent loss.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "storage/requests/shape.h"
#include "storage/schema/live/inspect.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

const char* const kNotes = "good/01_review_notes.json";

std::string row_of_notes(const std::string& body) {
  return "INSERT INTO review_notes (atom_id, body) VALUES ('a.js::f', '" + body + "')";
}

/// The shapes of all requested tables.
std::string shapes(const Connection& connection) {
  return shape_of_all(schema::inspect(connection));
}

TEST_F(RequestTest, S5_36_S5_38_EveryGoodExampleIsTakenBackAndAppliedAgain) {
  std::vector<std::pair<std::string, std::string>> steps;  // Id, and the shape before it.
  const Json expected = example("expected.json");
  for (const auto& [name, codes] : expected.items()) {
    if (!name.starts_with("good/")) continue;
    const std::string id = create_and_approve(example(name));
    const std::string before = shapes(file());
    const auto first = store_->apply(id, kGrace);
    ASSERT_TRUE(first) << name << ": " << trouble(first);
    const std::string after = shapes(file());
    EXPECT_NE(before, after) << name;
    const auto back = store_->rollback(id, kGrace, false);
    ASSERT_TRUE(back) << name << ": " << trouble(back);
    EXPECT_EQ(shapes(file()), before) << name;
    EXPECT_EQ(back->row.status, Status::approved);
    const auto again = store_->apply(id, kGrace);
    ASSERT_TRUE(again) << name << ": " << trouble(again);
    EXPECT_EQ(shapes(file()), after) << name;
    steps.emplace_back(id, before);
  }
  ASSERT_GE(steps.size(), 10u);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const auto back = store_->rollback(step->first, kGrace, false);
    ASSERT_TRUE(back) << trouble(back);
    EXPECT_EQ(shapes(file()), step->second);
  }
}

TEST_F(RequestTest, S5_37_ASecondApplyChecksAndChangesNothing) {
  const std::string id = create_and_apply(example(kNotes));
  const auto again = store_->apply(id, kGrace);
  ASSERT_TRUE(again) << trouble(again);
  EXPECT_TRUE(again->already);
  EXPECT_EQ(store_->audit(id, 50, 0)->total, 3u);
  file().execute("ALTER TABLE review_notes ADD COLUMN sneaked_in TEXT");
  const auto drifted = store_->apply(id, kGrace);
  ASSERT_FALSE(drifted);
  EXPECT_NE(drifted.error().message().find("sneaked_in"), std::string::npos)
      << drifted.error().message();
}

TEST_F(RequestTest, S5_25_AConflictingTableIsNeverTakenForTheOneAskedFor) {
  const std::string id = create_and_approve(example(kNotes));
  file().execute("CREATE TABLE review_notes (id INTEGER)");
  const auto applied = store_->apply(id, kGrace);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::conflict);
  EXPECT_EQ(ask("SELECT count(*) FROM pragma_table_info('review_notes')"), "1");
  EXPECT_NE(status_of(id), Status::migrated);
}

TEST_F(RequestTest, R_31_AFailingMigrationLeavesTheOldSchemaWholeAndIsTold) {
  create_and_apply(example(kNotes));
  const Json unique = Json::parse(R"({"tableName": "review_notes", "operation": "alter",
    "changes": [
      {"op": "add_column", "column": {"name": "state", "type": "TEXT"}},
      {"op": "add_index", "index": {"name": "idx_review_notes_body", "columns": ["body"],
                                    "unique": true}}],
    "requestMetadata": {"requestedBy": "ada", "justification": "No note twice."}})");
  const std::string id = create_and_approve(unique);
  Connection db = file();
  db.execute(row_of_notes("twice"));
  db.execute(row_of_notes("twice"));
  const std::string before = shapes(db);
  const auto applied = store_->apply(id, kGrace);
  ASSERT_FALSE(applied);
  EXPECT_NE(applied.error().message().find("UNIQUE"), std::string::npos)
      << applied.error().message();
  EXPECT_EQ(shapes(db), before);
  EXPECT_EQ(status_of(id), Status::approved);
  EXPECT_EQ(ask("SELECT error_message IS NOT NULL FROM schema_audit WHERE action = "
                "'APPLY_FAILED'"),
            "1");
  // And such a request would not have been approved with those rows there.
  EXPECT_NE(store_->migration(id)->failure, "");
}

/// Whenever the process dies: the table is there with its journal and its status, or none of them.
TEST_F(RequestTest, R_31_AProcessKilledWhileItAppliesLeavesOldOrNewWhole) {
  const std::string id = create_and_approve(example(kNotes));
  const std::string before = shapes(file());
  std::mt19937 random(std::random_device{}());
  int made = 0;
  for (int round = 0; round < 20; ++round) {
    store_.reset();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      open();
      ::_exit(store_->apply(id, kGrace) ? 0 : 1);
    }
    ::usleep(static_cast<useconds_t>(random() % 8000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    open();
    const bool migrated = status_of(id) == Status::migrated;
    EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
              migrated ? "1" : "0");
    EXPECT_EQ(shapes(file()) == before, !migrated);
    if (!migrated) continue;
    ++made;
    ASSERT_TRUE(store_->apply(id, kGrace)->already);
    ASSERT_TRUE(store_->rollback(id, kGrace, false));
  }
  RecordProperty("applied", made);
}

TEST_F(RequestTest, S5_38_RowsAreOnlyDiscardedOnRequestAndAfterABackup) {
  const std::string id = create_and_apply(example(kNotes));
  file().execute(row_of_notes("precious"));
  const auto refused = store_->rollback(id, kGrace, false);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("1 rows"), std::string::npos)
      << refused.error().message();
  EXPECT_EQ(ask("SELECT body FROM review_notes"), "precious");
  const auto done = store_->rollback(id, kGrace, true);
  ASSERT_TRUE(done) << trouble(done);
  EXPECT_EQ(done->rows_lost, 1);
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'review_notes'"), "0");
  const Connection backup(done->backup, Connection::Mode::read_only);
  Statement kept = backup.prepare("SELECT body FROM review_notes");
  ASSERT_TRUE(kept.step());
  EXPECT_EQ(kept.text(0), "precious");
}

TEST_F(RequestTest, S5_38_AReferencedTableIsNotDropped) {
  const std::string owners = create_and_apply(example("good/02_owners.json"));
  const std::string links = create_and_apply(example("good/03_atom_owners.json"));
  const auto refused = store_->rollback(owners, kGrace, true);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("atom_owners"), std::string::npos);
  ASSERT_TRUE(store_->rollback(links, kGrace, false));
  EXPECT_TRUE(store_->rollback(owners, kGrace, false));
}

TEST_F(RequestTest, S5_38_MigrationsAreTakenBackNewestFirst) {
  const std::string table = create_and_apply(example(kNotes));
  const std::string alter = create_and_apply(example("good/06_alter_add_column.json"));
  const auto refused = store_->rollback(table, kGrace, true);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("builds on it"), std::string::npos);
  ASSERT_TRUE(store_->rollback(alter, kGrace, false));
  EXPECT_TRUE(store_->rollback(table, kGrace, false));
}

TEST_F(RequestTest, S5_49_ARebuildKeepsRowsAndWhatRefersToThem) {
  create_and_apply(example("good/02_owners.json"));
  create_and_apply(example("good/03_atom_owners.json"));
  Connection db = file();
  db.execute("PRAGMA foreign_keys = ON");
  db.execute("INSERT INTO owners (email) VALUES ('a@b'), ('c@d')");
  db.execute("INSERT INTO atom_owners (atom_id, owner_id) VALUES ('f', 1), ('g', 2)");
  const Json rebuild = Json::parse(R"({"tableName": "owners", "operation": "alter", "changes": [
    {"op": "rebuild", "schemaJson": {"tableName": "owners", "columns": [
      {"name": "id", "type": "SERIAL", "primaryKey": true},
      {"name": "mail", "type": "TEXT", "nullable": false, "unique": true, "from": "email"},
      {"name": "display_name", "type": "TEXT", "nullable": false, "defaultValue": "'nobody'"},
      {"name": "level", "type": "INTEGER", "nullable": false, "defaultValue": "3"}]}}],
    "requestMetadata": {"requestedBy": "ada", "justification": "Tidy."}})");
  const std::string id = create_and_approve(rebuild);
  const auto rebuilt = store_->apply(id, kGrace);
  ASSERT_TRUE(rebuilt) << trouble(rebuilt);
  const Connection kept(rebuilt->backup, Connection::Mode::read_only);
  EXPECT_EQ(kept.integer("SELECT count(created_at) FROM owners"), 2) << "what is dropped is kept";
  EXPECT_EQ(ask("SELECT id || mail || display_name || level FROM owners ORDER BY id"),
            "1a@bit's nobody3|2c@dit's nobody3");
  EXPECT_EQ(ask("SELECT group_concat(atom_id || owner_id) FROM atom_owners"), "f1,g2");
  EXPECT_EQ(schema::broken_reference(db), "");
  // Taken back: what is new is lost, what was dropped is empty; so it has to be said.
  EXPECT_FALSE(store_->rollback(id, kGrace, false));
  const auto back = store_->rollback(id, kGrace, true);
  ASSERT_TRUE(back) << trouble(back);
  EXPECT_EQ(ask("SELECT id || email FROM owners ORDER BY id"), "1a@b|2c@d");
}

TEST_F(RequestTest, R_32_AnEditedMigrationIsNotRun) {
  const std::string id = create_and_apply(example(kNotes));
  file().execute("UPDATE schema_migrations SET down_sql = down_sql || 'DROP TABLE schema_audit;'");
  const auto back = store_->rollback(id, kGrace, false);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(ask("SELECT count(*) > 0 FROM schema_audit"), "1");
}

TEST_F(RequestTest, S5_11_ARejectedRequestMayBecomeADraftAgain) {
  const std::string id = create(example(kNotes));
  ASSERT_TRUE(store_->set_status(id, Status::rejected, kGrace, "", ""));
  EXPECT_FALSE(store_->apply(id, kGrace));
  ASSERT_TRUE(store_->set_status(id, Status::draft, kAda, "", ""));
  ASSERT_TRUE(store_->set_status(id, Status::requested, kAda, "", ""));
  EXPECT_TRUE(store_->set_status(id, Status::approved, kGrace, "", ""));
}

}  // namespace
}  // namespace dg::requests
