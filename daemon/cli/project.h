#pragma once
/// \file
/// Which folder a command is about.

#include <cstdint>
#include <filesystem>
#include <string>

#include "parser/parse.h"
#include "storage/result.h"

namespace dg {

/// The folder that `index`, `serve` and `start` are given, canonical. Refused, with the reason and
/// the cure: what does not exist (not_found), what is no folder or cannot be read (io), and `/` or
/// a home folder (usage) unless `force`, and a file called .deltagraph (io): indexing those by
/// mistake is what fills disks.
Result<std::filesystem::path> check_folder(const std::filesystem::path& folder, bool force);

/// The project of a command: `given`, or where it is empty the nearest folder at or above `start`
/// with `.deltagraph`, else with `.git`, else with `package.json`. A home folder and `/` count only
/// where they have a database (usage), unless `force`: a question must not begin to index them.
Result<std::filesystem::path> find_project(const std::string& given,
                                           const std::filesystem::path& start, bool force = false);

/// How sources are read: the defaults, and `DELTAGRAPH_MAX_FILE_BYTES` of the environment, above
/// which a file is recorded as skipped. Refused (usage) where that is no number from 1 to 2^31.
Result<ParseOptions> parse_options();

/// `<project>/.deltagraph`. Where that is not there and the project cannot be written (another
/// user's, a read-only mount), and where the project is on a remote file system, on which SQLite's
/// write-ahead log has no shared memory (sqlite.org/wal.html):
/// `$XDG_STATE_HOME/deltagraph/<name>-<hash of the path>`, with `~/.local/state` as XDG's default.
std::filesystem::path state_folder(const std::filesystem::path& project);
/// The same, of a file system that is known.
std::filesystem::path state_folder(const std::filesystem::path& project, bool remote);
std::filesystem::path database_path(const std::filesystem::path& project);
std::filesystem::path backup_folder(const std::filesystem::path& project);
/// Of the database and its write-ahead log; 0 where there is none.
std::uint64_t database_bytes(const std::filesystem::path& project);

/// A path or `file:line[:col]` or `file::name` as typed, with the file relative to the project
/// where it is one of its files as seen from `cwd`; anything else unchanged.
std::string relative_to_project(const std::string& typed, const std::filesystem::path& project,
                                const std::filesystem::path& cwd);

/// The same of a path alone, and of a link the link itself, not what it names.
std::string path_in_project(const std::string& typed, const std::filesystem::path& project,
                            const std::filesystem::path& cwd);

}  // namespace dg
