#pragma once
/// \file
/// The rows of requests.db. Internal to storage/; throws Failure and Error.

#include <optional>
#include <string>
#include <vector>

#include "storage/requests/store.h"
#include "storage/sqlite/connection.h"

namespace dg::requests {

/// By a full id or a beginning that only one has; else an Error (not_found, ambiguous).
RequestRow request_row(const Connection& connection, const std::string& id);
PageOf<RequestRow> request_rows(const Connection& connection, std::optional<Status> status,
                                std::uint64_t limit, std::uint64_t offset);
/// Requested and approved ones, oldest first.
std::vector<RequestRow> open_requests(const Connection& connection);
/// Approved ones that have a time up to `now_ms`, earliest first.
std::vector<RequestRow> due_requests(const Connection& connection, std::int64_t now_ms);
/// Another request about the table, its old or its new name; empty: there is none.
std::string other_request(const Connection& connection, const Decode& decode,
                          const RequestRow& row);
bool was_rejected(const Connection& connection, const std::string& request_id);
void put_request(Connection& connection, const RequestRow& row);
/// Whether another request's migration is called so.
bool is_migration_name(const Connection& connection, const std::string& name,
                       const std::string& but_of);

/// One row of schema_migrations.
struct MigrationRow {
  std::int64_t sequence = 0;
  std::string request_id, name, table_name, checksum, up_sql, down_sql, applied_by;
  std::optional<std::int64_t> previous;
  std::int64_t applied_ms = 0, duration_us = 0;
};
/// Keeps it with the definition that it left; \returns its sequence.
std::int64_t put_migration(Connection& connection, const MigrationRow& row,
                           const Definition& after);
/// The applied migration of a request; none: there is none.
std::optional<MigrationRow> applied_migration(const Connection& connection,
                                              const std::string& request_id);
/// An applied migration that builds on this one; empty: none does.
std::string built_upon_by(const Connection& connection, std::int64_t sequence);
void mark_rolled_back(Connection& connection, std::int64_t sequence, const Actor& actor,
                      std::int64_t now_ms, const std::string& backup);

/// The table as a migration left it. An Error (corrupt) where its rows make no sense.
Definition definition_after(const Connection& connection, std::int64_t sequence);
/// The migration that a table is as it was left by; none: there is no such requested table.
std::optional<std::int64_t> live_migration(const Connection& connection, const std::string& table);

/// What a request is judged against; `but`: the id that is left out.
World load_world(const Connection& connection, const Decode& decode, const std::string& but);

struct AuditEntry {
  const RequestRow* row = nullptr;  ///< As it is afterwards.
  std::string action, from_status;
  const Actor* actor = nullptr;
  std::int64_t now_ms = 0;
  std::string reason, sql_hash, sql_executed, error_message;
  bool with_document = false;
};
void add_audit(Connection& connection, const AuditEntry& entry);
PageOf<AuditRow> audit_rows(const Connection& connection, const std::string& request_id,
                            std::uint64_t limit, std::uint64_t offset);

}  // namespace dg::requests
