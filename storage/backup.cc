#include "storage/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>

#include "storage/connect.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// Pages between two looks at `stop`: 8 MiB.
constexpr int kPagesPerStep = 2048;

Error write_error(const fs::path& file, const char* action, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? ErrorKind::disk_full : ErrorKind::io, file.string(),
          std::string(action) + ": " + std::strerror(code),
          full ? "Make room, or write to another disk" : "Check the permissions of its folder"};
}

/// A removed file does not come back after a crash, and a renamed one has its new name.
Result<> sync_path(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return write_error(path, "it cannot be opened", errno);
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (failed != 0 && failed != EINVAL) return write_error(path, "it cannot be synced", failed);
  return Ok{};
}

struct Finish {
  void operator()(sqlite3_backup* copy) const noexcept { sqlite3_backup_finish(copy); }
};

[[noreturn]] void fail(const Connection& connection, int code) {
  Failure failure;
  failure.code = code;
  failure.system_errno = sqlite3_system_errno(connection.handle());
  failure.text = sqlite3_errmsg(connection.handle());
  throw failure;
}

/// All pages of one commit. Throws Failure; false where `stop` ended it.
bool copy_pages(Connection& from, const fs::path& target, const std::function<bool()>& stop,
                Sequence& sequence) {
  Connection to(target, Connection::Mode::read_write_create);
  // The copy is synced as a whole and gets its name afterwards, so its own journal serves nobody.
  to.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  // While this transaction is open, commits of the writer do not start the copy anew.
  const ReadTransaction transaction(from);
  sequence = static_cast<Sequence>(transaction.sequence());
  const std::unique_ptr<sqlite3_backup, Finish> copy(
      sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
  if (copy == nullptr) fail(to, sqlite3_extended_errcode(to.handle()));
  while (true) {
    const int code = sqlite3_backup_step(copy.get(), kPagesPerStep);
    if (code == SQLITE_DONE) return true;
    if (code != SQLITE_OK) fail(to, code);
    if (stop && stop()) return false;
  }
}

Result<Backup> copy_to(const fs::path& database, const fs::path& target,
                       const std::function<bool()>& stop, const std::string& vfs) {
  const fs::path partial = target.string() + ".partial";
  std::error_code ignored;
  fs::remove(partial, ignored);
  Backup backup;
  backup.file = target;
  Connection from = connect_reader(database, vfs);
  if (!copy_pages(from, partial, stop, backup.sequence)) {
    return Error{ErrorKind::cancelled, target.string(), "the backup was stopped", "Try again"};
  }
  if (const Result<> synced = sync_path(partial, O_RDONLY); !synced) return synced.error();
  backup.bytes = fs::file_size(partial, ignored);
  // Unlike rename(2), link(2) never replaces what somebody else put there meanwhile.
  if (::link(partial.c_str(), target.c_str()) != 0) {
    if (errno == EEXIST || ::rename(partial.c_str(), target.c_str()) != 0)
      return write_error(target, "it cannot be named", errno);
  }
  if (const Result<> synced = sync_path(target.parent_path(), O_RDONLY | O_DIRECTORY); !synced)
    return synced.error();
  return backup;
}

}  // namespace

Result<Backup> back_up(const fs::path& database, const fs::path& given,
                       const std::function<bool()>& stop, const std::string& vfs) {
  const fs::path target = fs::absolute(given);
  std::error_code error;
  if (!fs::exists(database, error)) {
    return Error{ErrorKind::not_found, database.string(), "there is no database",
                 "Run `deltagraph index` in the project first"};
  }
  if (std::optional<Error> unfit = examine_header(database)) return *std::move(unfit);
  if (fs::exists(target, error)) {
    return Error{ErrorKind::usage, target.string(), "it exists", "Name a new file"};
  }
  fs::create_directories(target.parent_path(), error);
  if (error) return write_error(target.parent_path(), "it cannot be made", error.value());
  Result<Backup> backup = [&]() -> Result<Backup> {
    try {
      return copy_to(database, target, stop, vfs);
    } catch (const Failure& failure) {
      return to_error(failure, target.string());
    }
  }();
  fs::remove(target.string() + ".partial", error);
  return backup;
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
