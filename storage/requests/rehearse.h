#pragma once
/// \file
/// Runs a migration where it can do no harm. Internal to storage/; throws Failure.

#include <filesystem>
#include <string>

#include "storage/requests/migration.h"
#include "storage/sqlite/connection.h"

namespace dg::requests {

struct Rehearsal {
  std::string failure;       ///< Why it must not be offered; empty: UP, DOWN, UP works.
  std::string down_failure;  ///< Why DOWN fails while the rows of now are there; empty: it works.
};

/// On a copy of what is committed in the file, in a temporary database: UP gives the shape that was
/// asked for, DOWN gives all shapes as they were, and UP once more the same as the first time;
/// without rows, and then with the rows that are there. O(database).
Rehearsal rehearse(const std::filesystem::path& database, const Change& change,
                   const Migration& migration);

/// Foreign keys are as the data says (sqlite.org/pragma.html#pragma_foreign_key_check); else the
/// first that is not, for people.
std::string broken_reference(const Connection& connection);

}  // namespace dg::requests
