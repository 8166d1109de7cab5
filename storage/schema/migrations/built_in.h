#pragma once
/// \file
/// The program's own data migrations. They run at start, once, after the schema is right; none of
/// them touches the schema. Internal to storage/; throws Failure.

#include <span>
#include <string_view>
#include <vector>

#include "storage/schema/migrations/migration.h"
#include "storage/schema/upgrade/plan.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

struct BuiltIn {
  std::string_view name;
  MigrationKind kind = MigrationKind::data;
  std::string_view description;
  std::string_view check;  ///< A SELECT that counts what is to be done; 0: nothing.
  std::string_view run;    ///< Does it; may be repeated. Afterwards `check` must give 0.
};
std::span<const BuiltIn> built_in() noexcept;

/// Whether one of them has never been looked at in this database.
bool has_built_in_work(const Connection& connection);

/// Runs those of which schema_migrations has no row, or `all` of which there is something to do; in
/// the caller's transaction. \returns what was executed. A check that is not 0 afterwards is a
/// Failure (SQLITE_CONSTRAINT).
std::vector<Step> run_built_in(Connection& connection, bool all = false);

}  // namespace dg::schema
