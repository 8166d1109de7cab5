#pragma once
/// \file
/// The registry for people: documentation and a diagram. Its SQL is schema_sql() (ddl.h). Pure; any
/// thread.

#include <string>

namespace dg::schema {

/// A chapter for each table with its columns, keys and indexes, then the views.
std::string schema_markdown();

/// Graphviz: a record for each table, an edge for each column that holds another's values.
std::string schema_dot();

}  // namespace dg::schema
