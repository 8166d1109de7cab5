#pragma once
/// \file
/// Requests and what became of them, in the database of requested tables. Internal to storage/'s
/// users by way of this class alone; one thread at a time.
///
/// A request is never changed: a correction is a new one. Its status is changed by transitions
/// alone, each of which is a row of schema_audit, which triggers keep append-only.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/result.h"
#include "storage/schema/requests/request.h"
#include "storage/schema/requests/validate.h"

namespace dg::schema {

enum class RequestStatus : std::uint8_t { draft, requested, approved, migrated, rejected };
std::string_view to_string(RequestStatus status) noexcept;
std::optional<RequestStatus> status_named(std::string_view name) noexcept;
/// draft → requested → approved → migrated; requested or approved → rejected; rejected → draft.
bool may_follow(RequestStatus from, RequestStatus to) noexcept;

struct StoredRequest {
  std::string id;  ///< UUIDv7.
  std::string table_name, json, requested_by;
  RequestStatus status = RequestStatus::draft;
  std::string up, down;
  std::string hash;                        ///< Of `up` and `down`: what is reviewed and approved.
  std::string schema_hash;                 ///< Of the database's schema that they were made for.
  std::string approved_hash, approved_by;  ///< Empty: not approved.
  std::int64_t created_at = 0;             ///< ms since 1970.
  std::string migration;                   ///< Name of the migration; empty: not migrated.
};

struct AuditEntry {
  std::int64_t id = 0, at_ms = 0;
  std::string request, action, performed_by, from, to, hash, note;
};

struct RequestPolicy {
  bool self_approval = false;  ///< Whether the requester may approve.
};

class RequestLog {
 public:
  /// Opens or makes the database.
  static Result<std::unique_ptr<RequestLog>> open(const std::filesystem::path& database,
                                                  const std::filesystem::path& migrations,
                                                  RequestPolicy policy = {});
  virtual ~RequestLog() = default;

  struct Created {
    std::optional<StoredRequest> stored;  ///< None: errors block it.
    std::vector<RequestFinding> findings;
  };
  /// Validates and stores: as `requested`, or as a draft, where errors do not block.
  virtual Result<Created> create(const SchemaRequest& request, const std::string& json,
                                 bool draft) = 0;
  virtual Result<std::vector<StoredRequest>> list(std::optional<RequestStatus> status,
                                                  std::size_t limit, std::size_t offset) = 0;
  virtual Result<StoredRequest> get(const std::string& id) = 0;
  virtual Result<std::vector<AuditEntry>> audit(const std::string& id) = 0;

  /// Approval names the hash that was read; another one, or a schema that has moved on, is a
  /// conflict. Applied by apply() alone.
  virtual Result<StoredRequest> approve(const std::string& id, const std::string& by,
                                        const std::string& hash) = 0;
  /// `to` is requested, rejected or draft.
  virtual Result<StoredRequest> change(const std::string& id, RequestStatus to,
                                       const std::string& by, const std::string& note) = 0;
  /// Writes the approved statements as the next numbered migration, runs it, and records it.
  virtual Result<StoredRequest> apply(const std::string& id, const std::string& by) = 0;
};

}  // namespace dg::schema
