#pragma once
/// \file
/// RequestStore: requests for tables, their approval, and the tables themselves, in a database of
/// their own (`requests.db` in the state folder).
///
/// Several processes may use it at once: each change is one transaction that begins with the write
/// lock and judges the state that it then sees. The journal is a rollback journal with full
/// synchronisation: few writes, each of them durable when it is acknowledged.
/// Thread rule: one thread at a time for each object.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/requests/check.h"
#include "storage/requests/life_cycle.h"
#include "storage/requests/migration.h"
#include "storage/requests/performance.h"
#include "storage/result.h"

namespace dg::requests {

/// Who does something: a name by their own word, and the account that the kernel knows.
struct Actor {
  std::string name, account;
  bool program = false;  ///< The program itself, by a rule or at a time; people have other names.
};

struct RequestRow {
  std::string id, table_name;
  RequestKind operation = RequestKind::create;
  Status status = Status::draft;
  std::string owner, requested_by, submitted_by, justification, related_issue, migration, document;
  std::int64_t created_ms = 0, updated_ms = 0, made_ms = 0;
  std::string approved_by, approved_hash, approved_base;  ///< Empty: no valid approval.
  std::int64_t approved_ms = 0;
  std::int64_t scheduled_ms = 0;  ///< When it is to be applied; 0: when somebody does.
  std::string scheduled_by;
  std::string schedule_note;  ///< Why it was not applied at its time; empty: nothing to say.
};

struct AuditRow {
  std::int64_t sequence = 0;
  std::string request_id, table_name, action, from_status, status, performed_by, account, reason,
      sql_hash, sql_executed, error_message;
  std::int64_t performed_ms = 0;
};

/// A request with what is to be said of it now.
struct Judged {
  RequestRow row;  ///< Of a mere check empty.
  Findings findings;
  std::optional<Migration> migration;  ///< Where there are no errors, or it is migrated.
};

/// The SQL of a request, tried.
struct Preview {
  RequestRow row;
  Migration migration;
  std::string failure;       ///< Why it cannot be approved; empty: UP, DOWN, UP was run on a copy.
  std::string down_failure;  ///< Why DOWN needs an empty table.
  bool applied = false;      ///< Then `migration` is what was run.
};

struct Applied {
  RequestRow row;
  std::string migration;
  bool already = false;  ///< Nothing was to be done.
  std::int64_t duration_us = 0;
  std::filesystem::path backup;  ///< Made before values or rows were lost; empty: none were.
  std::int64_t rows_lost = 0;
};

/// Whether a request was approved and applied by the program itself.
struct Automatic {
  RequestRow row;
  bool applied = false;
  std::string reason;  ///< The rule by which it was, or why not.
};

/// What became of one request at its time.
struct DueRun {
  RequestRow row;
  bool applied = false;
  std::string failure;       ///< Why not.
  bool tried_again = false;  ///< It was not the request's fault: its time stays.
};
struct DueRuns {
  std::vector<DueRun> runs;  ///< In the order of their times.
  std::int64_t next_ms = 0;  ///< The next time that is set; 0: none is.
};

template <typename T>
struct PageOf {
  std::vector<T> items;
  std::uint64_t total = 0;
};

/// Reads a stored document.
using Decode = std::function<Result<SchemaRequest>(const std::string& document)>;

struct StoreOptions {
  std::filesystem::path folder;  ///< State folder; made where it is missing and something is kept.
  Decode decode;
  bool self_approval = false;            ///< Whether who asked or handed in may approve.
  std::function<std::int64_t()> now_ms;  ///< Empty: the clock.
  std::string vfs = {};                  ///< Empty: the default one. Tests inject faults here.
};

class RequestStore {
 public:
  /// Nothing is created by looking: without a database all lists are empty.
  /// Fails with newer for a database of a newer program, corrupt for what is none of ours.
  static Result<std::unique_ptr<RequestStore>> open(const StoreOptions& options);
  virtual ~RequestStore() = default;

  /// What would be said of it; keeps nothing.
  virtual Result<Judged> check(const SchemaRequest& request) = 0;
  /// Keeps it as requested, or as a draft, which may have errors. Else errors keep nothing: then
  /// `row.id` is empty. The same document of the same table under way is answered with its row
  /// again.
  virtual Result<Judged> create(const SchemaRequest& request, const std::string& document,
                                const Actor& actor, bool draft) = 0;
  /// A new definition for one that is not migrated or rejected. An approval is void by it.
  virtual Result<Judged> update(const std::string& id, const SchemaRequest& request,
                                const std::string& document, const Actor& actor) = 0;
  /// Newest first.
  virtual Result<PageOf<RequestRow>> list(std::optional<Status> status, std::uint64_t limit,
                                          std::uint64_t offset) = 0;
  /// `id`: all of it, or a beginning that only one request has.
  virtual Result<Judged> show(const std::string& id) = 0;
  virtual Result<Preview> migration(const std::string& id) = 0;
  /// By a person's word (life_cycle.h). Approving judges and rehearses anew; `hash`, where given,
  /// is that of the SQL that was reviewed.
  virtual Result<RequestRow> set_status(const std::string& id, Status status, const Actor& actor,
                                        const std::string& reason, const std::string& hash) = 0;
  /// Runs UP in one transaction with its check, its journal row and its audit row, after a backup
  /// where it drops columns. Again: checks
  /// that the table is as it was left. Where the SQL or the tables below it are not those that were
  /// approved, the approval is void (conflict).
  virtual Result<Applied> apply(const std::string& id, const Actor& actor) = 0;
  /// Runs DOWN. Rows or values that are there are only discarded on request, after a backup.
  virtual Result<Applied> rollback(const std::string& id, const Actor& actor,
                                   bool discard_data) = 0;
  /// Approves and applies a requested one by kLowRisk (session.h), as the program itself; else
  /// nothing is changed, and the answer says why. Whether that is wanted is the caller's to know.
  virtual Result<Automatic> apply_if_low_risk(const std::string& id,
                                              const std::string& account) = 0;
  /// Gives an approved one a time to be applied at, or takes it away (none). What voids its
  /// approval takes the time away too.
  virtual Result<RequestRow> schedule(const std::string& id, std::optional<std::int64_t> at_ms,
                                      const Actor& actor) = 0;
  /// Applies what is due, as apply() does, each in its own transaction. One that cannot be applied
  /// loses its time; the audit and the request say why.
  virtual Result<DueRuns> apply_due(const std::string& account) = 0;
  /// Measures requested tables: all, or that of a name or of a migrated request's id. Reads only.
  virtual Result<std::vector<TablePerformance>> performance(const std::string& which) = 0;
  /// Oldest first.
  virtual Result<PageOf<AuditRow>> audit(const std::string& id, std::uint64_t limit,
                                         std::uint64_t offset) = 0;
};

/// `<folder>/requests.db`.
std::filesystem::path requests_database(const std::filesystem::path& folder);

}  // namespace dg::requests
