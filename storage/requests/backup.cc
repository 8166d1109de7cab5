#include "storage/requests/backup.h"

#include "storage/backup/copy.h"
#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/requests/open.h"
#include "storage/requests/store.h"

namespace dg::requests {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && fs::file_size(file, error) > 0;
}

/// What a process that died left in the journal is undone first, which needs the right to write.
Connection connect(const fs::path& file) {
  Connection connection(file, Connection::Mode::read_write);
  configure(connection);
  require_ours(connection, file);
  return connection;
}

Backup copy_to(const fs::path& file, const fs::path& target) {
  Connection from = connect(file);
  Result<Backup> copied = copy_database(from, target, {});
  if (!copied) throw copied.error();
  return *std::move(copied);
}

Connection open_backup(const fs::path& file) {
  Connection copy(file, Connection::Mode::immutable);
  require_ours(copy, file);
  Statement quick = copy.prepare("PRAGMA quick_check(1)");
  const std::string finding(quick.step() ? quick.text(0) : "no answer");
  if (finding == "ok") return copy;
  throw Error{ErrorKind::corrupt, file.string(), "it is damaged: " + finding,
              "Restore another backup, or move this file away to restore without the requests"};
}

}  // namespace

fs::path requests_backup(const fs::path& backup) {
  fs::path file = backup;
  return file.replace_extension(".requests.db");
}

Result<std::optional<Backup>> back_up_requests(const fs::path& folder, const fs::path& backup) {
  const fs::path file = requests_database(folder), target = requests_backup(backup);
  if (!is_there(file)) return std::optional<Backup>();
  std::error_code error;
  if (fs::exists(target, error))
    return Error{ErrorKind::usage, target.string(), "it exists", "Name a new file"};
  Result<Backup> made = guarded(file.string(), [&] { return copy_to(file, target); });
  fs::remove(target.string() + ".partial", error);
  if (!made) return made.error();
  return std::optional(*std::move(made));
}

Result<> check_requests_backup(const fs::path& backup) {
  const fs::path file = requests_backup(backup);
  if (!is_there(file)) return Ok{};
  return guarded(file.string(), [&] {
    open_backup(file);
    return Ok{};
  });
}

Result<std::optional<fs::path>> restore_requests(const fs::path& backup, const fs::path& folder) {
  const fs::path from = requests_backup(backup), file = requests_database(folder);
  if (!is_there(from)) return std::optional<fs::path>();
  return guarded(file.string(), [&] {
    const Connection copy = open_backup(from);
    make_state_folder(folder);
    fs::path kept;
    if (is_there(file)) {
      kept = name_for_old(file);
      copy_to(file, kept);
    }
    Connection to(file, Connection::Mode::read_write_create);
    configure(to);
    copy_pages(copy, to);
    if (!kept.empty()) keep_newest(file, ".replaced-", kept);
    return std::optional(kept);
  });
}

}  // namespace dg::requests
