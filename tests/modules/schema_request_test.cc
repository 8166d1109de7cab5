// Schema requests by the examples that are shipped, and their way from a document to a table.

#include "storage/requests/migration.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

Json expected() {
  return example("expected.json");
}

std::vector<std::string> sorted_codes(const Json& list) {
  auto codes = list.get<std::vector<std::string>>();
  std::sort(codes.begin(), codes.end());
  return codes;
}

TEST_F(RequestTest, S5_19_S5_26_ExamplesAreJudgedAsExpectedAndGoodOnesAreApplied) {
  int good = 0, bad = 0;
  const Json all = expected();
  for (const auto& [name, codes] : all.items()) {
    const bool is_good = name.starts_with("good/");
    const Findings findings = findings_of(example(name));
    EXPECT_EQ(codes_of(findings, !is_good), sorted_codes(codes)) << name;
    EXPECT_EQ(findings.errors() == 0, is_good) << name;
    for (const Finding& finding : findings.all()) {
      EXPECT_FALSE(finding.message.empty()) << name;
      EXPECT_FALSE(finding.suggestion.empty()) << name << " S5-34: " << finding.message;
    }
    if (is_good) create_and_apply(example(name));
    ++(is_good ? good : bad);
  }
  EXPECT_GE(good + bad, 20);
  EXPECT_EQ(store_->list(Status::migrated, 100, 0)->total, static_cast<std::uint64_t>(good));
  EXPECT_EQ(ask("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'schema_%' "
                "AND name NOT LIKE 'sqlite_%' ORDER BY name"),
            "atom_owners|imports|menu_items|order|owners|review_notes|rule_results");
}

TEST_F(RequestTest, S5_20_to_S5_26_ErrorsBlockAndKeepNothing) {
  for (const char* name :
       {"bad/no_primary_key.json", "bad/two_primary_keys.json", "bad/camel_case_table.json",
        "bad/camel_case_column.json", "bad/drop_in_table_name.json", "bad/index_of_nothing.json"}) {
    EXPECT_EQ(create(example(name)), "") << name;
  }
  EXPECT_EQ(store_->list({}, 10, 0)->total, 0u);
  // A draft may have errors; it does not become a request with them.
  const std::string id = create(example("bad/no_primary_key.json"), true);
  ASSERT_NE(id, "");
  const auto moved = store_->set_status(id, Status::requested, kAda, "", "");
  ASSERT_FALSE(moved);
  EXPECT_NE(moved.error().message().find("E1"), std::string::npos) << moved.error().message();
}

TEST_F(RequestTest, S5_27_to_S5_34_WarningsDoNotBlock) {
  const Json document = example("good/10_many_warnings.json");
  EXPECT_GE(findings_of(document).all().size(), 10u);
  create_and_apply(document);
}

TEST_F(RequestTest, S5_22_FindingsPointIntoTheDocument) {
  const Findings findings = findings_of(example("bad/camel_case_column.json"));
  ASSERT_EQ(findings.errors(), 1u);
  EXPECT_EQ(findings.all()[0].pointer, "/schemaJson/columns/1/name");
  EXPECT_EQ(findings.all()[0].suggestion, "Write mean_value.");
  const Json document = example("bad/camel_case_column.json");
  EXPECT_EQ(document.at(Json::json_pointer(findings.all()[0].pointer)), "meanValue");
}

TEST_F(RequestTest, S5_24_DangerousWordsAreWholeWords) {
  const std::pair<const char*, bool> names[] = {{"dropdown_items", false}, {"updates", false},
                                                {"selected_rows", false},  {"items_drop", true},
                                                {"delete", true},          {"attach_files", true},
                                                {"sqlite_things", true},   {"schema_things", true}};
  for (const auto& [name, dangerous] : names) {
    Json document = example("good/01_review_notes.json");
    document["tableName"] = document["schemaJson"]["tableName"] = name;
    EXPECT_EQ(findings_of(document).has("E5"), dangerous) << name;
  }
}

