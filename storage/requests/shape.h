#pragma once
/// \file
/// The shape of a table in a database, as text to be compared: what SQLite itself says of it, not
/// how its SQL is written. Internal to storage/; throws Failure.

#include <string>
#include <string_view>

#include "storage/requests/definition.h"
#include "storage/sqlite/connection.h"

namespace dg::requests {

/// One line each for the table, its columns in order, its conditions, foreign keys, indexes and
/// triggers, the last four sorted; empty where there is no such table. O(objects of the table).
std::string shape_of(const Connection& connection, std::string_view table);

/// The shape that a table of that definition has; made in memory.
std::string shape_of(const Definition& definition);

/// The shapes of all tables, sorted by name.
std::string shape_of_all(const Connection& connection);

/// The first line in which two shapes differ, for people: `wanted …, found …`; empty: none.
std::string first_difference(std::string_view wanted, std::string_view found);

}  // namespace dg::requests
