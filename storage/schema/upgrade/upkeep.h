#pragma once
/// \file
/// Makes a database what the registry says, at every start: import (declared.h), inspect, repair,
/// verify. Internal to storage/; throws Failure, and Error where the schema cannot be repaired.
///
/// All of it is one transaction: a process that dies leaves the old schema or the new one. Before
/// anything but an addition a copy of the database is made. What nobody asked for is kept.

#include <filesystem>
#include <functional>
#include <string>

#include "storage/schema/upgrade/plan.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

struct Surroundings {
  std::filesystem::path database;  ///< For copies and messages; empty: no copy is made.
  std::string vfs;                 ///< Of the copy's reader.
  /// Called once for each step of a database that was there, when all of them are durable.
  std::function<void(const Step&)> applied = {};
  /// Hears, for people, of each step of such a database before it is taken, and of the end.
  std::function<void(const std::string&)> told = {};
};

/// Two processes may start at once: one upgrades, the other finds nothing to do (the first
/// statement that needs the lock is BUSY, and its caller tries again). Writes nothing where nothing
/// is missing. O(objects), and O(rows) of what is rebuilt.
/// \returns statements executed.
int bring_up(Connection& connection, const Surroundings& surroundings = {});

/// Secondary indexes of registered tables that do not exist. Inside the caller's transaction.
int create_indexes(Connection& connection);
/// Drops the indexes marked `scattered`, for a first, bulky commit; inside its transaction.
void drop_scattered_indexes(Connection& connection);

}  // namespace dg::schema
