#include "daemon/cli/project.h"

#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include "daemon/protocol/client.h"
#include "daemon/watch/remote_fs.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

bool is_home(const fs::path& folder) {
  std::error_code ignored;
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    if (fs::equivalent(folder, home, ignored)) return true;
  }
  const passwd* user = getpwuid(geteuid());
  return user != nullptr && user->pw_dir != nullptr &&
         fs::equivalent(folder, user->pw_dir, ignored);
}

/// Empty where the user has no home.
fs::path state_home() {
  const char* const given = std::getenv("XDG_STATE_HOME");
  if (given != nullptr && *given == '/') return given;
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) / ".local/state" : fs::path();
}

bool holds(const fs::path& folder, const char* name) {
  std::error_code ignored;
  return fs::exists(folder / name, ignored);
}

/// `/` and home folders are projects only where somebody indexed them with --force.
bool may_be_project(const fs::path& folder) {
  std::error_code ignored;
  if (folder != folder.root_path() && !is_home(folder)) return true;
  return fs::exists(database_path(folder), ignored);
}

fs::path nearest_with(const fs::path& start, const char* name) {
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (holds(folder, name) && may_be_project(folder)) return folder;
    if (folder == folder.root_path()) return {};
  }
}

Error at_folder(ErrorKind kind, const fs::path& folder, std::string reason, std::string cure) {
  return {kind, folder.string(), std::move(reason), std::move(cure)};
}

Result<fs::path> existing_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path canonical = fs::canonical(folder, error);
  if (error == std::errc::permission_denied) {
    return at_folder(ErrorKind::io, folder, "cannot be reached: permission denied",
                     "Give yourself read and search permission on it and on the folders above.");
  }
  if (error == std::errc::too_many_symbolic_link_levels) {
    return at_folder(ErrorKind::io, folder, "is a loop of symbolic links", "Give the real folder.");
  }
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return at_folder(ErrorKind::not_found, folder, "does not exist", "Give a project's folder.");
  }
  if (error) return at_folder(ErrorKind::io, folder, error.message(), "Give a project's folder.");
  if (!fs::is_directory(canonical, error)) {
    return at_folder(ErrorKind::not_found, folder, "is not a folder",
                     "Give the folder that holds it.");
  }
  return canonical;
}

}  // namespace

Result<fs::path> check_folder(const fs::path& folder, bool force) {
  Result<fs::path> canonical = existing_folder(folder);
  if (!canonical) return canonical;
  if (access(canonical->c_str(), R_OK | X_OK) != 0) {
    return at_folder(ErrorKind::io, *canonical,
                     std::string("cannot be read: ") + std::strerror(errno),
                     "Give yourself read and search permission on it.");
  }
  std::error_code ignored;
  const fs::path state = *canonical / ".deltagraph";
  if (fs::exists(state, ignored) && !fs::is_directory(state, ignored)) {
    return at_folder(ErrorKind::io, state, "is a file, where the state folder has to be",
                     "Move it away or remove it.");
  }
  if (!force && *canonical == canonical->root_path()) {
    return at_folder(ErrorKind::usage, *canonical, "is the whole file system, not a project",
                     "Give a project's folder, or --force if you mean it.");
  }
  if (!force && is_home(*canonical)) {
    return at_folder(ErrorKind::usage, *canonical, "is a home folder, not a project",
                     "Give a project's folder, or --force if you mean it.");
  }
  return canonical;
}

Result<fs::path> find_project(const std::string& given, const fs::path& start, bool force) {
  if (!given.empty()) {
    Result<fs::path> folder = existing_folder(given);
    if (!folder || force || may_be_project(*folder)) return folder;
    return at_folder(ErrorKind::usage, *folder,
                     "is a home folder or the whole file system, and nobody indexed it",
                     "Give a project's folder, or run 'deltagraph index --force " +
                         folder->string() + "' first.");
  }
  fs::path found = nearest_with(start, ".deltagraph");
  if (found.empty()) found = nearest_with(start, ".git");
  if (found.empty()) found = nearest_with(start, "package.json");
  if (found.empty()) {
    return at_folder(
        ErrorKind::not_found, start,
        "is not in a project: neither it nor a folder above holds .deltagraph, .git or "
        "package.json",
        "Run 'deltagraph index' in the project's folder, or give --project DIR.");
  }
  return found;
}

Result<ParseOptions> parse_options() {
  ParseOptions options;
  const char* const text = std::getenv("DELTAGRAPH_MAX_FILE_BYTES");
  if (text == nullptr || *text == '\0') return options;
  const std::string_view digits(text);
  std::uint32_t bytes = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
  if (failure != std::errc() || end != digits.data() + digits.size() || bytes == 0 ||
      bytes > 1u << 31) {
    return Error{ErrorKind::usage, "DELTAGRAPH_MAX_FILE_BYTES",
                 "'" + std::string(digits) + "' is no number of bytes from 1 to 2147483648",
                 "Unset it for the default of " + std::to_string(options.max_bytes)};
  }
  options.max_bytes = bytes;
  return options;
}

fs::path state_folder(const fs::path& project) {
  return state_folder(project, !remote_kind(project).empty());
}
fs::path state_folder(const fs::path& project, bool remote) {
  fs::path inside = project / ".deltagraph";
  std::error_code ignored;
  if (!remote && (fs::exists(inside, ignored) || access(project.c_str(), W_OK) == 0)) return inside;
  const fs::path home = state_home();
  if (home.empty()) return inside;
  return home / "deltagraph" / (project.filename().string() + "-" + project_key(project));
}
fs::path database_path(const fs::path& project) {
  return state_folder(project) / "deltagraph.db";
}
fs::path backup_folder(const fs::path& project) {
  return state_folder(project) / "backups";
}

std::uint64_t database_bytes(const fs::path& project) {
  std::uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(fs::path(database_path(project)) += suffix, error);
    if (!error) bytes += size;
  }
  return bytes;
}

std::string relative_to_project(const std::string& typed, const fs::path& project,
                                const fs::path& cwd) {
  // A file's name may hold colons: the longest part that is a file counts.
  for (std::size_t end = typed.size(); end != 0 && end != std::string::npos;
       end = typed.rfind(':', end - 1)) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(cwd / typed.substr(0, end), error);
    if (error || !fs::exists(real, error)) continue;
    const fs::path relative = real.lexically_relative(project);
    if (relative.empty() || *relative.begin() == "..") return typed;
    return relative.generic_string() + typed.substr(end);
  }
  return typed;
}

std::string path_in_project(const std::string& typed, const fs::path& project,
                            const fs::path& cwd) {
  std::error_code error;
  const fs::path full = (cwd / typed).lexically_normal();
  const fs::path relative = full.lexically_relative(project);
  const bool inside = !relative.empty() && *relative.begin() != "..";
  if (inside && fs::exists(fs::symlink_status(full, error))) return relative.generic_string();
  return relative_to_project(typed, project, cwd);
}

}  // namespace dg
