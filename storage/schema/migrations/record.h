#pragma once
/// \file
/// schema_migrations: what became of each migration. Internal to storage/; throws Failure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/schema/migrations/migration.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

/// Writes the row, in place of one of that name.
void put_record(Connection& connection, const MigrationRecord& record);

/// All rows: numbered ones by number, then the program's own by name. Empty where the database has
/// no such table.
std::vector<MigrationRecord> records_of(const Connection& connection);

/// XXH3-128 of both texts, hexadecimal.
std::string checksum_of(std::string_view up, std::string_view down);

}  // namespace dg::schema
