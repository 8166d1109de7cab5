#pragma once
/// \file
/// Requests in backups: beside the copy of the graph's database lies one of requests.db.

#include <filesystem>
#include <optional>

#include "storage/backup/backup.h"

namespace dg::requests {

/// Where a backup of that name keeps them: `shop.db` -> `shop.requests.db`.
std::filesystem::path requests_backup(const std::filesystem::path& backup);

/// Copies the requests.db of a state folder, as back_up() does; nothing where there is none. A
/// target that exists is refused (usage). Any thread, any process.
Result<std::optional<Backup>> back_up_requests(const std::filesystem::path& folder,
                                               const std::filesystem::path& backup);

/// Whether the requests beside a backup can be restored; fine where there are none.
Result<> check_requests_backup(const std::filesystem::path& backup);

/// Makes the requests of a state folder those beside the backup, in one transaction: who has
/// requests.db open sees the old ones or the restored ones. The former are kept as
/// `requests.db.replaced-<UTC time>` (the last kFormerKept of them), which is returned: empty where
/// there were none. Nothing where the backup holds no requests; those that are there stay.
Result<std::optional<std::filesystem::path>> restore_requests(const std::filesystem::path& backup,
                                                              const std::filesystem::path& folder);

}  // namespace dg::requests
