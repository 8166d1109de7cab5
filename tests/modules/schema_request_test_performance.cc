// What look-ups in requested tables cost: counts of work decide, times are only there.

#include "daemon/requests/schema/methods.h"
#include "daemon/server/http_routes.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

class Performance : public RequestTest {
 protected:
  /// review_notes with what is added to its columns and indexes, and so many rows.
  std::string make(const Json& columns, const Json& indexes, int rows) {
    Json document = example("good/01_review_notes.json");
    for (const Json& column : columns) document["schemaJson"]["columns"].push_back(column);
    for (const Json& index : indexes) document["schemaJson"]["indexes"].push_back(index);
    const std::string id = create_and_apply(document);
    file().execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(rows) +
        ") INSERT INTO review_notes (atom_id, body) SELECT 'atom' || i, 'all the same' FROM n");
    return id;
  }
  TablePerformance measured(const std::string& which) {
    const Result<std::vector<TablePerformance>> all = store_->performance(which);
    EXPECT_TRUE(all) << trouble(all);
    EXPECT_EQ(all ? all->size() : 0, 1u);
    return all && !all->empty() ? all->front() : TablePerformance();
  }
  static LookupCost by(const TablePerformance& table, const std::string& name) {
    for (const LookupCost& cost : table.lookups) {
      if (cost.name == name || (cost.name.empty() && cost.keys.front() == name)) return cost;
    }
    ADD_FAILURE() << "no look-up by " << name;
    return {};
  }
  static bool warns(const TablePerformance& table, const std::string& of) {
    return std::any_of(
        table.warnings.begin(), table.warnings.end(),
        [&](const std::string& warning) { return warning.find(of) != std::string::npos; });
  }
};

TEST_F(Performance, S5_52_LookUpsByKeysAndIndexesAreMeasuredWithTheirPlans) {
  const std::string id = make(Json::array(), Json::array(), 3000);
  const std::string before = folder_.read("requests.db");
  const TablePerformance table = measured("review_notes");
  EXPECT_EQ(folder_.read("requests.db"), before) << "measuring writes nothing";
  EXPECT_EQ(table.request_id, id);
  EXPECT_EQ(table.rows, 3000u);
  EXPECT_EQ(table.bytes + table.index_bytes,
            static_cast<std::uint64_t>(std::stoll(
                ask("SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema "
                    "WHERE tbl_name = 'review_notes')"))));
  for (const char* name : {"id", "idx_review_notes_atom_id"}) {
    const LookupCost cost = by(table, name);
    EXPECT_EQ(cost.runs, kSamples) << name;
    EXPECT_EQ(cost.rows, kSamples) << "each value is there once: " << name;
    EXPECT_EQ(cost.scanned, 0u) << name;
    EXPECT_GT(cost.worst_ns, 0) << name;
    EXPECT_GE(cost.worst_ns, cost.median_ns) << name;
    EXPECT_EQ(cost.plan.front().substr(0, 26), "SEARCH review_notes USING ") << name;
    EXPECT_EQ(cost.useless, "") << name;
  }
  EXPECT_GT(by(table, "idx_review_notes_atom_id").bytes, 4096u);
  EXPECT_EQ(measured(id).table, "review_notes") << "by its request's id as well";
}

TEST_F(Performance, S5_52_AColumnThatRowsAreFoundByWithoutIndexIsTold) {
  create_and_apply(example("good/02_owners.json"));
  make(Json::array({{{"name", "thread_id"}, {"type", "TEXT"}},
                    {{"name", "keeper"},
                     {"type", "INTEGER"},
                     {"references", {{"table", "owners"}, {"column", "id"}}}}}),
       Json::array(), 3000);
  file().execute(
      "INSERT INTO owners (email) VALUES ('a@b'); UPDATE review_notes SET keeper = 1, "
      "thread_id = 'thread of ' || atom_id");
  const TablePerformance table = measured("review_notes");
  for (const auto& [name, of] : {std::pair("thread_id", "column"), {"keeper", "foreign key"}}) {
    const LookupCost cost = by(table, name);
    EXPECT_EQ(cost.of, of);
    ASSERT_GT(cost.runs, 0u);
    EXPECT_GE(cost.scanned / cost.runs, 2999u) << "the whole table, each time";
    EXPECT_EQ(cost.plan.front(), "SCAN review_notes");
    EXPECT_TRUE(warns(table, "a look-up by " + std::string(name))) << name;
  }
  EXPECT_FALSE(warns(table, "a look-up by atom_id"));
  file().execute("DELETE FROM review_notes WHERE atom_id <> 'atom7'");
  EXPECT_FALSE(warns(measured("review_notes"), "a look-up by")) << "one row is no large table";
}

