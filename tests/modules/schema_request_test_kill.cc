// Requests through a disk that fails: at each operation of each act the database is the old state
// or the new one, whole, and what was interrupted can be done again.

#include <cerrno>
#include <functional>

#include "storage/requests/backup.h"
#include "storage/requests/shape.h"
#include "storage/schema/live/inspect.h"
#include "tests/modules/schema_request_test_support.h"
#include "tests/support/fault_vfs.h"

namespace dg::requests {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kWrites = FaultVfs::write | FaultVfs::sync | FaultVfs::truncate;
const char* const kNotes = "good/01_review_notes.json";

class RequestKill : public RequestTest {
 protected:
  using Act = std::function<bool(RequestStore&)>;

  std::unique_ptr<RequestStore> open_at(const std::string& vfs) {
    StoreOptions options;
    options.folder = folder_.root();
    options.decode = decode_document;
    options.vfs = vfs;
    options.now_ms = [this] { return now_ms_; };
    Result<std::unique_ptr<RequestStore>> store = RequestStore::open(options);
    return store ? *std::move(store) : nullptr;
  }
  std::string bytes() const { return folder_.read("requests.db"); }
  /// All that is stored but times: each table's shape and rows.
  std::string state() const {
    const Connection connection = file();
    const schema::LiveSchema live = schema::inspect(connection);
    std::string text = shape_of_all(live);
    for (const char* sql :
         {"SELECT group_concat(table_name || status || approved_hash IS NULL) FROM schema_requests",
          "SELECT group_concat(name || state) FROM schema_migrations",
          "SELECT group_concat(action || status) FROM schema_audit WHERE action NOT LIKE "
          "'%FAILED'"})
      text += ask(sql) + "\n";
    return text;
  }
  std::string integrity() const {
    return ask("PRAGMA integrity_check") + ask("SELECT count(*) FROM pragma_foreign_key_check");
  }

  /// Fails operation 1, 2, 3 … of the act, from then on, as a process that dies does; then the next
  /// process does the act again.
  void sweep(const Act& act) {
    store_.reset();
    const std::string old = bytes(), old_state = state();
    {
      const std::unique_ptr<RequestStore> store = open_at({});
      ASSERT_TRUE(act(*store));
    }
    const std::string new_state = state();
    ASSERT_NE(old_state, new_state);
    FaultVfs vfs("request-fault");
    std::uint64_t failed = 0;
    bool done = false;
    for (std::uint64_t n = 1; !done; ++n) {
      ASSERT_LT(n, 2000u);
      fs::remove(folder_.path("requests.db-journal"));
      folder_.write("requests.db", old);
      vfs.arm(kWrites, n, EIO, FaultVfs::Duration::from_then_on);
      bool acted = false;
      if (const std::unique_ptr<RequestStore> store = open_at(vfs.name())) acted = act(*store);
      done = !vfs.fired();
      vfs.disarm();
      failed += acted ? 0 : 1;
      // Opening it is what undoes a half-written journal, as for any next process.
      const std::unique_ptr<RequestStore> store = open_at({});
      ASSERT_NE(store, nullptr) << "after failure " << n;
      const std::string found = state();
      EXPECT_TRUE(found == old_state || found == new_state) << "after failure " << n;
      EXPECT_TRUE(!acted || found == new_state) << "acknowledged, after failure " << n;
      EXPECT_EQ(integrity(), "ok0") << n;
      if (found == old_state) {
        EXPECT_TRUE(act(*store)) << "it can be finished, after failure " << n;
        EXPECT_EQ(state(), new_state) << n;
      }
    }
    EXPECT_GT(failed, 3u) << "the sweep met something to fail";
  }
};

TEST_F(RequestKill, R_31_AtEachOperationOfACreate) {
  create(example("good/02_owners.json"));
  const Document read = read_document(example(kNotes));
  sweep([&](RequestStore& store) {
    return static_cast<bool>(store.create(read.request, read.text, kAda, false));
  });
}

TEST_F(RequestKill, R_31_AtEachOperationOfAnApproval) {
  const std::string id = create(example(kNotes));
  sweep([&](RequestStore& store) {
    return static_cast<bool>(store.set_status(id, Status::approved, kGrace, "", ""));
  });
}

TEST_F(RequestKill, R_31_AtEachOperationOfAnApply) {
  const std::string id = create_and_approve(example(kNotes));
  sweep([&](RequestStore& store) { return static_cast<bool>(store.apply(id, kGrace)); });
}

TEST_F(RequestKill, R_31_AtEachOperationOfARollback) {
  const std::string id = create_and_apply(example(kNotes));
  sweep([&](RequestStore& store) { return static_cast<bool>(store.rollback(id, kGrace, false)); });
}

TEST_F(RequestTest, S4_31_ABackupIsOneCommitAndComesBackWhole) {
  const std::string id = create_and_apply(example(kNotes));
  file().execute("INSERT INTO review_notes (atom_id, body) VALUES ('a.js::f', 'kept')");
  const Result<std::optional<Backup>> made =
      back_up_requests(folder_.root(), folder_.path("shop.db"));
  ASSERT_TRUE(made) << trouble(made);
  ASSERT_TRUE(*made);
  EXPECT_EQ((*made)->file, folder_.path("shop.requests.db"));
  EXPECT_FALSE(back_up_requests(folder_.root(), folder_.path("shop.db"))) << "nothing is replaced";
  ASSERT_TRUE(store_->rollback(id, kGrace, true));
  // Who has the file open sees the restored one: it is the same file, changed in a transaction.
  const auto kept = restore_requests(folder_.path("shop.db"), folder_.root());
  ASSERT_TRUE(kept) << trouble(kept);
  EXPECT_EQ(status_of(id), Status::migrated);
  EXPECT_EQ(ask("SELECT body FROM review_notes"), "kept");
  ASSERT_TRUE(*kept);
  const Connection former(**kept, Connection::Mode::read_only);
  EXPECT_EQ(former.integer("SELECT count(*) FROM schema_requests WHERE status = 'approved'"), 1)
      << "what was there is kept";
}

TEST_F(RequestTest, S4_31_WhatIsNoBackupOfRequestsChangesNothing) {
  create(example(kNotes));
  const auto none = restore_requests(folder_.path("none.db"), folder_.root());
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none) << "a backup without requests leaves those that are there";
  folder_.write("other.requests.db", "no database at all, whatever its name says");
  EXPECT_FALSE(check_requests_backup(folder_.path("other.db")));
  EXPECT_FALSE(restore_requests(folder_.path("other.db"), folder_.root()));
  EXPECT_EQ(ask("SELECT count(*) FROM schema_requests"), "1");
  const TempProject empty;
  const auto nothing = back_up_requests(empty.root(), empty.path("x.db"));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing) << "where nobody asked for a table there is nothing to keep";
}

}  // namespace
}  // namespace dg::requests
