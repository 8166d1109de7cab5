#pragma once
/// \file
/// What the statements of a migration may do. Internal to storage/.

#include "storage/schema/migrations/migration.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

/// While it lives, a connection prepares only what a migration of that kind may do
/// (sqlite3_set_authorizer): no ATTACH, PRAGMA or transaction of its own; no write to the log or to
/// the journals, nor to what protects them; and where the kind is not `schema`, no change of the
/// schema.
class Guard {
 public:
  Guard(Connection& connection, MigrationKind kind);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  Connection& connection_;
};

/// What to do about a statement that failed, for a person: by SQLite's message. Never empty.
std::string hint_for(const Failure& failure);

}  // namespace dg::schema
