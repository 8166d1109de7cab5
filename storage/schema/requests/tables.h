#pragma once
/// \file
/// The registry of the database of requested tables: what is in it before any request. Constant
/// data: any thread.

#include <span>

#include "storage/schema/live/model.h"
#include "storage/schema/registry.h"

namespace dg::schema {

std::span<const Table> request_tables() noexcept;

/// These and the two journals, as a database would have them.
const LiveSchema& declared_beside();

}  // namespace dg::schema
