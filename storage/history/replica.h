#pragma once
/// \file
/// Which copy of a database this is. Internal to storage/; throws Failure.
///
/// A replica id is a UUIDv7 that is made with the file; every transaction names the replica that
/// wrote it. A copy that is written to would go on under the same id and fork the log unseen, so a
/// copy gets a new id when it is first opened for writing, and keeps the old one as `copied_from`.
/// A copy is told by its inode and, where the file system knows it, the time the inode was made;
/// both are noted beside the id. Renaming the file or its folder keeps the id. Device numbers do
/// not count: they change between boots. Where a file system gives a file a new inode without
/// copying it, the id changes too, which costs nothing.

#include <filesystem>
#include <string>

#include "storage/sqlite/connection.h"

namespace dg {

struct Replica {
  std::string id;           ///< UUIDv7.
  std::string copied_from;  ///< Id of the copied replica; empty: made here.
};

/// The connection's own; makes one, in a transaction of its own, where the file has none or is a
/// copy.
Replica ensure_replica(Connection& connection, const std::filesystem::path& database);

}  // namespace dg