TEST_F(RequestTest, S5_35_S5_36_TheSqlIsWhatIsReviewed) {
  const std::string id = create(example("good/06_alter_add_column.json"), true);
  EXPECT_FALSE(store_->migration(id)) << "there is no table to alter yet";
  const std::string notes = create(example("good/01_review_notes.json"));
  const Result<Preview> preview = store_->migration(notes);
  ASSERT_TRUE(preview) << trouble(preview);
  EXPECT_EQ(preview->failure, "");
  EXPECT_EQ(preview->down_failure, "");
  const std::string& up = preview->migration.up;
  EXPECT_EQ(up, "-- Migration: " + preview->migration.name +
                    "\n"
                    "-- Direction: UP\n"
                    "-- Table:     review_notes\n"
                    "-- Requester: ada\n"
                    "-- Issue:     #12\n"
                    "-- Time:      " +
                    time_text(preview->row.made_ms) + "\n" + R"(
CREATE TABLE IF NOT EXISTS "review_notes" (
  "id" TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))) CHECK (length("id") = 36),
  "atom_id" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK ("created_at" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z' AND julianday("created_at") IS NOT NULL),
  "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK ("updated_at" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z' AND julianday("updated_at") IS NOT NULL),
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX IF NOT EXISTS "idx_review_notes_atom_id" ON "review_notes" ("atom_id");
CREATE INDEX IF NOT EXISTS "idx_review_notes_created_at" ON "review_notes" ("created_at");
CREATE INDEX IF NOT EXISTS "idx_review_notes_updated_at" ON "review_notes" ("updated_at");
DELETE FROM "schema_comments" WHERE "table_name" = 'review_notes';
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES ('review_notes', '', 'Notes of reviewers on atoms of the graph.');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES ('review_notes', 'id', 'Of the row.');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES ('review_notes', 'atom_id', 'Id of the atom, as the graph has it.');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES ('review_notes', 'body', 'What the reviewer''s eye caught; it''s free text.');
)");
  EXPECT_NE(preview->migration.down.find("DROP TABLE IF EXISTS \"review_notes\";"),
            std::string::npos);
  EXPECT_EQ(preview->migration.name.substr(8, 1), "_");
  EXPECT_TRUE(preview->migration.name.ends_with("_create_review_notes"));
}

TEST_F(RequestTest, S5_40_CommentsFollowTheTable) {
  create_and_apply(example("good/01_review_notes.json"));
  create_and_apply(example("good/06_alter_add_column.json"));
  create_and_apply(example("good/07_alter_rename_column.json"));
  EXPECT_EQ(ask("SELECT comment FROM schema_comments WHERE table_name = 'review_notes' AND "
                "column_name = 'remark'"),
            "What the reviewer's eye caught; it's free text.");
  EXPECT_EQ(ask("SELECT comment FROM schema_comments WHERE column_name = 'status'"),
            "open or done.");
  EXPECT_EQ(ask("SELECT count(*) FROM schema_comments WHERE column_name = 'body'"), "0");
}

