#pragma once
/// \file
/// A database in memory with another one's schema and no rows, in which statements are tried before
/// they touch anything. Internal to storage/; throws Failure.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/result.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/model.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

Connection scratch_of(const LiveSchema& schema);

/// The single statements of a script, without comments between them. A text that SQLite cannot
/// understand is one statement: executing it says why.
std::vector<std::string> statements_of(std::string_view script);

/// Executes a script, each statement under the guard (guard.h).
void try_script(Connection& scratch, std::string_view script);

/// The first that compare() finds, for people; empty: none.
std::string first_difference(const LiveSchema& wanted, const LiveSchema& found);

/// Tables and columns that are there before the script and not after it.
std::vector<Difference> losses_of(const LiveSchema& schema, std::string_view script);

/// How scripts are run, and what tells two schemas apart; empty: nothing.
struct Trial {
  std::function<void(Connection& scratch, std::string_view script)> run = try_script;
  std::function<std::string(const LiveSchema& wanted, const LiveSchema& found)> difference =
      first_difference;
};

/// Whether `up`, `down`, `up` gives what `up` gave, and `down` what was there before: an Error that
/// names the first difference, or the script that failed with a hint; else the schema after `up`.
Result<LiveSchema> round_trip(const LiveSchema& schema, std::string_view up, std::string_view down,
                              const Trial& trial = {});

}  // namespace dg::schema
