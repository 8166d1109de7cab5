// `deltagraph db …` and `get_schema`: what a person learns of the schema, and does to it.

#include <filesystem>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class CliSchema : public CliTest {
 protected:
  void SetUp() override { index(); }
  /// Changes the database behind the program's back.
  void plant(const std::string& name, const std::string& sql) const {
    project_.write(".deltagraph/migrations/" + name + ".sql", "-- up\n" + sql + ";\n");
  }
};

constexpr const char* kOwners =
    "-- description: Who owns a file.\n-- up\nCREATE TABLE owners(file TEXT PRIMARY KEY, team "
    "TEXT);\n-- down\nDROP TABLE owners;\n";

TEST_F(CliSchema, S1_48_S4_02_S4_03_S4_07_S4_23_FromTheFileToTheRollback) {
  project_.write(".deltagraph/migrations/0001_make_owners.sql", kOwners);
  Ran ran = run({"db", "migrate", "--dry-run"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("CREATE TABLE owners"), std::string::npos) << ran.out;
  EXPECT_EQ(run({"db", "status", "--json"}).json()["migrations"][0]["state"], "pending");
  ran = run({"db", "migrate", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["done"][0], "0001_make_owners");
  EXPECT_TRUE(fs::exists(ran.json()["backup"].get<std::string>()));
  ran = run({"db", "status"});
  EXPECT_NE(ran.out.find("0001_make_owners"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("nothing pending"), std::string::npos) << ran.out;
  EXPECT_EQ(run({"db", "migrate"}).out, "Nothing to do.\n");
  ran = run({"db", "rollback"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(run({"db", "rollback"}).code, 1) << "nothing is left to take back";
  EXPECT_EQ(run({"db", "inspect", "owners"}).code, 4);
}

TEST_F(CliSchema, ARollbackThatDropsRowsAsks) {
  project_.write(".deltagraph/migrations/0001_make_owners.sql", kOwners);
  project_.write(
      ".deltagraph/migrations/0002_seed.sql",
      "-- kind: seed\n-- up\nINSERT INTO owners VALUES('a', 'b');\n-- down\nSELECT 1;\n");
  ASSERT_EQ(run({"db", "migrate"}).code, 0);
  const Ran ran = run({"db", "rollback", "--to", "0"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("owners (1 row)"), std::string::npos) << ran.err;
  EXPECT_EQ(run({"db", "rollback", "--to", "0", "--yes"}).code, 0);
}

TEST_F(CliSchema, AServiceThatRunsIsNamed) {
  plant("0001_a", "CREATE TABLE a(x)");
  ASSERT_EQ(run({"start"}).code, 0);
  const Ran ran = run({"db", "migrate"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_NE(ran.err.find("service"), std::string::npos) << ran.err;
  EXPECT_EQ(run({"db", "migrate", "--dry-run"}).code, 0);
  EXPECT_EQ(run({"db", "audit"}).code, 0) << "reading goes on meanwhile";
  EXPECT_EQ(run({"stop"}).code, 0);
}

TEST_F(CliSchema, S4_04_S4_16_S4_17_S4_18_S4_19_S4_21_TheAuditTellsTheUnexpected) {
  EXPECT_EQ(run({"db", "audit"}).code, 0);
  project_.write(".deltagraph/migrations/0001_a.sql",
                 "-- up\nCREATE TABLE notes(x REFERENCES files(path));\n-- down\nSELECT 1;\n");
  ASSERT_EQ(run({"db", "migrate"}).code, 0);
  const auto standing = [&](const char* name) {
    const auto audited = run({"db", "audit", "--json"}).json();
    for (const auto& table : audited["tables"]) {
      if (table["name"] == name) return table["standing"].get<std::string>();
    }
    return std::string("not there");
  };
  EXPECT_EQ(standing("notes"), "expected, of 0001_a") << "a migration that lists a table claims it";
  ASSERT_EQ(run({"db", "rollback"}).code, 0);
  const Ran ran = run({"db", "audit", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  bool found = false;
  const auto audit = ran.json();
  for (const auto& table : audit["tables"]) {
    if (table["name"] == "files") {
      EXPECT_EQ(table["standing"], "expected");
      EXPECT_EQ(table["rows"], 2);
      EXPECT_FALSE(table["indexes"].empty());
    }
    if (table["name"] != "notes") continue;
    found = true;
    EXPECT_EQ(table["standing"], "unexpected");
    EXPECT_EQ(table["foreign_keys"][0]["table"], "files");
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(ran.json()["expected_tables"].get<int>() + 1, ran.json()["tables"].size());
  const Ran columns = run({"db", "audit", "--columns"});
  EXPECT_NE(columns.out.find("foreign key (x) -> files(path)"), std::string::npos) << columns.out;
}

/// S4-15, S4-20, S4-28: what is expected, with where it comes from; what is critical; and that what
/// was done without a migration is drift.
TEST_F(CliSchema, S4_15_S4_20_S4_28_S4_29_ExpectedTablesAndWhatChangedThem) {
  const auto registry = run({"get_schema", "registry", "--json", "--no-start"}).json();
  std::size_t documented = 0, critical = 0;
  for (const auto& table : registry["tables"]) {
    documented += table["documented"].get<bool>() ? 1 : 0;
    critical += table["critical"].get<bool>() ? 1 : 0;
  }
  EXPECT_EQ(documented, 8u);
  EXPECT_GT(critical, 4u);
  project_.write(".deltagraph/migrations/0001_a.sql",
                 "-- up\nALTER TABLE files ADD COLUMN team TEXT;\n"
                 "-- down\nALTER TABLE files DROP COLUMN team;\n");
  const Ran migrated = run({"db", "migrate", "--json"});
  ASSERT_EQ(migrated.code, 0) << migrated.err;
  EXPECT_TRUE(migrated.json()["findings"]["before"].empty());
  EXPECT_EQ(migrated.json()["findings"]["after"][0], "files.team: extra column");
  const Ran stored = run({"sql",
                          "SELECT findings ->> '$.after[0]' AS f FROM schema_migrations "
                          "WHERE name = '0001_a'",
                          "--json", "--no-start"});
  EXPECT_EQ(stored.json()["items"][0][0], "files.team: extra column")
      << "the audit before and after is kept with the run";
  const Ran audit = run({"db", "audit", "--json"});
  EXPECT_EQ(audit.json()["drift"][0]["object"], "team");
  EXPECT_EQ(audit.json()["drift"][0]["cure"], "keep") << "told, and never dropped unasked";
}

TEST_F(CliSchema, S4_12_ADeprecatedMigrationIsToldAndNotRun) {
  project_.write(".deltagraph/migrations/0001_make_owners.sql", kOwners);
  project_.write(".deltagraph/migrations/0002_all_at_once.sql",
                 "-- deprecated: 0003 does it in steps\n-- up\nCREATE TABLE wrong(x);\n");
  project_.write(".deltagraph/migrations/0003_steps.sql", "-- up\nCREATE TABLE steps(x);\n");
  const Ran ran = run({"db", "migrate", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["done"], nlohmann::json::parse(R"(["0001_make_owners", "0003_steps"])"));
  EXPECT_EQ(run({"db", "inspect", "wrong"}).code, 4);
  const Ran status = run({"db", "status", "--json"});
  EXPECT_EQ(status.json()["migrations"][1]["state"], "skipped");
  EXPECT_EQ(status.json()["migrations"][1]["deprecated"], "0003 does it in steps");
  const Ran text = run({"db", "status"});
  EXPECT_NE(text.out.find("deprecated: 0003 does it in steps"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("nothing pending"), std::string::npos) << text.out;
  EXPECT_EQ(run({"db", "verify"}).code, 0);
}

/// By counts: a question that looks at every atom, asked of a service, is told with its plan.
TEST_F(CliSchema, TheSlowestStatementsAreToldWithTheirPlans) {
  const Ran none = run({"db", "slow", "--no-start"});
  ASSERT_EQ(none.code, 0) << none.err;
  EXPECT_NE(none.out.find("No statement has been measured"), std::string::npos) << none.out;
  ASSERT_EQ(run({"start"}).code, 0);
  const std::string many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
      "SELECT count(*) FROM n CROSS JOIN files AS f WHERE f.path LIKE '%' || n.i";
  for (int i = 0; i < 3; ++i) ASSERT_EQ(run({"sql", many}).code, 0);
  const Ran ran = run({"db", "slow", "--limit", "500", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto answer = ran.json();
  bool found = false;
  for (const auto& item : answer["items"]) {
    if (item["sql"] != many) continue;
    found = true;
    EXPECT_EQ(item["runs"], 3);
    EXPECT_EQ(item["rows"], 3);
    EXPECT_GE(item["scanned"], 3 * 3000);
    EXPECT_GE(item["total_ms"], item["worst_ms"]);
    EXPECT_NE(item["plan"].dump().find("SCAN f"), std::string::npos) << item["plan"];
    ASSERT_EQ(item["warnings"].size(), 1u);
    EXPECT_NE(item["warnings"][0].get<std::string>().find("in each run"), std::string::npos);
  }
  EXPECT_TRUE(found) << ran.out;
  const Ran text = run({"db", "slow", "--limit", "500"});
  EXPECT_NE(text.out.find("3 runs"), std::string::npos) << text.out;
  EXPECT_EQ(run({"db", "slow", "--limit", "0"}).code, 2);
  EXPECT_EQ(run({"stop"}).code, 0);
}

/// S1-42, S1-46: what a program that starts is checked for.
TEST_F(CliSchema, S1_42_S1_46_SmokeChecks) {
  EXPECT_EQ(run({"get_schema", "registry", "--json", "--no-start"}).json()["documented"]["tables"],
            8);
  EXPECT_EQ(run({"sql", "SELECT 1", "--no-start"}).code, 0) << "the connection opens";
  const Ran help = run({"--help"});
  EXPECT_NE(help.out.find("get_schema"), std::string::npos);
  EXPECT_EQ(help.out.find("export_schema"), std::string::npos)
      << "get_schema --include-sql and db schema --sql are the export";
}

TEST_F(CliSchema, S4_13_VerifyFindsAnEditedMigration) {
  EXPECT_EQ(run({"db", "verify"}).code, 0);
  project_.write(".deltagraph/migrations/0001_make_owners.sql", kOwners);
  ASSERT_EQ(run({"db", "migrate"}).code, 0);
  EXPECT_EQ(run({"db", "verify"}).code, 0);
  plant("0001_make_owners", "CREATE TABLE other(x)");
  const Ran ran = run({"db", "verify", "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.json()["ok"], false);
  EXPECT_EQ(ran.json()["faults"][0], "0001_make_owners: was edited after it was applied");
  EXPECT_EQ(run({"db", "migrate"}).code, 5);
}

TEST_F(CliSchema, S4_05_InspectBrowsesRowsByPages) {
  const Ran list = run({"db", "inspect"});
  EXPECT_NE(list.out.find("atom_relations"), std::string::npos) << list.out;
  const Ran first = run({"db", "inspect", "files", "--limit", "1", "--json"});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.json()["total"], 2);
  EXPECT_EQ(first.json()["next_offset"], 1);
  const Ran second = run({"db", "inspect", "files", "--limit", "1", "--offset", "1", "--json"});
  EXPECT_TRUE(second.json()["next_offset"].is_null());
  EXPECT_NE(first.json()["items"][0], second.json()["items"][0]);
  EXPECT_EQ(run({"db", "inspect", "salvaged_events"}).out, "No rows in salvaged_events.\n");
  const Ran wrong = run({"db", "inspect", "file"});
  EXPECT_EQ(wrong.code, 4);
  EXPECT_NE(wrong.err.find("Did you mean 'files'"), std::string::npos) << wrong.err;
}

TEST_F(CliSchema, S1_17_TheSchemaAsSqlMarkdownAndDiagram) {
  const Ran sql = run({"db", "schema", "--sql"});
  EXPECT_NE(sql.out.find("CREATE TABLE atoms ("), std::string::npos);
  const Ran text = run({"db", "schema", "--markdown"});
  EXPECT_NE(text.out.find("| called_by_json | json |"), std::string::npos) << text.out;
  const Ran dot = run({"db", "schema", "--dot"});
  EXPECT_NE(dot.out.find("atom_relations:source_id -> atoms:rowid;"), std::string::npos) << dot.out;
  EXPECT_EQ(run({"db", "schema", "--sql", "--dot"}).code, 2);
  EXPECT_EQ(run({"db", "schema", "--json"}).json()["tables"][0]["name"], "atoms");
}

TEST_F(CliSchema, S5_50_DiffComparesTwoDatabases) {
  ASSERT_EQ(run({"db", "backup", "copy.db"}).code, 0);
  EXPECT_EQ(run({"db", "diff", "copy.db"}).out, "The same schema.\n");
  plant("0001_a", "CREATE TABLE notes(x)");
  ASSERT_EQ(run({"db", "migrate"}).code, 0);
  const Ran ran = run({"db", "diff", "copy.db"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("notes: missing table"), std::string::npos) << ran.out;
  EXPECT_EQ(run({"db", "diff", "nothing.db"}).code, 4);
}

TEST_F(CliSchema, S1_10_S1_11_S1_12_S1_40_TheRegistryIsAsked) {
  const Ran all = run({"get_schema", "registry", "--json", "--no-start"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(all.json()["documented"]["tables"], 8);
  EXPECT_EQ(all.json()["documented"]["columns"], 119);
  const Ran table =
      run({"get_schema", "registry", "--table", "atom_events", "--json", "--no-start"});
  EXPECT_EQ(table.json()["table"]["append_only"], true);
  EXPECT_EQ(table.json()["table"]["critical"], true);
  const Ran column = run({"get_schema", "registry", "--table", "atoms", "--column", "function_type",
                          "--include-sql", "--json", "--no-start"});
  EXPECT_EQ(column.json()["column"]["added_in"], "v0.9.20");
  EXPECT_EQ(column.json()["column"]["sql"], "ALTER TABLE atoms ADD COLUMN function_type TEXT");
  const Ran wrong = run({"get_schema", "registry", "--table", "atom", "--no-start"});
  EXPECT_EQ(wrong.code, 4);
  EXPECT_NE(wrong.err.find("Did you mean 'atoms'"), std::string::npos) << wrong.err;
}

TEST_F(CliSchema, S1_36_S1_37_S1_38_S1_39_TheDatabasesHealth) {
  const Ran ran = run({"get_schema", "database", "--include-sql", "--json", "--no-start"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["health"]["score"], 100);
  EXPECT_EQ(ran.json()["health"]["grade"], "A");
  EXPECT_TRUE(ran.json()["summary"]["missing_tables"].empty());
  EXPECT_EQ(ran.json()["recommendations"][0]["severity"], "info");
  EXPECT_NE(ran.json()["sql"].get<std::string>().find("CREATE TABLE"), std::string::npos);
  const Ran text = run({"get_schema", "database", "--no-start"});
  EXPECT_NE(text.out.find("healthy  score 100, grade A"), std::string::npos) << text.out;
}

TEST_F(CliSchema, S1_30_S1_31_S1_32_S1_33_S1_34_S1_35_WhatTheAtomsHold) {
  const Ran ran = run({"get_schema", "atoms", "--sample-size", "2", "--focus-field", "complexity",
                       "--json", "--no-start"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = ran.json();
  const std::int64_t total = json["total"];
  EXPECT_GT(total, 2);
  EXPECT_EQ(json["matching"], total);
  EXPECT_EQ(json["samples"].size(), 2);
  EXPECT_EQ(json["focus"]["field"]["name"], "complexity");
  EXPECT_EQ(json["focus"]["field"]["present"], total);
  EXPECT_GT(json["metrics"]["with_calls"].get<int>(), 0);
  EXPECT_EQ(json["coverage"]["total"].get<std::size_t>(), json["fields"].size());
  EXPECT_EQ(json["correlations"].size(), 15);
  const std::int64_t functions = json["by_type"]["function"];
  const Ran some = run({"get_schema", "atoms", "--atom-type", "function", "--json", "--no-start"});
  EXPECT_EQ(some.json()["matching"], functions);
  const Ran none = run({"get_schema", "atoms", "--atom-type", "spell", "--no-start"});
  EXPECT_EQ(none.code, 4);
  EXPECT_NE(none.err.find("function"), std::string::npos) << none.err;
  EXPECT_EQ(run({"get_schema", "atoms", "--focus-field", "no", "--no-start"}).code, 2);
}

TEST_F(CliSchema, S1_41_AnUnknownTypeNamesThoseThereAre) {
  const Ran ran = run({"get_schema", "everything", "--no-start"});
  EXPECT_EQ(ran.code, 2);
  for (const char* type : {"atoms", "database", "registry"})
    EXPECT_NE(ran.err.find(type), std::string::npos) << ran.err;
}

TEST_F(CliSchema, AServiceAnswersTheSame) {
  const auto health = run({"get_schema", "database", "--json", "--no-start"}).json();
  const Ran live = run({"get_schema", "database", "--json"});
  ASSERT_EQ(live.code, 0) << live.err;
  EXPECT_EQ(live.json()["live"], true);
  EXPECT_EQ(live.json()["tables"], health["tables"]);
  EXPECT_EQ(run({"stop"}).code, 0);
}

}  // namespace
}  // namespace dg
