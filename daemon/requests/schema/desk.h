#pragma once
/// \file
/// SchemaDesk: what can be done with schema requests, as JSON answers. Command line, socket and
/// HTTP all come here, so that they cannot differ.
///
/// Thread rule: one thread at a time for each desk; several desks may work side by side.

#include <filesystem>
#include <memory>
#include <string>

#include "daemon/requests/schema/document.h"
#include "storage/requests/store.h"

namespace dg {

/// Answers (all times are UTC texts):
///
///     REQUEST  {"id", "tableName", "operation", "status", "owner", "requestedBy", "submittedBy",
///               "justification", "relatedIssue", "migration", "createdAt", "updatedAt",
///               "approvedBy", "approvedAt", "approvedHash", "scheduledAt", "scheduledBy",
///               "scheduleNote"}; null where there is nothing to say
///     AUTOMATIC {"applied", "reason": the rule by which it was, or why not}
///     FINDINGS "errors", "warnings", "findings": [{"code", "severity", "pointer", "message",
///               "suggestion"}], "more": findings beyond those listed
class SchemaDesk {
 public:
  /// Reads the configuration of the state folder (daemon/config.h) and opens its requests.db, if
  /// there is one. `project`: its folder, which only propose() needs.
  static Result<SchemaDesk> open(const std::filesystem::path& state_folder,
                                 const std::filesystem::path& project = {});

  /// {"valid", "migration", FINDINGS}
  Result<Json> check(const Document& document);
  /// {"accepted", "request": REQUEST or null, "automatic": AUTOMATIC, FINDINGS}; only create()
  /// says "automatic". `by`: who does it; empty: the account.
  Result<Json> create(const Document& document, const std::string& by, bool draft);
  Result<Json> update(const std::string& id, const Document& document, const std::string& by);
  /// {"items": [REQUEST], "total", "limit", "offset"}, newest first. `status` may be empty.
  Result<Json> list(const std::string& status, std::int64_t limit, std::int64_t offset);
  /// {"request": REQUEST, "document", "sqlHash" or null, FINDINGS}
  Result<Json> show(const std::string& id);
  /// {"id", "migration", "sqlHash", "up", "down", "tested", "failure", "downNeedsEmptyTable",
  ///  "applied"}
  Result<Json> migration(const std::string& id);
  /// {"request": REQUEST, "automatic": AUTOMATIC}; that only where the status is to be requested
  Result<Json> set_status(const std::string& id, const std::string& status, const std::string& by,
                          const std::string& reason, const std::string& hash);
  /// {"request": REQUEST, "migration", "already", "durationMs", "backup" or null}
  Result<Json> apply(const std::string& id, const std::string& by);
  /// {"request": REQUEST, "migration", "durationMs", "rowsLost", "backup" or null}
  Result<Json> rollback(const std::string& id, const std::string& by, bool discard_data);
  /// {"request": REQUEST}. `at`: a time (daemon/requests/point.h), or `never`.
  Result<Json> schedule(const std::string& id, const std::string& at, const std::string& by);
  /// {"items": [{"request": REQUEST, "applied", "failure" or null, "triedAgain"}], "applied",
  ///  "failed", "nextAt" or null}: those whose time has come, in its order
  Result<Json> apply_due();
  Result<requests::DueRuns> run_due() { return store_->apply_due(account_); }  ///< The same.
  /// {"items": [{"table", "request", "rows", "bytes", "indexBytes", "lookups": [{"of", "name" or
  ///  null, "keys", "sql", "plan", "bytes" or null, "runs", "rows", "scanned", "medianMs" or null,
  ///  "worstMs" or null, "useless" or null}], "warnings"}], "warnings"}. `which`: an id or a table;
  /// empty: all.
  Result<Json> performance(const std::string& which);
  /// {"branch", "commit", "base", "files", "remote" or null, "push": the command}. `branch`: empty:
  /// one named after the migration.
  Result<Json> propose(const std::string& id, const std::string& branch);
  /// {"items": [{"sequence", "action", "tableName", "fromStatus", "status", "performedBy",
  ///  "account", "executedAt", "reason", "sqlHash", "sqlExecuted", "errorMessage"}], "total",
  ///  "limit", "offset"}, oldest first
  Result<Json> audit(const std::string& id, std::int64_t limit, std::int64_t offset);

 private:
  SchemaDesk(std::unique_ptr<requests::RequestStore> store, std::string account)
      : store_(std::move(store)), account_(std::move(account)) {}
  requests::Actor actor(const std::string& by) const;
  Json automatic(requests::RequestRow& row);

  std::unique_ptr<requests::RequestStore> store_;
  std::string account_;
  std::filesystem::path state_folder_, project_;
  bool auto_create_ = false;
};

inline constexpr std::int64_t kDefaultRequests = 50;
inline constexpr std::int64_t kMostRequests = 500;

}  // namespace dg
