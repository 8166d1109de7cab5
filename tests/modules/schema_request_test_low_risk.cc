// Requests that the program itself approves and applies: by which rule, and what is left alone.

#include "daemon/requests/schema/methods.h"
#include "daemon/server/http_routes.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

const char* const kNotes = "good/01_review_notes.json";
const char* const kOn = R"({"requests": {"auto_create": true}})";

class LowRisk : public RequestTest {
 protected:
  /// What was done to a request, oldest first.
  std::string actions(const std::string& id) const {
    return ask("SELECT action || ' by ' || performed_by FROM schema_audit WHERE request_id = '" +
               id + "' ORDER BY sequence");
  }
  /// That nothing is done, for a reason that has this text, and nothing is noted.
  void expect_left_alone(const std::string& id, const std::string& reason) {
    const Status status = status_of(id);
    const std::string before = folder_.read("requests.db");
    const Result<Automatic> tried = store_->apply_if_low_risk(id, "tester");
    ASSERT_TRUE(tried) << trouble(tried);
    EXPECT_FALSE(tried->applied) << reason;
    EXPECT_NE(tried->reason.find(reason), std::string::npos) << tried->reason;
    EXPECT_EQ(status_of(id), status) << reason;
    EXPECT_EQ(folder_.read("requests.db"), before) << "nothing is written: " << reason;
  }
  static Json notes(const char* table) {
    Json document = example(kNotes);
    document["tableName"] = document["schemaJson"]["tableName"] = table;
    for (Json& index : document["schemaJson"]["indexes"]) {
      std::string name = index["name"];
      index["name"] = "idx_" + std::string(table) + name.substr(sizeof "idx_review_notes" - 1);
    }
    return document;
  }
  Result<Json> call(const char* name, const Json& params) const {
    return run_schema_method(*find_schema_method(name), folder_.root(), params);
  }
};

TEST_F(LowRisk, S5_48_ANewTableWithoutDoubtIsMadeAtOnceAndTheAuditSaysByWhichRule) {
  const std::string id = create(example(kNotes));
  const Result<Automatic> done = store_->apply_if_low_risk(id, "tester");
  ASSERT_TRUE(done) << trouble(done);
  EXPECT_TRUE(done->applied) << done->reason;
  EXPECT_EQ(status_of(id), Status::migrated);
  EXPECT_EQ(ask("SELECT count(*) FROM review_notes"), "0");
  EXPECT_EQ(actions(id),
            "CREATE_REQUEST by ada|STATUS_CHANGE_APPROVED by deltagraph (auto_create)|APPLY by "
            "deltagraph (auto_create)");
  EXPECT_EQ(ask("SELECT DISTINCT reason FROM schema_audit WHERE action IN "
                "('STATUS_CHANGE_APPROVED', 'APPLY')"),
            done->reason);
  EXPECT_TRUE(store_->rollback(id, kGrace, false)) << "it is taken back like any other";
}

TEST_F(LowRisk, S5_48_WhatIsNotLowRiskIsLeftToPeople) {
  create_and_apply(example("good/02_owners.json"));
  Json warned = notes("loose_notes");
  warned["schemaJson"]["columns"].erase(3);
  warned["schemaJson"]["indexes"].erase(1);
  expect_left_alone(create(warned), "W1: ");
  Json refers = notes("owned_notes");
  refers["schemaJson"]["columns"].push_back(
      {{"name", "owner_id"},
       {"type", "INTEGER"},
       {"references", {{"table", "owners"}, {"column", "id"}}}});
  refers["schemaJson"]["indexes"].push_back(
      {{"name", "idx_owned_notes_owner_id"}, {"columns", {"owner_id"}}});
  ASSERT_TRUE(findings_of(refers).all().empty()) << findings_of(refers).all().front().message;
  expect_left_alone(create(refers), "it has a foreign key");
  expect_left_alone(create(notes("draft_notes"), true), "it is draft");
  expect_left_alone(create_and_approve(notes("seen_notes")), "it is approved");
  create(notes("twice_notes"), true);
  Json again = notes("twice_notes");
  again["owner"] = "somebody else";
  expect_left_alone(create(again), "is about the same table");
  const std::string rejected = create(notes("rejected_notes"));
  ASSERT_TRUE(store_->set_status(rejected, Status::rejected, kGrace, "no", ""));
  ASSERT_TRUE(store_->set_status(rejected, Status::draft, kAda, "", ""));
  ASSERT_TRUE(store_->set_status(rejected, Status::requested, kAda, "", ""));
  expect_left_alone(rejected, "somebody has rejected it before");
  EXPECT_EQ(store_->apply_if_low_risk("nothing", "tester").error().kind, ErrorKind::not_found);
}

