// The life of a request: who may move it where, what an approval is bound to, what is remembered.

#include <atomic>
#include <random>
#include <thread>

#include "storage/requests/sha256.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

const char* const kNotes = "good/01_review_notes.json";

TEST(RequestLife, S5_17_OnlyTheseTransitionsAreLegal) {
  std::string legal;
  for (const Status from : kStatuses) {
    for (const Status to : kStatuses) {
      if (!may_become(from, to)) continue;
      legal.append(to_string(from)).append(">").append(to_string(to)).append(" ");
    }
  }
  EXPECT_EQ(legal,
            "draft>requested requested>approved requested>rejected approved>rejected "
            "rejected>draft ");
}

/// What the store says is what the table of transitions says, from every status, by random walks.
TEST_F(RequestTest, S5_17_R_34_TheStoreFollowsTheLifeCycle) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string id = create(example(kNotes));
  Status now = Status::requested;
  std::uint64_t told = 1;
  for (int step = 0; step < 60; ++step) {
    const int move = static_cast<int>(random() % 7);
    if (move < 5) {
      const Status to = kStatuses[static_cast<std::size_t>(move)];
      const auto moved = store_->set_status(id, to, kGrace, "", "");
      EXPECT_EQ(static_cast<bool>(moved), may_become(now, to)) << to_string(now) << to_string(to);
      if (moved) now = to;
      told += moved ? 1 : 0;
    } else if (move == 5) {
      const auto applied = store_->apply(id, kGrace);
      EXPECT_EQ(static_cast<bool>(applied), now == Status::approved || now == Status::migrated);
      told += applied && !applied->already ? 1 : 0;
      if (applied) now = Status::migrated;
    } else {
      const auto back = store_->rollback(id, kGrace, false);
      EXPECT_EQ(static_cast<bool>(back), now == Status::migrated) << trouble(back);
      told += back ? 1 : 0;
      if (back) now = Status::approved;
    }
    ASSERT_EQ(status_of(id), now);
    ASSERT_EQ(store_->audit(id, 1, 0)->total, told) << "each transition is told once (S5-44)";
  }
}

TEST_F(RequestTest, R_34_WhoAskedDoesNotApprove) {
  Json document = example(kNotes);
  document["requestMetadata"]["requestedBy"] = "Lin";
  document["requestMetadata"]["requestedByUsername"] = "lin42";
  const std::string id = create(document);
  for (const char* name : {"Lin", "lin", "  LIN ", "lin42", "ada", "ADA"}) {
    const auto refused = store_->set_status(id, Status::approved, {name, "tester"}, "", "");
    ASSERT_FALSE(refused) << name;
    EXPECT_NE(refused.error().message().find("another person"), std::string::npos);
  }
  for (const char* nobody : {"", "   ", "grace\nlin"})
    EXPECT_FALSE(store_->set_status(id, Status::approved, {nobody, "tester"}, "", "")) << nobody;
  EXPECT_EQ(status_of(id), Status::requested);
  EXPECT_TRUE(store_->set_status(id, Status::approved, kGrace, "", ""));
}

TEST_F(RequestTest, R_34_TheConfigurationMayAllowSelfApproval) {
  open(true);
  const std::string id = create(example(kNotes));
  EXPECT_TRUE(store_->set_status(id, Status::approved, kAda, "", ""));
}

TEST_F(RequestTest, R_34_AChangedRequestLosesItsApproval) {
  const std::string id = create_and_approve(example(kNotes));
  Json document = example(kNotes);
  document["schemaJson"]["comment"] = "Something else.";
  const Document read = read_document(document);
  const auto updated = store_->update(id, read.request, read.text, kAda);
  ASSERT_TRUE(updated) << trouble(updated);
  EXPECT_EQ(updated->row.status, Status::requested);
  EXPECT_EQ(updated->row.approved_by, "");
  EXPECT_FALSE(store_->apply(id, kGrace));
  EXPECT_EQ(ask("SELECT group_concat(action) FROM schema_audit"),
            "CREATE_REQUEST,STATUS_CHANGE_APPROVED,APPROVAL_VOID,UPDATE_REQUEST");
}

TEST_F(RequestTest, R_34_AnApprovalHoldsForTheSqlThatWasReviewed) {
  const std::string id = create(example(kNotes));
  const auto wrong = store_->set_status(id, Status::approved, kGrace, "", std::string(64, '0'));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::conflict);
  const std::string hash = store_->migration(id)->migration.hash;
  ASSERT_TRUE(store_->set_status(id, Status::approved, kGrace, "", hash));
  // Changed behind the program's back.
  file().execute("UPDATE schema_requests SET document = replace(document, 'atom_id', 'other_id')");
  const auto applied = store_->apply(id, kGrace);
  ASSERT_FALSE(applied);
  EXPECT_NE(applied.error().message().find("approval is void"), std::string::npos);
  EXPECT_EQ(status_of(id), Status::requested);
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'review_notes'"), "0");
}

