#include <system_error>

#include "storage/backup/backup.h"
#include "storage/store.h"

namespace dg {
namespace {

bool is_free(const std::string& name) {
  std::error_code error;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (std::filesystem::exists(name + suffix, error)) return false;
  }
  return true;
}

}  // namespace

Result<std::filesystem::path> set_aside(const std::filesystem::path& database) {
  const std::string base = database.string() + ".corrupt-" + utc_stamp();
  std::string target = base;
  for (int i = 2; !is_free(target); ++i) target = base + "-" + std::to_string(i);
  // The WAL goes first: a new database must never meet the old one's log.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    std::error_code error;
    const std::string from = database.string() + suffix;
    if (!std::filesystem::exists(from, error)) continue;
    std::filesystem::rename(from, target + suffix, error);
    if (error) {
      return Error{ErrorKind::io, from, "it cannot be renamed: " + error.message(),
                   "Check the permissions of its folder"};
    }
  }
  return std::filesystem::path(target);
}

}  // namespace dg