TEST_F(Performance, S5_52_IndexesThatNeverHelpAreTold) {
  make(Json::array(),
       Json::array({{{"name", "idx_review_notes_atom_id_body"}, {"columns", {"atom_id", "body"}}},
                    {{"name", "idx_review_notes_body"}, {"columns", {"body"}}}}),
       3000);
  const TablePerformance table = measured("");
  EXPECT_NE(by(table, "idx_review_notes_atom_id").useless.find("'idx_review_notes_atom_id_body'"),
            std::string::npos)
      << "the longer one serves its look-ups";
  EXPECT_EQ(by(table, "idx_review_notes_atom_id_body").useless, "");
  EXPECT_NE(by(table, "idx_review_notes_body").useless.find("3000 of 3000 rows"),
            std::string::npos);
  EXPECT_TRUE(warns(table, "index 'idx_review_notes_body' never helps"));
  EXPECT_FALSE(warns(table, "index 'idx_review_notes_atom_id_body'"));
}

TEST_F(Performance, S5_52_AnEmptyTableHasPlansAndNoTimes) {
  make(Json::array(), Json::array(), 1);
  file().execute("DELETE FROM review_notes");
  const LookupCost cost = by(measured("review_notes"), "id");
  EXPECT_EQ(cost.runs, 0u);
  EXPECT_FALSE(cost.plan.empty());
  EXPECT_TRUE(measured("review_notes").warnings.empty());
}

TEST_F(Performance, S5_52_WhatHasNoTableIsRefusedAndWhatIsBrokenIsTold) {
  EXPECT_TRUE(store_->performance("")->empty());
  const std::string id = create_and_approve(example("good/02_owners.json"));
  EXPECT_EQ(store_->performance(id).error().kind, ErrorKind::conflict);
  EXPECT_EQ(store_->performance("nothing").error().kind, ErrorKind::not_found);
  EXPECT_EQ(store_->performance("schema_audit").error().kind, ErrorKind::not_found);
  make(Json::array(), Json::array(), 1);
  file().execute(
      "DROP INDEX idx_review_notes_atom_id; ALTER TABLE review_notes DROP COLUMN atom_id");
  EXPECT_TRUE(warns(measured("review_notes"), "cannot be measured"));
}

TEST_F(Performance, S5_52_OverTheSocketAndHttp) {
  const std::string id = make(Json::array(), Json::array(), 40);
  const Result<Json> socket = run_schema_method(*find_schema_method("schema-request/performance"),
                                                folder_.root(), {{"of", id}});
  ASSERT_TRUE(socket) << trouble(socket);
  EXPECT_EQ((*socket)["items"][0]["rows"], 40);
  EXPECT_EQ((*socket)["items"][0]["lookups"][0]["of"], "primary key");
  EXPECT_TRUE((*socket)["items"][0]["lookups"][0]["medianMs"].is_number());
  const auto get = [&](const std::string& path) {
    HttpQuestion question;
    question.method = "GET";
    question.target = "/api/schema-requests" + path;
    question.host = "127.0.0.1:7000";
    question.authorization = "Bearer secret";
    return answer_http(question, {7000, "secret"}, folder_.root());
  };
  EXPECT_EQ(get("/review_notes/performance").status, 200u);
  EXPECT_EQ(get("/nothing/performance").status, 404u);
  EXPECT_EQ(Json::parse(get("/performance").body)["items"][0]["table"], "review_notes");
}

}  // namespace
}  // namespace dg::requests
