#include "storage/backup/backup.h"

#include <chrono>
#include <ctime>

#include "storage/backup/copy.h"
#include "storage/connect.h"

namespace dg {

namespace fs = std::filesystem;

Result<Backup> back_up(const fs::path& database, const fs::path& given,
                       const std::function<bool()>& stop, const std::string& vfs) {
  const fs::path target = fs::absolute(given);
  std::error_code error;
  if (!fs::exists(database, error)) {
    return Error{ErrorKind::not_found, database.string(), "there is no database",
                 "Run `deltagraph index` in the project first"};
  }
  if (std::optional<Error> unfit = examine_header(database, Access::read)) return *std::move(unfit);
  if (fs::exists(target, error)) {
    return Error{ErrorKind::usage, target.string(), "it exists", "Name a new file"};
  }
  fs::create_directories(target.parent_path(), error);
  if (error) return write_error(target.parent_path(), "it cannot be made", error.value());
  Result<Backup> backup = [&]() -> Result<Backup> {
    try {
      Connection from = connect_reader(database, vfs);
      return copy_database(from, target, stop);
    } catch (const Failure& failure) {
      return to_error(failure, target.string());
    }
  }();
  fs::remove(target.string() + ".partial", error);
  return backup;
}

Result<Backup> copy_for_keeping(const fs::path& database, const std::string& prefix,
                                const std::string& vfs) {
  const std::string base = (database.parent_path() / "backups" / (prefix + utc_stamp())).string();
  std::string name = base + ".db";
  std::error_code ignored;
  for (int i = 2; fs::exists(name, ignored); ++i) name = base + "-" + std::to_string(i) + ".db";
  return back_up(database, name, {}, vfs);
}

std::string utc_stamp() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return {text, size};
}

}  // namespace dg
