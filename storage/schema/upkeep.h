#pragma once
/// \file
/// Makes a database what the registry says, and reports where it is not. Only additions: tables,
/// columns, indexes, triggers, views. Nothing that holds data is changed or dropped.

#include <cstdint>
#include <string>
#include <vector>

#include "storage/sqlite/connection.h"

namespace dg::schema {

/// Columns of one table, registered against existing.
struct TableReport {
  enum class State { ok, missing, mismatch };
  std::string name;
  State state = State::ok;
  std::vector<std::string> missing_columns;  ///< Registered, not in the database.
  std::vector<std::string> extra_columns;    ///< In the database, not registered: kept.
};

struct Report {
  std::vector<TableReport> tables;        ///< In registry order.
  std::vector<std::string> extra_tables;  ///< Sorted; nobody claims them, kept.
  std::uint32_t registered_columns = 0, missing_tables = 0, missing_columns = 0, extra_columns = 0;
};
Report report(const Connection& connection);

/// Brings the schema up to date in one transaction, in the order tables, columns, indexes,
/// triggers, virtual tables, views; journals each statement. Writes nothing where nothing is
/// missing.

/// \returns statements executed. Throws Failure.
int bring_up(Connection& connection);

/// Secondary indexes of registered tables that do not exist. Inside the caller's transaction.
int create_indexes(Connection& connection);
/// Drops the indexes marked `scattered`, for a first, bulky commit; inside its transaction.
/// transaction.
void drop_scattered_indexes(Connection& connection);

}  // namespace dg::schema
