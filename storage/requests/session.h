#pragma once
/// \file
/// requests.db while something is done with it. Internal to storage/; throws Failure, and Error for
/// what a person can act on.

#include <string>

#include "storage/requests/store.h"
#include "storage/sqlite/connection.h"

namespace dg::requests {

struct Session {
  Connection connection;
  std::filesystem::path file;  ///< Empty: in memory, where nothing is kept.
  std::string vfs;
  Decode decode;
  bool self_approval = false;
  std::function<std::int64_t()> now_ms;
};

/// A transaction that begins with the write lock; whatever ends it without commit() undoes it.
class Write {
 public:
  explicit Write(Connection& connection) : connection_(connection) {
    connection_.execute("BEGIN IMMEDIATE");
  }
  ~Write() {
    if (connection_.in_transaction())
      sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Write(const Write&) = delete;
  Write& operator=(const Write&) = delete;
  void commit() { connection_.execute("COMMIT"); }

 private:
  Connection& connection_;
};

/// What can be said of a stored request now, and its base: the SHA-256 of the shapes of the table
/// before and of those that it refers to.
struct Judgement {
  SchemaRequest request;
  Checked checked;
  std::optional<Migration> migration;  ///< Where there are no errors.
  std::string base;
};
Judgement judge(Session& session, const RequestRow& row);

/// In their own transactions.
RequestRow change_status(Session& session, const std::string& id, Status to, const Actor& actor,
                         const std::string& reason, const std::string& hash);
/// `due_ms`: only if it is due by then, which is judged in the same transaction; 0: whenever.
struct ApplyWish {
  std::string reason;  ///< For the audit.
  std::int64_t due_ms = 0;
};
Applied apply_request(Session& session, const std::string& id, const Actor& actor,
                      const ApplyWish& wish);
Applied roll_back(Session& session, const std::string& id, const Actor& actor, bool discard_data);

/// Takes an approval away and says so in the audit; inside the caller's transaction.
void void_approval(Session& session, RequestRow& row, const Actor& actor,
                   const std::string& reason);

/// Rehearses what was judged fine and notes the approval in the row, which the caller keeps.
void approve_judged(Session& session, RequestRow& row, const Judgement& judgement,
                    const Actor& actor);

/// The rule by which the program itself may approve and apply (apply_if_low_risk()).
inline constexpr const char* kLowRisk =
    "auto_create: a new table without error, warning or foreign key, about which there is no other "
    "request and nobody's rejection";
Automatic apply_if_low_risk(Session& session, const std::string& id, const std::string& account);

RequestRow schedule_request(Session& session, const std::string& id,
                            std::optional<std::int64_t> at_ms, const Actor& actor);
DueRuns apply_due_requests(Session& session, const std::string& account);
std::vector<TablePerformance> measure_tables(Session& session, const std::string& which);

/// Refuses (usage) an actor without a plain name, and people under one of the program's.
void require_name(const Actor& actor);

}  // namespace dg::requests
