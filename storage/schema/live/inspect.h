#pragma once
/// \file
/// Reads the schema of a database. Internal to storage/; throws Failure.

#include "storage/schema/live/model.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

/// Every table, index, trigger and view of `main`, by sqlite_schema and the table-valued PRAGMAs
/// (sqlite.org/pragma.html#pragfunc). Several statements: a caller who needs one commit's schema
/// holds a transaction. O(objects).
LiveSchema inspect(const Connection& connection);

/// The first row that refers to one that is not there, for people
/// (sqlite.org/pragma.html#pragma_foreign_key_check); empty: none. O(rows).
std::string broken_reference(const Connection& connection);

}  // namespace dg::schema
