#pragma once
/// \file
/// Listing and reading the project's files from disk, safely.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/watch/ignore.h"
#include "events/file_version.h"
#include "storage/result.h"

namespace dg {

struct FileStat {
  std::string path;  ///< Relative to the root, `/` separators.
  std::int64_t mtime_ns = 0;
  std::uint64_t size = 0;
  std::int64_t ctime_ns =
      0;  ///< Also moves when a file is replaced by one of the same size and mtime.
};

struct Listing {
  std::vector<FileStat> sources;  ///< Files with a known language, sorted by path.
  std::vector<FileStat> configs;  ///< package.json, tsconfig*.json, jsconfig.json, sorted by path.
  std::vector<std::string>
      folders;  ///< Every folder that is not ignored, sorted; "" is the root. What to watch.
  struct Trouble {
    std::string path, reason;
  };
  std::vector<Trouble>
      troubles;  ///< Unreadable folders and files, links out of the project, loops.
  /// What lies outside of the project by a rule. A folder counts once, unopened; a file where it is
  /// a source by its name. `.git` and the state folder are no part of a project and not counted.
  struct Ignored {
    std::size_t folders = 0, files = 0;
    struct Rule {
      std::string path;  ///< A folder ends with `/`.
      std::string source, pattern;
    };
    std::vector<Rule> first;  ///< In the order of the walk, at most kFirstIgnored.
  };
  static constexpr std::size_t kFirstIgnored = 5;
  Ignored ignored;
  IgnoreRules rules;
};

/// Called with each folder's path and st_dev before it is listed, so that a watch can be set first.
using FolderHook = std::function<void(const std::string& folder, std::uint64_t device)>;

/// Walks the tree. Symbolic links to folders are not followed; a link to a file inside the project
/// is the file it names and listed once, under its real path; links out are troubles. Bounded stack
/// and descriptors (≤ 16). Fails where the root itself cannot be listed.
Result<Listing> crawl(const std::filesystem::path& root, const FolderHook& before_listing = {});
/// As crawl, of one folder below the root (it may be gone: then empty). Uses and extends `rules`.
Listing crawl_folder(const std::filesystem::path& root, std::string_view folder, IgnoreRules& rules,
                     const FolderHook& before_listing = {});
/// One folder without what lies in its subfolders, whose paths are `folders`. Nothing where it is
/// gone.
std::optional<Listing> list_folder(const std::filesystem::path& root, std::string_view folder,
                                   IgnoreRules& rules);

/// Why a file that has a source's name cannot be indexed under its path (language_of); null: it
/// can.
const char* unfit_path(std::string_view path) noexcept;

/// Whether a path is of interest by its name alone: a source (language_of) or a configuration file.
bool is_config_name(std::string_view path) noexcept;

struct FileBytes {
  FileStat stat;
  ContentHash hash;
  std::string bytes;  ///< Empty where it is over `max_bytes`; the hash is then of (size, mtime).
  bool too_large = false;
};
/// O_NOFOLLOW, O_NONBLOCK, regular files only, read whole; nothing where it is gone or no file.
/// An Error where it is there and cannot be read.
Result<std::optional<FileBytes>> read_file(const std::filesystem::path& root, std::string_view path,
                                           std::uint64_t max_bytes);

}  // namespace dg
