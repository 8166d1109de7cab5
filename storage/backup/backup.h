#pragma once
/// \file
/// Copies of a database while it is written to (sqlite.org/backup.html).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "storage/result.h"

namespace dg {

struct Backup {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  Sequence sequence{};  ///< The last commit in it; 0: none.
};

/// Copies what is committed now to `target`, whose folder is made. The copy is one commit's state,
/// complete in one file, and has its name only once it is on the disk. Saves go on meanwhile: the
/// copy reads as any Reader does, and may be made by another process than the one that writes.
/// `stop` is asked every few thousand pages; true ends it (cancelled). A target that exists is
/// refused (usage). O(size of the database). Any thread.
Result<Backup> back_up(const std::filesystem::path& database, const std::filesystem::path& target,
                       const std::function<bool()>& stop = {}, const std::string& vfs = {});

/// Whether `file` can be restored: a whole database of ours that passes SQLite's quick_check and
/// whose log's hash chain holds, but where the log itself says what it lost. Else an Error that
/// says what is wrong with it. The file and its folder are left as they are. O(size of the
/// database).
Result<Backup> check_backup(const std::filesystem::path& file);

/// Databases that were in the place of the present one: `.corrupt-TIME` were set aside as damaged,
/// `.replaced-TIME` gave way to a backup.
struct FormerDatabases {
  std::vector<std::filesystem::path> kept;  ///< Newest first.
  std::size_t deleted = 0;                  ///< Older ones, each with its log.
};

/// Former databases of each kind that are kept.
inline constexpr std::size_t kFormerKept = 3;

/// Deletes all former databases of a kind (`.corrupt-`, `.replaced-`) but the newest ones. `newest`
/// is the one that was just made: it is kept whatever the times in the names say. What cannot be
/// deleted stays, and is not counted.
FormerDatabases keep_newest(const std::filesystem::path& database, std::string_view kind,
                            const std::filesystem::path& newest);

struct Restored {
  Backup from;
  std::filesystem::path kept_as;  ///< The database that was there; empty: there was none.
  FormerDatabases former;         ///< Of restores, that one among them.
};

/// Puts a checked copy of `file` in the place of `database`. What was there, damaged or not, is
/// kept as `<database>.replaced-<UTC time>`, its log with it, so that no log meets a database that
/// it does not belong to; of those of earlier restores the last are kept (kFormerKept). Dying at
/// any moment leaves the old database or the restored one. The caller holds the write lock and has
/// no Store open there.
Result<Restored> restore(const std::filesystem::path& file, const std::filesystem::path& database);

/// `20261121T124455Z`, for names of files that sort by age.
std::string utc_stamp();

}  // namespace dg
