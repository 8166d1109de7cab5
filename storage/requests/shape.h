#pragma once
/// \file
/// The shape of a table as text to be compared and hashed: what SQLite itself says of it
/// (storage/schema/live/inspect.h), not how its SQL is written. Stricter than schema::compare():
/// the order of columns counts. Internal to storage/; throws Failure.

#include <string>
#include <string_view>

#include "storage/requests/definition.h"
#include "storage/schema/live/model.h"

namespace dg::requests {

/// One line each for the table, its columns in order, and, sorted, its conditions, foreign keys,
/// indexes and triggers; empty where there is no such table. O(objects of the schema).
std::string shape_of(const schema::LiveSchema& schema, std::string_view table);

/// The shape that a table of that definition has; made in memory.
std::string shape_of(const Definition& definition);

/// The shapes of all tables, sorted by name.
std::string shape_of_all(const schema::LiveSchema& schema);

/// The first line in which two shapes differ, for people: `wanted …, found …`; empty: none.
std::string first_difference(std::string_view wanted, std::string_view found);

}  // namespace dg::requests
