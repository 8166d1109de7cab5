#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/backup/backup.h"
#include "storage/backup/copy.h"
#include "storage/connect.h"
#include "storage/history/chain.h"
#include "storage/history/log_rows.h"
#include "storage/schema/registry.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(fs::symlink_status(file, error));
}

/// A backup has no log beside it and is read as it lies; a database that was copied by hand may
/// have one. Throws Failure.
Connection open_backup(const fs::path& file) {
  if (is_there(file.string() + "-wal")) return connect_reader(file, {});
  return Connection(file, Connection::Mode::immutable);
}

Error unfit(const fs::path& file, const std::string& reason) {
  return {ErrorKind::corrupt, file.string(), reason,
          "Restore another backup; the present database was left as it is"};
}

/// The first break that the log does not itself say is lost: a repair noted the others where they
/// were found (audit/repair.h). Null: there is none.
const ChainBreak* unknown_break(const ChainCheck& chain, const std::vector<LogLoss>& known) {
  const auto is_known = [&](const ChainBreak& found) {
    return std::any_of(known.begin(), known.end(),
                       [&](const LogLoss& loss) { return loss.sequence == found.sequence; });
  };
  const auto at = std::find_if_not(chain.breaks.begin(), chain.breaks.end(), is_known);
  return at == chain.breaks.end() ? nullptr : &*at;
}

Result<Backup> check(Connection& connection, const fs::path& file) {
  const auto application = static_cast<std::uint32_t>(connection.integer("PRAGMA application_id"));
  if (application != schema::kApplicationId) return unfit(file, "it is no database of deltagraph");
  if (!schema::may_write(static_cast<std::uint32_t>(connection.integer("PRAGMA user_version")))) {
    return Error{ErrorKind::newer, file.string(), "it was written by a newer version of deltagraph",
                 "Upgrade deltagraph"};
  }
  Statement quick = connection.prepare("PRAGMA quick_check(1)");
  const std::string finding(quick.step() ? quick.text(0) : "no answer");
  quick.reset();
  if (finding != "ok") return unfit(file, "it is damaged: " + finding);
  const ReadTransaction transaction(connection);
  const ChainCheck chain = check_chain(connection);
  if (const ChainBreak* broken = unknown_break(chain, logged_losses(connection))) {
    return unfit(file, "transaction " + std::to_string(raw(broken->sequence)) +
                           " of its log is not as it was committed: " + broken->reason);
  }
  std::error_code ignored;
  return Backup{file, fs::file_size(file, ignored), static_cast<Sequence>(transaction.sequence())};
}

/// Moves what the log holds into the database, so that both can be parted. One that cannot be
/// opened is kept with its log.
void empty_log(const fs::path& database) {
  if (examine_header(database)) return;
  try {
    Connection old = connect_writer(database, {}, Synchronous::full);
    sqlite3_wal_checkpoint_v2(old.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  } catch (const Failure&) {  // NOLINT(bugprone-empty-catch): the reason for a restore, perhaps.
  }
}

/// At every moment the name `database` stands for the old file or for the new one.
Result<> exchange(const fs::path& database, const fs::path& fresh, const fs::path& kept) {
  if (is_there(database) && ::link(database.c_str(), kept.c_str()) != 0 &&
      ::rename(database.c_str(), kept.c_str()) != 0) {
    return write_error(database, "it cannot be renamed", errno);
  }
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::string log = database.string() + suffix;
    if (is_there(log) && ::rename(log.c_str(), (kept.string() + suffix).c_str()) != 0)
      return write_error(log, "it cannot be renamed", errno);
  }
  // The log is away for good before its place can be another database's.
  if (const Result<> synced = sync_folder(database.parent_path()); !synced) return synced;
  if (::rename(fresh.c_str(), database.c_str()) != 0)
    return write_error(fresh, "it cannot be renamed", errno);
  return sync_folder(database.parent_path());
}

}  // namespace

fs::path name_for_old(const fs::path& database) {
  const std::string base = database.string() + ".replaced-" + utc_stamp();
  std::string name = base;
  for (int i = 2; is_there(name) || is_there(name + "-wal"); ++i)
    name = base + "-" + std::to_string(i);
  return name;
}

Result<Backup> check_backup(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return Error{ErrorKind::not_found, file.string(), "there is no such file",
                 "See .deltagraph/backups for the automatic ones"};
  }
  if (std::optional<Error> bad = examine_header(file)) {
    if (bad->kind == ErrorKind::corrupt) return unfit(file, bad->reason);
    return *std::move(bad);
  }
  try {
    Connection connection = open_backup(file);
    return check(connection, file);
  } catch (const Failure& failure) {
    Error reason = to_error(failure, file.string());
    return reason.kind == ErrorKind::corrupt ? unfit(file, reason.reason) : reason;
  }
}

Result<Restored> restore(const fs::path& file, const fs::path& database) {
  const Result<Backup> fit = check_backup(file);
  if (!fit) return fit.error();
  const fs::path fresh = database.string() + ".restoring";
  std::error_code ignored;
  fs::remove(fresh, ignored);  // Of a restore that died.
  Restored restored;
  restored.from = *fit;
  try {
    make_state_folder(database.parent_path());
    Connection from = open_backup(file);
    const Result<Backup> copied = copy_database(from, fresh, {});
    if (!copied) return copied.error();
  } catch (const Failure& failure) {
    return to_error(failure, fresh.string());
  }
  const bool had = is_there(database);
  const fs::path kept = name_for_old(database);
  if (had) empty_log(database);
  const Result<> exchanged = exchange(database, fresh, kept);
  fs::remove(fresh, ignored);
  fs::remove(fresh.string() + ".partial", ignored);
  if (!exchanged) return exchanged.error();
  if (had) {
    restored.kept_as = kept;
    restored.former = keep_newest(database, ".replaced-", kept);
  }
  return restored;
}

}  // namespace dg
