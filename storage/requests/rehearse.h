#pragma once
/// \file
/// Runs a migration where it can do no harm. Internal to storage/; throws Failure.

#include <filesystem>
#include <string>

#include "storage/requests/migration.h"

namespace dg::requests {

struct Rehearsal {
  std::string failure;       ///< Why it must not be offered; empty: UP, DOWN, UP works.
  std::string down_failure;  ///< Why DOWN fails while the rows of now are there; empty: it works.
};

/// On what is committed in the file: the round trip of its schema (schema::round_trip()), in which
/// UP gives the shape that was asked for and the order of columns counts; and then UP and DOWN on a
/// temporary copy with the rows that are there. O(database).
Rehearsal rehearse(const std::filesystem::path& database, const std::string& vfs,
                   const Change& change, const Migration& migration);

}  // namespace dg::requests
