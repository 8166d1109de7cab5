// Requests that are applied at a time, and the database of a program that knew no times.

#include <cerrno>

#include "daemon/requests/schema/methods.h"
#include "daemon/server/http_routes.h"
#include "storage/requests/shape.h"
#include "storage/schema/live/inspect.h"
#include "tests/modules/schema_request_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg::requests {
namespace {

const char* const kNotes = "good/01_review_notes.json";
constexpr std::int64_t kHour = 3'600'000;

class Schedule : public RequestTest {
 protected:
  std::string actions(const std::string& id) const {
    return ask("SELECT action FROM schema_audit WHERE request_id = '" + id + "' ORDER BY sequence");
  }
  /// Approved, and due in an hour.
  std::string scheduled(const Json& document) {
    const std::string id = create_and_approve(document);
    const Result<RequestRow> row = store_->schedule(id, now_ms_ + kHour, kGrace);
    EXPECT_TRUE(row) << trouble(row);
    return id;
  }
  DueRuns apply_due() {
    const Result<DueRuns> due = store_->apply_due("tester");
    EXPECT_TRUE(due) << trouble(due);
    return due ? *due : DueRuns();
  }
  RequestRow row_of(const std::string& id) { return store_->show(id)->row; }
  /// The database of an older program: review_notes with a row, owners approved, a draft.
  void write_version_1() {
    store_.reset();
    folder_.remove("requests.db");
    std::ifstream in(std::string(DELTAGRAPH_SOURCE_DIR) + "/tests/databases/requests_1.sql");
    const std::string sql{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    Connection(folder_.path("requests.db"), Connection::Mode::read_write_create).execute(sql);
  }
};

TEST_F(Schedule, S5_51_AnApprovedRequestIsAppliedWhenItsTimeHasComeAndNotBefore) {
  const std::string id = scheduled(example(kNotes));
  const std::int64_t at = row_of(id).scheduled_ms;
  EXPECT_EQ(row_of(id).scheduled_by, "grace");
  const DueRuns early = apply_due();
  EXPECT_TRUE(early.runs.empty());
  EXPECT_EQ(early.next_ms, at);
  EXPECT_EQ(status_of(id), Status::approved);
  open();  // Another process, later.
  now_ms_ += 2 * kHour;
  const DueRuns late = apply_due();
  ASSERT_EQ(late.runs.size(), 1u);
  EXPECT_TRUE(late.runs[0].applied) << late.runs[0].failure;
  EXPECT_EQ(late.next_ms, 0);
  EXPECT_EQ(status_of(id), Status::migrated);
  EXPECT_EQ(row_of(id).scheduled_ms, 0);
  EXPECT_EQ(actions(id), "CREATE_REQUEST|STATUS_CHANGE_APPROVED|SCHEDULE|APPLY");
  EXPECT_EQ(ask("SELECT performed_by || ': ' || reason FROM schema_audit WHERE action = 'APPLY'"),
            "deltagraph (schedule): due since " + time_text(at) + ", set by grace");
  EXPECT_TRUE(apply_due().runs.empty());
}

TEST_F(Schedule, S5_51_EachAtItsTimeInTheirOrder) {
  const std::string second = create_and_approve(example("good/04_rule_results.json"));
  const std::string first = create_and_approve(example("good/02_owners.json"));
  ASSERT_TRUE(store_->schedule(second, now_ms_ + 2 * kHour, kGrace));
  ASSERT_TRUE(store_->schedule(first, now_ms_ + 3 * kHour, kGrace));
  ASSERT_TRUE(store_->schedule(first, now_ms_ + kHour, kGrace)) << "another time takes its place";
  now_ms_ += 3 * kHour;
  const DueRuns due = apply_due();
  ASSERT_EQ(due.runs.size(), 2u);
  EXPECT_EQ(due.runs[0].row.id, first);
  EXPECT_EQ(due.runs[1].row.id, second);
}

TEST_F(Schedule, S5_51_OnlyWhatIsApprovedAndOnlyATimeToCome) {
  const std::string id = create(example(kNotes));
  const auto unapproved = store_->schedule(id, now_ms_ + kHour, kGrace);
  ASSERT_FALSE(unapproved);
  EXPECT_EQ(unapproved.error().kind, ErrorKind::conflict);
  ASSERT_TRUE(store_->set_status(id, Status::approved, kGrace, "", ""));
  const auto past = store_->schedule(id, now_ms_ - kHour, kGrace);
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().kind, ErrorKind::usage);
  EXPECT_FALSE(past.error().cure.empty());
  EXPECT_FALSE(store_->schedule(id, std::nullopt, kGrace)) << "there is none to take away";
  EXPECT_FALSE(store_->schedule(id, now_ms_ + kHour, {"", "tester"})) << "nobody says so";
  EXPECT_EQ(store_->schedule("nothing", now_ms_ + kHour, kGrace).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(actions(id), "CREATE_REQUEST|STATUS_CHANGE_APPROVED");
}

TEST_F(Schedule, S5_51_ATimeCanBeTakenAway) {
  const std::string id = scheduled(example(kNotes));
  ASSERT_TRUE(store_->schedule(id, std::nullopt, kGrace));
  now_ms_ += 2 * kHour;
  EXPECT_TRUE(apply_due().runs.empty());
  EXPECT_EQ(status_of(id), Status::approved);
  EXPECT_EQ(actions(id), "CREATE_REQUEST|STATUS_CHANGE_APPROVED|SCHEDULE|UNSCHEDULE");
}

TEST_F(Schedule, S5_51_AVoidApprovalIsNotAppliedAndThatIsToldAndShown) {
  const std::string id = scheduled(example(kNotes));
  file().execute("CREATE TABLE review_notes (mine TEXT)");
  now_ms_ += 2 * kHour;
  const DueRuns due = apply_due();
  ASSERT_EQ(due.runs.size(), 1u);
  EXPECT_FALSE(due.runs[0].applied);
  EXPECT_NE(due.runs[0].failure.find("the approval is void"), std::string::npos);
  EXPECT_EQ(status_of(id), Status::requested);
  EXPECT_NE(row_of(id).schedule_note.find("the approval is void"), std::string::npos);
  EXPECT_EQ(actions(id),
            "CREATE_REQUEST|STATUS_CHANGE_APPROVED|SCHEDULE|APPROVAL_VOID|UNSCHEDULE|"
            "SCHEDULE_FAILED");
  EXPECT_EQ(ask("SELECT name FROM pragma_table_info('review_notes')"), "mine");
  EXPECT_TRUE(apply_due().runs.empty()) << "it is not tried again and again";
}

TEST_F(Schedule, S5_51_AChangedOrRejectedRequestLosesItsTime) {
  const std::string id = scheduled(example(kNotes));
  Json document = example(kNotes);
  document["schemaJson"]["comment"] = "Something else.";
  const Document read = read_document(document);
  ASSERT_TRUE(store_->update(id, read.request, read.text, kAda));
  EXPECT_EQ(row_of(id).scheduled_ms, 0);
  ASSERT_TRUE(store_->set_status(id, Status::approved, kGrace, "", ""));
  now_ms_ += 2 * kHour;
  EXPECT_TRUE(apply_due().runs.empty()) << "another approval has no time of its own";
  const std::string other = scheduled(example("good/02_owners.json"));
  ASSERT_TRUE(store_->set_status(other, Status::rejected, kGrace, "", ""));
  EXPECT_EQ(row_of(other).scheduled_ms, 0);
  EXPECT_TRUE(actions(other).ends_with("STATUS_CHANGE_REJECTED|UNSCHEDULE")) << actions(other);
}

TEST_F(Schedule, S5_51_AMigrationThatFailsAtItsTimeChangesNothing) {
  create_and_apply(example(kNotes));
  const std::string id = scheduled(Json::parse(R"({"tableName": "review_notes",
    "operation": "alter", "changes": [{"op": "add_index", "index":
      {"name": "idx_review_notes_body", "columns": ["body"], "unique": true}}],
    "requestMetadata": {"requestedBy": "ada", "justification": "No note twice."}})"));
  file().execute("INSERT INTO review_notes (atom_id, body) VALUES ('a', 'same'), ('b', 'same')");
  now_ms_ += 2 * kHour;
  const DueRuns due = apply_due();
  ASSERT_EQ(due.runs.size(), 1u);
  EXPECT_FALSE(due.runs[0].applied);
  EXPECT_EQ(status_of(id), Status::approved);
  EXPECT_NE(row_of(id).schedule_note, "");
  EXPECT_TRUE(actions(id).ends_with("SCHEDULE|APPLY_FAILED|SCHEDULE_FAILED")) << actions(id);
  EXPECT_TRUE(apply_due().runs.empty());
  file().execute("DELETE FROM review_notes WHERE atom_id = 'b'");
  EXPECT_TRUE(store_->apply(id, kGrace));
  EXPECT_EQ(row_of(id).schedule_note, "");
}

TEST_F(Schedule, S5_51_OverTheSocketAndHttp) {
  const std::string id = create_and_approve(example(kNotes));
  const auto call = [&](const char* name, const Json& params) {
    return run_schema_method(*find_schema_method(name), folder_.root(), params);
  };
  const auto at = [&](const char* time) {
    return call("schema-request/schedule", {{"id", id}, {"at", time}, {"performedBy", "grace"}});
  };
  const Result<Json> set = at("2096-01-02T03:04:05Z");
  ASSERT_TRUE(set) << trouble(set);
  EXPECT_EQ((*set)["request"]["scheduledAt"], "2096-01-02T03:04:05Z");
  EXPECT_EQ((*call("schema-request/list", Json::object()))["items"][0]["scheduledAt"],
            "2096-01-02T03:04:05Z");
  for (const char* wrong : {"soon", "12", "main", "", "2096-13-01", "yesterday", "2h"})
    EXPECT_EQ(at(wrong).error().kind, ErrorKind::usage) << wrong;
  EXPECT_EQ((*call("schema-request/show", {{"id", id}}))["request"]["scheduledBy"], "grace")
      << "what makes no sense changes nothing";
  const Result<Json> due = call("schema-request/apply-due", Json::object());
  EXPECT_EQ((*due)["applied"], 0);
  EXPECT_EQ((*due)["nextAt"], "2096-01-02T03:04:05Z");
  const auto patch = [&](const Json& body) {
    HttpQuestion question;
    question.method = "PATCH";
    question.target = "/api/schema-requests/" + id;
    question.host = "127.0.0.1:7000";
    question.authorization = "Bearer secret";
    question.content_type = "application/json";
    question.body = body.dump();
    return answer_http(question, {7000, "secret"}, folder_.root()).status;
  };
  EXPECT_EQ(patch({{"scheduledAt", "never"}, {"performedBy", "grace"}}), 200u);
  EXPECT_EQ(patch({{"scheduledAt", "never"}, {"performedBy", "grace"}}), 409u);
  EXPECT_EQ(patch({{"scheduledAt", "2096-01-02"}, {"performedBy", "grace"}}), 200u);
  EXPECT_EQ(patch({{"scheduledAt", "soon"}, {"performedBy", "grace"}}), 400u);
  EXPECT_EQ(patch({{"performedBy", "grace"}}), 400u);
  EXPECT_EQ(patch({{"scheduledAt", "never"}, {"status", "rejected"}, {"performedBy", "grace"}}),
            400u);
}

TEST_F(Schedule, R_30_S5_51_AnOlderDatabaseIsBroughtUpAndLosesNothing) {
  write_version_1();
  const std::string kept = ask("SELECT sql FROM sqlite_schema WHERE name = 'review_notes'");
  open();
  EXPECT_EQ(ask("PRAGMA user_version"), "2");
  EXPECT_EQ(store_->list({}, 10, 0)->total, 3u);
  EXPECT_EQ(ask("SELECT body FROM review_notes"), "kept");
  EXPECT_EQ(ask("SELECT sql FROM sqlite_schema WHERE name = 'review_notes'"), kept);
  const std::string upgraded = shape_of(schema::inspect(file()), "schema_requests");
  const std::string id = store_->list(Status::approved, 1, 0)->items.at(0).id;
  ASSERT_TRUE(store_->schedule(id, now_ms_ + kHour, kGrace));
  now_ms_ += 2 * kHour;
  ASSERT_EQ(apply_due().runs.size(), 1u);
  EXPECT_EQ(status_of(id), Status::migrated) << "the approval of then holds";
  store_.reset();
  folder_.remove("requests.db");
  open();
  create(example(kNotes));
  EXPECT_EQ(first_difference(shape_of(schema::inspect(file()), "schema_requests"), upgraded), "")
      << "a new database is no other";
}

TEST_F(Schedule, R_31_S5_51_AnUpgradeThatDiesLeavesTheOldDatabase) {
  write_version_1();
  const std::string old = folder_.read("requests.db");
  FaultVfs vfs("schedule-fault");
  constexpr unsigned kWrites = FaultVfs::write | FaultVfs::sync | FaultVfs::truncate;
  std::uint64_t failed = 0;
  for (std::uint64_t n = 1, done = 0; done == 0; ++n) {
    ASSERT_LT(n, 500u);
    folder_.remove("requests.db-journal");
    folder_.write("requests.db", old);
    vfs.arm(kWrites, n, EIO, FaultVfs::Duration::from_then_on);
    StoreOptions options;
    options.folder = folder_.root();
    options.decode = decode_document;
    options.vfs = vfs.name();
    failed += RequestStore::open(options) ? 0 : 1;
    done = vfs.fired() ? 0 : 1;
    vfs.disarm();
    open();
    EXPECT_EQ(store_->list({}, 10, 0)->total, 3u) << n;
    EXPECT_EQ(ask("PRAGMA integrity_check") + ask("PRAGMA user_version"), "ok2") << n;
    store_.reset();
  }
  EXPECT_GT(failed, 1u);
}

}  // namespace
}  // namespace dg::requests
