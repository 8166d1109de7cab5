// The validator's mutation check (RELIABILITY §2.5): one fault in each layer in turn. The stage
// that owns the layer finds it, and the repair makes all sides agree again.

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "parser/facts_codec.h"
#include "tests/integration/validator_test_support.h"

namespace dg {
namespace {

TEST_F(ValidatorTest, FindsNothingWhereNothingIsWrong) {
  expect_clean();
  open();
  expect_clean();
  EXPECT_EQ(first_violation(*pipeline_), "");
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
