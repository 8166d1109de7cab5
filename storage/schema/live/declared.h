#pragma once
/// \file
/// The registry as a database would have it. Any thread.

#include "storage/schema/live/model.h"

namespace dg::schema {

/// What inspect() gives of a database that was made from the registry's SQL; made once, in memory.
const LiveSchema& declared();

/// The declared table, index, trigger or view of that name as SQL; empty where there is none.
std::string declared_sql(std::string_view name);

}  // namespace dg::schema
