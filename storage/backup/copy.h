#pragma once
/// \file
/// Copying a database page by page, and giving files their names for good. Internal to storage/.

#include <filesystem>
#include <functional>
#include <string>

#include "storage/backup/backup.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// Copies the commit that `from` sees to `target`, which must not exist: complete, on the disk, and
/// only then under that name. Throws Failure for the database's failures.
Result<Backup> copy_database(Connection& from, const std::filesystem::path& target,
                             const std::function<bool()>& stop);

/// Copies all pages of the commit that `from` sees into a database that is open and empty. Throws
/// Failure.
void copy_pages(const Connection& from, Connection& to);

/// As back_up(), to `backups/<prefix><UTC time>.db` beside the database: before something risky.
Result<Backup> copy_for_keeping(const std::filesystem::path& database, const std::string& prefix,
                                const std::string& vfs = {});

/// A free name for a database that gives way to a backup: `<database>.replaced-<UTC time>`.
std::filesystem::path name_for_old(const std::filesystem::path& database);

/// What was renamed or removed in the folder stays so after a crash.
Result<> sync_folder(const std::filesystem::path& folder);

Error write_error(const std::filesystem::path& file, const char* action, int system_errno);

}  // namespace dg
