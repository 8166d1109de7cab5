#pragma once
/// \file
/// Opening requests.db. Internal to storage/; throws Failure and Error.

#include <filesystem>

#include "storage/sqlite/connection.h"

namespace dg::requests {

/// A rollback journal with full synchronisation: few writes, each durable when it is acknowledged.
void configure(Connection& connection);

/// Refuses what is none of ours or was written by a newer program.
void require_ours(const Connection& connection, const std::filesystem::path& file);

}  // namespace dg::requests
