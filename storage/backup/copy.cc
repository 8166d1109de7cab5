#include "storage/backup/copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "storage/connect.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// Pages between two looks at `stop`: 8 MiB.
constexpr int kPagesPerStep = 2048;

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

/// In steps, if there is somebody to ask; false where `stop` ended it.
bool copy_steps(const Connection& from, Connection& to, const std::function<bool()>& stop) {
  const std::unique_ptr<sqlite3_backup, Finish> copy(
      sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
  if (copy == nullptr) fail(to, sqlite3_extended_errcode(to.handle()));
  while (true) {
    const int code = sqlite3_backup_step(copy.get(), stop ? kPagesPerStep : -1);
    if (code == SQLITE_DONE) return true;
    if (code != SQLITE_OK) fail(to, code);
    if (stop && stop()) return false;
  }
}

/// All pages of one commit. Throws Failure; false where `stop` ended it.
bool copy_commit(Connection& from, const fs::path& target, const std::function<bool()>& stop,
                 Sequence& sequence) {
  Connection to(target, Connection::Mode::read_write_create);
  // The copy is synced as a whole and gets its name afterwards, so its own journal serves nobody.
  to.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  // While this transaction is open, commits of the writer do not start the copy anew.
  const ReadTransaction transaction(from);
  sequence = static_cast<Sequence>(transaction.sequence());
  return copy_steps(from, to, stop);
}

}  // namespace

void copy_pages(const Connection& from, Connection& to) {
  copy_steps(from, to, {});
}

Error write_error(const fs::path& file, const char* action, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? ErrorKind::disk_full : ErrorKind::io, file.string(),
          std::string(action) + ": " + std::strerror(code),
          full ? "Make room, or write to another disk" : "Check the permissions of its folder"};
}

Result<> sync_folder(const fs::path& folder) {
  return sync_path(folder, O_RDONLY | O_DIRECTORY);
}

Result<Backup> copy_database(Connection& from, const fs::path& target,
                             const std::function<bool()>& stop) {
  const fs::path partial = target.string() + ".partial";
  std::error_code ignored;
  fs::remove(partial, ignored);
  Backup backup;
  backup.file = target;
  if (!copy_commit(from, partial, stop, backup.sequence)) {
    return Error{ErrorKind::cancelled, target.string(), "the backup was stopped", "Try again"};
  }
  if (const Result<> synced = sync_path(partial, O_RDONLY); !synced) return synced.error();
  backup.bytes = fs::file_size(partial, ignored);
  // Unlike rename(2), link(2) never replaces what somebody else put there meanwhile.
  if (::link(partial.c_str(), target.c_str()) != 0) {
    if (errno == EEXIST || ::rename(partial.c_str(), target.c_str()) != 0)
      return write_error(target, "it cannot be named", errno);
  }
  if (const Result<> synced = sync_folder(target.parent_path()); !synced) return synced.error();
  return backup;
}

}  // namespace dg