TEST_F(RequestTest, S3_14_S5_41_S5_42_TypesAndIndexesAreTheRecommendedOnes) {
  create_and_apply(example("good/02_owners.json"));
  create_and_apply(example("good/04_rule_results.json"));
  EXPECT_EQ(ask("SELECT name || ' ' || type FROM pragma_table_xinfo('rule_results') ORDER BY cid"),
            "id TEXT|rule TEXT|passed INTEGER|score REAL|details TEXT|report BLOB|created_at TEXT|"
            "updated_at TEXT");
  Connection db = file();
  db.execute("INSERT INTO rule_results (rule) VALUES ('no-eval')");
  EXPECT_EQ(ask("SELECT passed || ' ' || score || ' ' || details || ' ' || hex(report) || ' ' || "
                "length(id) FROM rule_results"),
            "0 0.5 {\"findings\": []} 00FF 36");
  for (const char* wrong : {"INSERT INTO rule_results (rule, passed) VALUES ('a', 2)",
                            "INSERT INTO rule_results (rule, details) VALUES ('b', 'no json')",
                            "INSERT INTO rule_results (rule, created_at) VALUES ('c', 'yesterday')",
                            "INSERT INTO rule_results (rule, id) VALUES ('d', 'short')",
                            "INSERT INTO rule_results (rule, score) VALUES ('e', 'much')"}) {
    EXPECT_THROW(db.execute(wrong), Failure) << wrong;
  }
  Statement query = db.prepare(
      "EXPLAIN QUERY PLAN SELECT id FROM rule_results WHERE json_extract(details, "
      "'$.rule.name') = 'x'");
  ASSERT_TRUE(query.step());
  EXPECT_NE(query.text(3).find("idx_rule_results_details"), std::string::npos) << query.text(3);
  db.execute(
      "INSERT INTO owners (email) VALUES ('a@b'); INSERT INTO owners (email) VALUES ('c@d')");
  EXPECT_EQ(ask("SELECT id || display_name FROM owners ORDER BY id"), "1it's nobody|2it's nobody");
}

TEST_F(RequestTest, S3_15_AReferenceHasTheTypeOfWhatItRefersTo) {
  create_and_apply(example("good/02_owners.json"));  // Its key is an INTEGER.
  const auto request = [](const char* type) {
    return Json::parse(R"({"tableName": "badges", "schemaJson": {"tableName": "badges", "columns": [
      {"name": "id", "type": "UUID", "primaryKey": true, "nullable": false},
      {"name": "owner_id", "type": ")" +
                       std::string(type) +
                       R"(", "references": {"table": "owners", "column": "id"}}]},
      "requestMetadata": {"requestedBy": "ada", "justification": "Awards."}})");
  };
  const std::vector<std::string> wrong = codes_of(findings_of(request("UUID")), true);
  EXPECT_EQ(wrong, std::vector<std::string>{"E11"}) << "legacy integer keys stay what they are";
  EXPECT_TRUE(codes_of(findings_of(request("INTEGER")), true).empty());
}

TEST_F(RequestTest, S5_43_NothingIsCreatedBeforeApply) {
  const std::string id = create_and_approve(example("good/01_review_notes.json"));
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'review_notes'"), "0");
  ASSERT_TRUE(store_->apply(id, kGrace));
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'review_notes'"), "1");
  EXPECT_EQ(status_of(id), Status::migrated);
}

TEST_F(RequestTest, S5_47_LookingCreatesNothing) {
  EXPECT_EQ(store_->list({}, 10, 0)->total, 0u);
  EXPECT_EQ(findings_of(example("good/01_review_notes.json")).errors(), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("requests.db")));
  EXPECT_EQ(store_->show("nothing").error().kind, ErrorKind::not_found);
}

TEST_F(RequestTest, S5_06_ListsAreNewestFirstAndPaged) {
  std::vector<std::string> ids;
  for (const char* name :
       {"good/01_review_notes.json", "good/02_owners.json", "good/04_rule_results.json"}) {
    ids.push_back(create(example(name)));
  }
  ASSERT_TRUE(store_->set_status(ids[1], Status::rejected, kGrace, "not now", ""));
  const auto all = store_->list({}, 2, 0);
  EXPECT_EQ(all->total, 3u);
  ASSERT_EQ(all->items.size(), 2u);
  EXPECT_EQ(all->items[0].id, ids[2]);
  EXPECT_EQ(store_->list({}, 2, 2)->items.at(0).id, ids[0]);
  const auto rejected = store_->list(Status::rejected, 50, 0);
  ASSERT_EQ(rejected->items.size(), 1u);
  EXPECT_EQ(rejected->items[0].table_name, "owners");
}

}  // namespace
}  // namespace dg::requests