TEST_F(RequestTest, R_34_S5_39_AnApprovalHoldsForTheTablesItWasGivenFor) {
  create_and_apply(example(kNotes));
  const std::string first = create_and_approve(example("good/06_alter_add_column.json"));
  const std::string second = create(example("good/07_alter_rename_column.json"));
  EXPECT_TRUE(store_->show(second)->findings.has("W13")) << "both change one table";
  ASSERT_TRUE(store_->set_status(second, Status::approved, kGrace, "", ""));
  ASSERT_TRUE(store_->apply(first, kGrace));
  const auto stale = store_->apply(second, kGrace);
  ASSERT_FALSE(stale);
  EXPECT_NE(stale.error().message().find("void"), std::string::npos) << stale.error().message();
  EXPECT_EQ(status_of(second), Status::requested);
  ASSERT_TRUE(store_->set_status(second, Status::approved, kGrace, "", ""));
  EXPECT_TRUE(store_->apply(second, kGrace));
}

TEST_F(RequestTest, R_34_AReplayedApprovalIsRefused) {
  const std::string id = create_and_approve(example(kNotes));
  EXPECT_FALSE(store_->set_status(id, Status::approved, kGrace, "", ""));
  EXPECT_EQ(store_->audit(id, 50, 0)->total, 2u);
}

TEST_F(RequestTest, S5_25_S5_39_ConflictingRequestsAreFound) {
  const std::string id = create(example(kNotes));
  Json same_table = example(kNotes);
  same_table["schemaJson"]["comment"] = "Mine.";
  EXPECT_TRUE(findings_of(same_table).has("E7"));
  Json same_index = example("good/02_owners.json");
  same_index["schemaJson"]["indexes"][0]["name"] = "idx_review_notes_atom_id";
  EXPECT_TRUE(findings_of(same_index).has("E15"));
  EXPECT_EQ(create(example(kNotes)), id) << "S5-37: the same once more is the same";
  EXPECT_EQ(store_->list({}, 10, 0)->total, 1u);
  // Once it is rejected it is in nobody's way.
  ASSERT_TRUE(store_->set_status(id, Status::rejected, kGrace, "", ""));
  EXPECT_EQ(findings_of(same_table).errors(), 0u);
}

TEST_F(RequestTest, S5_44_TheAuditSaysWhoDidWhatAndCannotBeChanged) {
  const std::string id = create_and_apply(example(kNotes));
  ASSERT_TRUE(store_->rollback(id, kAda, false));
  ASSERT_TRUE(store_->set_status(id, Status::rejected, kGrace, "no need", ""));
  const auto audit = store_->audit(id, 50, 0);
  ASSERT_TRUE(audit);
  std::string told;
  for (const AuditRow& row : audit->items) {
    told += row.action + " " + row.performed_by + " " + row.from_status + ">" + row.status + "; ";
    EXPECT_GT(row.performed_ms, 0);
    EXPECT_EQ(row.account, "tester");
  }
  EXPECT_EQ(told,
            "CREATE_REQUEST ada >requested; STATUS_CHANGE_APPROVED grace requested>approved; "
            "APPLY grace approved>migrated; ROLLBACK ada migrated>approved; "
            "STATUS_CHANGE_REJECTED grace approved>rejected; ");
  EXPECT_NE(audit->items[2].sql_executed.find("CREATE TABLE"), std::string::npos);
  EXPECT_NE(audit->items[3].sql_executed.find("DROP TABLE"), std::string::npos);
  EXPECT_EQ(audit->items[4].reason, "no need");
  EXPECT_THROW(file().execute("UPDATE schema_audit SET performed_by = 'nobody'"), Failure);
  EXPECT_THROW(file().execute("DELETE FROM schema_audit"), Failure);
}

TEST_F(RequestTest, R_30_ANewerDatabaseIsRefusedAndLeftAsItIs) {
  create(example(kNotes));
  file().execute("PRAGMA user_version = 99");
  StoreOptions options;
  options.folder = folder_.root();
  options.decode = decode_document;
  const auto opened = RequestStore::open(options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::newer);
  EXPECT_NE(opened.error().message().find("99"), std::string::npos);
  EXPECT_EQ(ask("SELECT count(*) FROM schema_requests"), "1");
}

TEST(RequestFile, ADatabaseOfAnotherProgramIsRefused) {
  const TempProject folder;
  Connection(folder.path("requests.db"), Connection::Mode::read_write_create)
      .execute("CREATE TABLE precious (x)");
  StoreOptions options;
  options.folder = folder.root();
  options.decode = decode_document;
  const auto opened = RequestStore::open(options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
}

TEST(RequestFile, R_33_ManyAtOnceMakeOneDatabaseAndOneRequestEach) {
  const TempProject folder;
  const char* const names[] = {"good/01_review_notes.json", "good/02_owners.json",
                               "good/04_rule_results.json", "good/05_dropdown_items.json"};
  std::vector<std::thread> threads;
  std::atomic<int> kept{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      StoreOptions options;
      options.folder = folder.root();
      options.decode = decode_document;
      const auto store = RequestStore::open(options);
      if (!store) return;
      const Document read = read_document(example(names[i % 4]));
      const auto judged = (*store)->create(read.request, read.text, kAda, false);
      if (judged && !judged->row.id.empty()) ++kept;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(kept, 8) << "the second of each pair is answered with the first";
  const Connection db(folder.path("requests.db"), Connection::Mode::read_only);
  EXPECT_EQ(db.integer("SELECT count(*) FROM schema_requests"), 4);
  EXPECT_EQ(db.integer("SELECT count(DISTINCT migration) FROM schema_requests"), 4);
}

TEST(Sha256, GivesTheDigestsOfTheStandard) {
  // FIPS 180-4's examples (csrc.nist.gov/projects/cryptographic-standards-and-guidelines).
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace dg::requests
