#pragma once
/// \file
/// The tables of requests.db that are about requested tables. Declared as the graph's own are
/// (storage/schema/registry.h), but for a database of their own: a request never touches the
/// graph's. Internal to storage/.

#include <span>
#include <string>

#include "storage/schema/registry.h"
#include "storage/sqlite/connection.h"

namespace dg::requests {

/// `PRAGMA application_id`: "dgrq".
inline constexpr std::uint32_t kApplicationId = 0x64677271;
inline constexpr std::uint32_t kSchemaVersion = 2;  ///< 2: requests have a time.

std::span<const schema::Table> tables() noexcept;
const schema::Table& table(std::string_view name);  ///< Of a name that is there.

/// INSERT with all columns of the table, ?1 the first.
std::string insert_all_sql(std::string_view table_name);

/// Tables, indexes and triggers into an empty database; inside the caller's transaction. Throws
/// Failure.
void create_tables(Connection& connection);
/// What an older version has not got: columns are added, rows stay; inside the caller's
/// transaction. Nothing where the version is this one. Throws Failure.
void upgrade_tables(Connection& connection);

}  // namespace dg::requests
