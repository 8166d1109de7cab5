// The validator's mutation check (RELIABILITY §2.5): one fault in each layer in turn. The stage
// that owns the layer finds it, and the repair makes all sides agree again.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "daemon/replay.h"
#include "daemon/requests/delta_json.h"
#include "daemon/validator/run.h"
#include "parser/facts_codec.h"
#include "storage/history/compact.h"
#include "tests/support/invariants.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

class ValidatorTest : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("a.js",
                   "/** Takes the money. */\nexport function pay(order) { fee(order); }\n\n"
                   "function fee(order) { return bank.take(order); }\n");
    project_.write("b.js",
                   "import { pay } from './a.js';\n\nexport class Cart {\n"
                   "  checkout() { pay(this); }\n}\n");
    project_.write("c.js", "import { Cart } from './b.js';\nnew Cart().checkout();\n");
    open();
    rescan();
    // A history: changes, an atom that goes and one that comes back.
    save("b.js",
         "import { pay } from './a.js';\n\nexport class Cart {\n"
         "  checkout() { pay(this); this.empty(); }\n  empty() {}\n}\n");
    save("a.js", "export function pay(order) { return order; }\n");
    save("a.js",
         "/** Takes the money. */\nexport function pay(order) { fee(order); }\n\n"
         "function fee(order) { return bank.take(order); }\n\nexport function refund() { fee(); "
         "}\n");
    save("d.js", "import { refund } from './a.js';\nrefund();\n");
    project_.remove("d.js");
    apply("d.js");
    ASSERT_EQ(raw(pipeline_->snapshot()->sequence()), 6u);
  }

  void open() {
    pipeline_.reset();
    PipelineOptions options;
    options.root = project_.root();
    options.threads = 1;
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    pipeline_ = std::move(*pipeline);
  }
  void rescan() {
    SettledChange all;
    all.rescan = true;
    all.cause = Cause::reconcile;
    const Result<Outcome> outcome = pipeline_->apply(all);
    ASSERT_TRUE(outcome) << outcome.error().message();
  }
  void apply(const std::string& path) {
    SettledChange change;
    change.paths = {path};
    const Result<Outcome> outcome = pipeline_->apply(change);
    ASSERT_TRUE(outcome) << outcome.error().message();
  }
  void save(const std::string& path, const std::string& text) {
    project_.write(path, text);
    apply(path);
  }

  std::string database() const { return project_.path(".deltagraph/deltagraph.db").string(); }

  /// Changes the database behind the program's back.
  void plant(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    char* message = nullptr;
    const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message);
    const std::string text = message == nullptr ? "" : message;
    const int changes = sqlite3_total_changes(db);
    sqlite3_free(message);
    sqlite3_close(db);
    ASSERT_EQ(code, SQLITE_OK) << text;
    ASSERT_GT(changes, 0) << "the fault changes nothing: " << sql;
  }
  void plant_in_log(const std::string& sql) {
    plant(
        "DROP TRIGGER atom_events_no_delete; DROP TRIGGER atom_events_no_update;"
        "DROP TRIGGER transactions_no_delete; DROP TRIGGER transactions_no_update;"
        "DROP TRIGGER transaction_files_no_delete;"
        "DROP TRIGGER transaction_files_no_update;" +
        sql);
  }
  std::string ask(const std::string& sql) {
    Result<std::unique_ptr<Reader>> reader = pipeline_->reader();
    if (!reader) return reader.error().message();
    const Result<Reader::Table> table = (*reader)->sql(sql, 1, 10'000);
    if (!table) return table.error().message();
    return table->rows.empty() ? "none" : table->rows[0][0].value_or("NULL");
  }

  static std::string hexadecimal(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
      text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return text;
  }

  Validation look(Depth depth, bool repair = false) {
    ValidateOptions options;
    options.depth = depth;
    options.repair = repair;
    options.write = [this](const Repair& wanted) {
      Result<Outcome> outcome = pipeline_->repair(wanted);
      // As a service tells those who watch.
      if (outcome) static_cast<void>(delta_to_json(*outcome, 0));
      return outcome;
    };
    return validate(*pipeline_, options);
  }
  static std::string story(const Validation& validation) { return to_json(validation).dump(1); }

  void expect_clean() {
    const Validation deep = look(Depth::deep);
    EXPECT_TRUE(deep.consistent()) << story(deep);
  }
  /// The fault is found by this stage, and repaired; answers what was found.
  Validation expect_repaired(Stage stage, Depth depth) {
    const Validation found = look(depth);
    EXPECT_FALSE(found.consistent());
    EXPECT_GT(found.by_stage[static_cast<int>(stage)], 0u) << story(found);
    const Validation repaired = look(depth, true);
    EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
    EXPECT_EQ(repaired.failure, "");
    expect_clean();
    return repaired;
  }
  /// As above, and the log is whole, so that the independent checks of the invariants hold as well.
  Validation expect_whole(Stage stage, Depth depth = Depth::light) {
    Validation repaired = expect_repaired(stage, depth);
    EXPECT_EQ(first_violation(*pipeline_), "");
    open();
    rescan();
    expect_clean();
    return repaired;
  }

  /// `db replay --verify` goes on past what a repair noted as lost, and says so.
  void expect_replayed_past_losses() {
    const Result<ReplayReport> report = replay_log(database(), true, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_FALSE(report->broken) << raw(*report->broken) << ": " << report->reason;
    EXPECT_EQ(report->last, pipeline_->snapshot()->sequence());
    EXPECT_FALSE(report->lost.empty());
    EXPECT_GT(report->digests, 0u) << "from the repair on digests hold again";
  }

  TempProject project_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(ValidatorTest, FindsNothingWhereNothingIsWrong) {
  expect_clean();
  open();
  expect_clean();
  EXPECT_EQ(first_violation(*pipeline_), "");
}

// --- in pieces
// ------------------------------------------------------------------------------------

TEST_F(ValidatorTest, NoStepDoesMoreThanItsShareHoweverLargeFilesAndCommitsAre) {
  std::string large;
  for (int i = 0; i < 700; ++i) {
    const std::string n = std::to_string(i);
    large +=
        "export function f" + n + "() { return f" + std::to_string(i / 2) + "(g" + n + "); }\n";
  }
  save("large.js", large);
  project_.remove("large.js");
  apply("large.js");
  for (int i = 0; i < 300; ++i)
    project_.write("many/" + std::to_string(i) + ".js", "export const v = () => 1;\n");
  project_.write("large.js", large);
  rescan();
  const Validation full = look(Depth::full);
  EXPECT_TRUE(full.consistent()) << story(full);
  EXPECT_GT(full.work.events, 2100u);
  EXPECT_GT(full.work.units, 5000u);
  // A step ends with the part that fills it: at most 33 rows more.
  EXPECT_LE(full.work.most_units, Pace::kMostUnits + 33);
  EXPECT_GT(full.work.steps, full.work.units / (Pace::kMostUnits + 33));
}

TEST_F(ValidatorTest, TheWholeFileCheckOfSqliteCanBeStoppedEveryFewPages) {
  for (int i = 0; i < 300; ++i)
    project_.write("many/" + std::to_string(i) + ".js", "export const v = () => 1;\n");
  rescan();
  const Result<std::unique_ptr<Audit>> audit = pipeline_->audit();
  ASSERT_TRUE(audit);
  ASSERT_TRUE((*audit)->begin());
  const int pages = std::stoi(ask("PRAGMA page_count"));
  ASSERT_GT(pages, 2 * Audit::kPagesBetween);
  int asked = 0;
  const auto findings = (*audit)->integrity([&] {
    ++asked;
    return true;
  });
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->empty());
  EXPECT_GE(asked, pages / Audit::kPagesBetween);
  const auto stopped = (*audit)->integrity([] { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
}

TEST_F(ValidatorTest, EndsBetweenTwoStepsWhereItIsToldTo) {
  int asked = 0;
  Validator validator(*pipeline_, Depth::full, {{}, [&] { return ++asked < 3; }});
  while (validator.step()) {
  }
  EXPECT_TRUE(validator.stopped());
  EXPECT_GE(validator.work().steps, 3u);
  EXPECT_EQ(asked, 3) << "not once more";
}

// --- rows, edited while the program holds the right graph
// -------------------------------------------

struct RowFault {
  const char* name;
  const char* sql;
  const char* table;
  bool event;           ///< An atom's rows change: the repair is told by a reconcile event.
  bool commit = event;  ///< What is not derived changes: the repair is a commit.
};

class EditedRow : public ValidatorTest, public testing::WithParamInterface<RowFault> {};

TEST_P(EditedRow, IsFoundAndRepaired) {
  const std::string events = ask("SELECT count(*) FROM atom_events");
  plant(GetParam().sql);
  const Validation repaired = expect_whole(Stage::tables);
  ASSERT_FALSE(repaired.findings.empty());
  EXPECT_NE(repaired.findings[0].thing.find(GetParam().table), std::string::npos)
      << story(repaired);
  EXPECT_EQ(repaired.reconciled.size(), GetParam().commit ? 1u : 0u) << story(repaired);
  EXPECT_EQ(ask("SELECT count(*) FROM atom_events") != events, GetParam().event);
}

INSTANTIATE_TEST_SUITE_P(
    All, EditedRow,
    testing::Values(
        RowFault{"Signature",
                 "UPDATE atoms SET signature_json = '{\"text\":\"pay(x)\"}' WHERE id = 'a.js::pay'",
                 "atoms", true},
        RowFault{"Version", "UPDATE atoms SET version = version + 7 WHERE id = 'a.js::pay'",
                 "atoms", true},
        RowFault{"VersionBack", "UPDATE atoms SET version = 1 WHERE id = 'a.js::fee'", "atoms",
                 true},
        RowFault{"State", "UPDATE atoms SET state = 'removed' WHERE id = 'a.js::pay'", "atoms",
                 true},
        RowFault{"AtomGone", "DELETE FROM atoms WHERE id = 'a.js::pay'", "atoms", true},
        RowFault{"RelationGone",
                 "DELETE FROM atom_relations WHERE relation_type = 'calls' AND source_id = "
                 "(SELECT rowid FROM atoms WHERE id = 'a.js::pay')",
                 "atom_relations", true},
        RowFault{"RelationAdded",
                 "INSERT INTO atom_relations(source_id, relation_type, target_id, created_at) "
                 "SELECT s.rowid, 'calls', t.rowid, 0 FROM atoms s, atoms t "
                 "WHERE s.id = 'a.js::fee' AND t.id = 'b.js::Cart'",
                 "atom_relations", true},
        RowFault{"RelationChanged", "UPDATE atom_relations SET confidence = 'name'",
                 "atom_relations", true},
        RowFault{"OpenReferenceChanged",
                 "UPDATE unresolved_references SET text = 'shop.take' WHERE text = 'bank.take'",
                 "unresolved_references", true},
        RowFault{"FileHash", "UPDATE files SET content_hash = randomblob(16) WHERE path = 'a.js'",
                 "files", false, true},
        RowFault{"StrayRelation",
                 "INSERT INTO atom_relations(source_id, relation_type, target_id, created_at) "
                 "VALUES(9999, 'calls', 1, 0)",
                 "atom_relations", false},
        RowFault{"Facts",
                 "UPDATE cache_entries SET value = substr(value, 1, length(value) - 1) || x'00'",
                 "cache_entries", false},
        RowFault{"Links", "UPDATE file_links SET links = x'00'", "file_links", false},
        RowFault{"TextRow",
                 "DELETE FROM atom_search WHERE rowid = "
                 "(SELECT rowid FROM atoms WHERE id = 'a.js::pay')",
                 "atom_search", false}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_F(ValidatorTest, TellsBothSidesOfAnEditedRow) {
  plant("UPDATE atoms SET complexity = 99 WHERE id = 'a.js::pay'");
  const Validation found = look(Depth::light);
  ASSERT_EQ(found.findings.size(), 1u) << story(found);
  const Finding& finding = found.findings[0];
  EXPECT_EQ(finding.file, "a.js");
  EXPECT_EQ(finding.atom, "a.js::pay");
  EXPECT_EQ(finding.thing, "atoms");
  EXPECT_EQ(finding.side_a + " " + finding.says_a, "tables complexity=99");
  EXPECT_EQ(finding.side_b + " " + finding.says_b, "graph complexity=1");
  const Validation repaired = look(Depth::light, true);
  EXPECT_EQ(ask("SELECT event_type FROM atom_events ORDER BY id DESC LIMIT 1"), "reconcile");
  EXPECT_EQ(ask("SELECT cause FROM transactions ORDER BY sequence DESC LIMIT 1"), "reconcile");
  EXPECT_EQ(ask("SELECT count(*) FROM atom_events WHERE event_type = 'reconcile'"), "1");
}

// --- memory
// -----------------------------------------------------------------------------------------

TEST_F(ValidatorTest, AnEdgeDroppedInMemoryIsLoadedAgain) {
  // Through the entrance that a reload uses: the same sequence, and a file that lacks an edge.
  const SnapshotPtr right = pipeline_->snapshot();
  Repair broken;
  broken.sequence = right->sequence();
  std::vector<FileVersionPtr> files = right->files();
  for (FileVersionPtr& file : files) {
    if (file->path != "a.js") continue;
    auto altered = std::make_shared<FileVersion>(*file);
    auto links = std::make_shared<FileLinks>(*file->links);
    ASSERT_FALSE(links->edges.empty());
    links->edges.pop_back();
    altered->links = std::move(links);
    file = altered;
  }
  const Result<StoredProject> stored = pipeline_->stored();
  ASSERT_TRUE(stored);
  broken.base = load_snapshot(right->sequence(), files, right->configs(), {}, stored->next_atom,
                              stored->next_file);
  ASSERT_TRUE(pipeline_->repair(broken));
  ASSERT_NE(pipeline_->snapshot()->digest(), right->digest());
  const Validation repaired = expect_whole(Stage::memory);
  EXPECT_TRUE(repaired.reconciled.empty());
}

// --- the log
// ----------------------------------------------------------------------------------------

class DamagedLog : public ValidatorTest, public testing::WithParamInterface<const char*> {};

TEST_P(DamagedLog, IsToldAndCanBeReplayedFromTheRepairOn) {
  plant_in_log(GetParam());
  const Validation repaired = expect_repaired(Stage::log, Depth::full);
  EXPECT_FALSE(repaired.reconciled.empty()) << story(repaired);
  open();
  rescan();
  save("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  expect_clean();
  expect_replayed_past_losses();
}

INSTANTIATE_TEST_SUITE_P(
    All, DamagedLog,
    testing::Values(
        "DELETE FROM atom_events WHERE transaction_id = 6",
        "DELETE FROM atom_events WHERE id > (SELECT max(id) FROM atom_events) - 3",
        "DELETE FROM atom_events WHERE transaction_id = 1",
        "DELETE FROM atom_events WHERE transaction_id = 4",
        "DELETE FROM transaction_files WHERE sequence = 6",
        "DELETE FROM transactions WHERE sequence = 3; "
        "DELETE FROM atom_events WHERE transaction_id = 3; "
        "DELETE FROM transaction_files WHERE sequence = 3",
        "UPDATE atom_events SET state = unhex(replace(hex(state), hex('bank.take'), "
        "hex('shop.take'))) WHERE instr(state, CAST('bank.take' AS BLOB)) > 0",
        "UPDATE atom_events SET delta = replace(delta, 'Takes the money', 'Takes the honey') "
        "WHERE transaction_id = 4",
        "UPDATE atom_events SET delta = '{}' WHERE transaction_id = 2",
        "UPDATE atom_events SET state = x'00' WHERE transaction_id = 4 AND event_type = "
        "'create'",
        "UPDATE atom_events SET state = substr(state, 1, length(state) - 1) WHERE "
        "transaction_id = 1"));

TEST_F(ValidatorTest, ALogThatLosesItsEndUnderTheGraphIsFollowed) {
  save("a.js", "export function pay(order) { return cost(order); }\nfunction cost() {}\n");
  plant_in_log(
      "DELETE FROM atom_events WHERE transaction_id = (SELECT max(sequence) FROM transactions);"
      "DELETE FROM transaction_files WHERE sequence = (SELECT max(sequence) FROM transactions);"
      "DELETE FROM transactions WHERE sequence = (SELECT max(sequence) FROM transactions)");
  const Validation repaired = expect_repaired(Stage::memory, Depth::full);
  EXPECT_FALSE(repaired.reconciled.empty()) << story(repaired);
  open();
  rescan();
  save("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  expect_clean();
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, AFileWhoseRemovalTheLogLostIsToldToBeGoneOnce) {
  save("a.js", "export function pay(order) { return order; }\n");
  plant_in_log(
      "DELETE FROM transactions WHERE sequence = 6; "
      "DELETE FROM atom_events WHERE transaction_id = 6; "
      "DELETE FROM transaction_files WHERE sequence = 6");
  const Validation found = look(Depth::full);
  EXPECT_NE(story(found).find("\"file\": \"d.js\""), std::string::npos) << story(found);
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  expect_clean();
  EXPECT_EQ(ask("SELECT content_hash IS NULL FROM transaction_files WHERE path = 'd.js' ORDER BY "
                "sequence DESC LIMIT 1"),
            "1");
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, AReplayEndsAtWhatNobodyNotedAsLost) {
  plant_in_log("DELETE FROM atom_events WHERE transaction_id = 4");
  const Result<ReplayReport> report = replay_log(database(), true, {});
  ASSERT_TRUE(report);
  ASSERT_TRUE(report->broken);
  EXPECT_EQ(raw(*report->broken), 4u);
  EXPECT_TRUE(report->lost.empty());
}

TEST_F(ValidatorTest, WhatTheLogLostStaysNoted) {
  plant_in_log("DELETE FROM atom_events WHERE transaction_id = 2");
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  const Validation later = look(Depth::full);
  EXPECT_TRUE(later.consistent()) << story(later);
  ASSERT_EQ(later.lost.size(), 1u);
  EXPECT_EQ(raw(later.lost[0].sequence), 2u);
}

TEST_F(ValidatorTest, AnEditThatTheFoldCannotSeeBreaksTheChain) {
  plant_in_log("UPDATE atom_events SET timestamp = timestamp + 1 WHERE transaction_id = 2");
  const Validation repaired = expect_repaired(Stage::log, Depth::full);
  EXPECT_TRUE(repaired.reconciled.empty()) << "no atom is another one";
}

TEST_F(ValidatorTest, ACompactedLogIsConsistent) {
  pipeline_.reset();
  const Result<Compaction> compacted = compact(database(), Sequence{4});
  ASSERT_TRUE(compacted) << compacted.error().message();
  open();
  expect_clean();
  save("d.js", "import { refund } from './a.js';\nrefund();\n");
  expect_clean();
}

TEST_F(ValidatorTest, EditedFilePlacesAreWrittenAgain) {
  plant_in_log("UPDATE transaction_files SET positions = x'00' WHERE path = 'b.js'");
  expect_repaired(Stage::log, Depth::full);
}

TEST_F(ValidatorTest, AnEditedVersionOfARemovedAtomIsFound) {
  plant("UPDATE atoms SET version = version + 3 WHERE state = 'removed'");
  expect_repaired(Stage::log, Depth::full);
  open();
  rescan();
  save("d.js", "import { refund } from './a.js';\nrefund();\n");
  expect_clean();
}

// --- the disk
// ---------------------------------------------------------------------------------------

TEST_F(ValidatorTest, AChangeWhileNothingRanThatKeptSizeAndTimeIsFoundByItsBytes) {
  struct stat before {};
  ASSERT_EQ(::stat(project_.path("a.js").c_str(), &before), 0);
  // Older than any doubt about the clock's tick.
  timespec times[2] = {{before.st_atim.tv_sec - 3600, 0}, {before.st_mtim.tv_sec - 3600, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, project_.path("a.js").c_str(), times, 0), 0);
  rescan();
  pipeline_.reset();
  std::string text = project_.read("a.js");
  text.replace(text.find("refund"), 6, "rebate");
  project_.write("a.js", text);
  ASSERT_EQ(::utimensat(AT_FDCWD, project_.path("a.js").c_str(), times, 0), 0);
  open();
  rescan();
  ASSERT_TRUE(pipeline_->snapshot()->atom_with_id("a.js::refund")) << "the stat told it";
  EXPECT_TRUE(look(Depth::full).consistent());
  expect_whole(Stage::disk, Depth::deep);
  EXPECT_TRUE(pipeline_->snapshot()->atom_with_id("a.js::rebate"));
}

TEST_F(ValidatorTest, AFileThatNobodySawIsFound) {
  project_.write("e.js", "export function late() {}\n");
  expect_whole(Stage::disk);
  EXPECT_TRUE(pipeline_->snapshot()->atom_with_id("e.js::late"));
}

// --- faults that a start carries into memory
// --------------------------------------------------------

TEST_F(ValidatorTest, EditedFactsThatWereLoadedAreFoundByAFreshParse) {
  // Facts of the same shape, of a text that was never there.
  std::string text = project_.read("a.js");
  text.replace(text.find("bank.take"), 9, "bank.give");
  const std::string facts = encode_facts(Parser().parse("a.js", text));
  const std::string row = ask("SELECT facts_id FROM files WHERE path = 'a.js'");
  pipeline_.reset();
  plant("UPDATE cache_entries SET value = x'" + hexadecimal(facts) + "' WHERE id = " + row);
  open();
  rescan();
  expect_repaired(Stage::parse, Depth::deep);
  EXPECT_EQ(ask("SELECT count(*) FROM unresolved_references WHERE text = 'bank.take'"), "1");
  EXPECT_EQ(ask("SELECT count(*) FROM atom_events WHERE delta LIKE '%bank.give%'"), "0");
}

TEST_F(ValidatorTest, FactsThatCannotBeDecodedCostAParseAndNoHistory) {
  const std::string events = ask("SELECT count(*) FROM atom_events");
  const std::string dump = ask("SELECT count(*) FROM atom_relations");
  pipeline_.reset();
  plant(
      "UPDATE cache_entries SET value = x'ff00' WHERE id = (SELECT facts_id FROM files WHERE "
      "path = 'a.js')");
  open();
  SettledChange all;
  all.rescan = true;
  const Result<Outcome> outcome = pipeline_->apply(all);
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->work.parsed, 1u);
  EXPECT_EQ(ask("SELECT count(*) FROM atom_events"), events) << "nothing happened to any atom";
  EXPECT_EQ(ask("SELECT count(*) FROM atom_relations"), dump);
  EXPECT_EQ(first_violation(*pipeline_), "");
  expect_clean();
}

TEST_F(ValidatorTest, FactsThatCannotBeDecodedOfAFileThatChangedGiveItsRealHistory) {
  pipeline_.reset();
  plant(
      "UPDATE file_links SET links = x'ff' WHERE file_id = (SELECT id FROM files WHERE path = "
      "'a.js')");
  project_.write("a.js",
                 "/** Takes the money. */\nexport function pay(order) { fee(order); }\n\n"
                 "function fee(order) { return bank.take(order, 1); }\n");
  open();
  rescan();
  EXPECT_EQ(ask("SELECT group_concat(event_type) FROM (SELECT event_type FROM atom_events WHERE "
                "transaction_id = 7 ORDER BY event_type)"),
            "delete,update,update")
      << "refund goes, fee changes, and the module that contained refund";
  EXPECT_EQ(first_violation(*pipeline_), "");
  expect_clean();
}

TEST_F(ValidatorTest, ARaisedExtractorLinksFilesWhoseFactsAreTheSame) {
  pipeline_.reset();
  plant("UPDATE system_metadata SET value = '0' WHERE key = 'extractor_version'");
  open();
  SettledChange all;
  all.rescan = true;
  const Result<Outcome> outcome = pipeline_->apply(all);
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->work.parsed, 3u);
  EXPECT_EQ(outcome->work.relinked, 3u);
  EXPECT_EQ(outcome->work.events, 0u);
  expect_clean();
}

// --- the file itself
// --------------------------------------------------------------------------------

TEST_F(ValidatorTest, AFlippedBitInTheDatabaseIsFoundAndTheDatabaseBegunAnew) {
  ASSERT_TRUE(pipeline_->checkpoint());
  const std::string root_page =
      ask("SELECT rootpage FROM sqlite_schema WHERE name = 'idx_atoms_name'");
  const long page = std::stol(root_page);
  {
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(16);
    const int high = file.get();
    const int low = file.get();
    const long size = high << 8 | low;
    const long at = (page - 1) * size;
    file.seekg(at);
    const int type = file.get();
    file.seekp(at);
    file.put(static_cast<char>(type ^ 0x40));
  }
  open();
  const Validation found = look(Depth::full);
  EXPECT_GT(found.by_stage[static_cast<int>(Stage::database)], 0u) << story(found);
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  EXPECT_FALSE(pipeline_->notices().empty());
  expect_clean();
  EXPECT_EQ(first_violation(*pipeline_), "");
}

}  // namespace
}  // namespace dg