TEST_F(LowRisk, S5_48_AnAlterAndATableThatSomebodyRenamesToAreLeftToPeople) {
  create_and_apply(example(kNotes));
  expect_left_alone(create(example("good/06_alter_add_column.json")), "");
  Json rename = example("good/09_alter_rename_table.json");
  ASSERT_EQ(rename["changes"][0]["op"], "rename_table");
  const std::string target = rename["changes"][0]["to"];
  rename["tableName"] = "review_notes";
  rename["changes"] = Json::array({rename["changes"][0]});
  create(rename, true);
  const std::string id = create(notes(target.c_str()));
  expect_left_alone(id, "is about the same table");
}

TEST_F(LowRisk, S5_48_PeopleHaveOtherNamesThanTheProgram) {
  const std::string id = create(example(kNotes));
  for (const char* name : {"deltagraph (auto_create)", " DeltaGraph (schedule)"}) {
    const auto refused = store_->set_status(id, Status::approved, {name, "tester"}, "", "");
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  }
  EXPECT_TRUE(store_->set_status(id, Status::approved, {"deltagraph", "tester"}, "", ""));
}

TEST_F(LowRisk, S5_48_OnlyTheConfigurationTurnsItOnAndEachAnswerSaysWhy) {
  const Json params{{"request", example(kNotes)}, {"performedBy", "ada"}};
  const Result<Json> off = call("schema-request/create", params);
  ASSERT_TRUE(off) << trouble(off);
  EXPECT_EQ((*off)["request"]["status"], "requested");
  EXPECT_EQ((*off)["automatic"]["applied"], false);
  EXPECT_NE((*off)["automatic"]["reason"].get<std::string>().find("config.json"),
            std::string::npos);
  folder_.write("config.json", kOn);
  const Result<Json> on = call("schema-request/create", params);
  ASSERT_TRUE(on) << trouble(on);
  EXPECT_EQ((*on)["automatic"]["applied"], true) << on->dump();
  EXPECT_EQ((*on)["request"]["status"], "migrated");
  EXPECT_EQ((*on)["request"]["id"], (*off)["request"]["id"]) << "handed in again, as it was";
  const Result<Json> bad =
      call("schema-request/create", {{"request", example("bad/no_primary_key.json")}});
  EXPECT_EQ((*bad)["automatic"]["applied"], false);
  const Result<Json> draft =
      call("schema-request/create",
           {{"request", notes("drafted_notes")}, {"performedBy", "ada"}, {"draft", true}});
  EXPECT_EQ((*draft)["automatic"]["reason"], "it is draft");
  const Result<Json> submitted =
      call("schema-request/set-status",
           {{"id", (*draft)["request"]["id"]}, {"status", "requested"}, {"performedBy", "ada"}});
  EXPECT_EQ((*submitted)["automatic"]["applied"], true) << submitted->dump();
  EXPECT_EQ((*submitted)["request"]["status"], "migrated");
}

TEST_F(LowRisk, S5_48_OverHttpToo) {
  folder_.write("config.json", kOn);
  HttpQuestion question;
  question.method = "POST";
  question.target = "/api/schema-requests?performedBy=ada";
  question.host = "127.0.0.1:7000";
  question.authorization = "Bearer secret";
  question.content_type = "application/json";
  question.body = example(kNotes).dump();
  const HttpReply reply = answer_http(question, {7000, "secret"}, folder_.root());
  EXPECT_EQ(reply.status, 201u);
  const Json answer = Json::parse(reply.body, nullptr, false);
  EXPECT_EQ(answer["automatic"]["applied"], true) << reply.body;
  EXPECT_EQ(answer["request"]["approvedBy"], "deltagraph (auto_create)");
  folder_.write("config.json", R"({"requests": {"auto_create": "yes"}})");
  EXPECT_EQ(answer_http(question, {7000, "secret"}, folder_.root()).status, 400u);
}

}  // namespace
}  // namespace dg::requests
