#include "storage/history/replica.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "storage/clock.h"
#include "storage/uuid.h"

namespace dg {
namespace {

std::string metadata(const Connection& connection, std::string_view key) {
  Statement row = connection.prepare("SELECT value FROM system_metadata WHERE key = ?1");
  row.bind_text(1, key);
  return row.step() ? std::string(row.text(0)) : std::string();
}

/// `<inode> <birth in ns>`; empty where the file cannot be looked at.
std::string mark_of(const std::filesystem::path& file) {
  struct statx info {};
  if (::statx(AT_FDCWD, file.c_str(), 0, STATX_INO | STATX_BTIME, &info) != 0) return {};
  const bool born = (info.stx_mask & STATX_BTIME) != 0;
  return std::to_string(info.stx_ino) + " " +
         (born
              ? std::to_string(info.stx_btime.tv_sec) + "." + std::to_string(info.stx_btime.tv_nsec)
              : "0");
}

void put(Connection& connection, std::string_view key, std::string_view value,
         std::int64_t now_ms) {
  Statement row = connection.prepare(
      "INSERT INTO system_metadata(key, value, updated_at) VALUES(?1, ?2, ?3) "
      "ON CONFLICT(key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at");
  row.bind_text(1, key);
  row.bind_text(2, value);
  row.bind(3, now_ms);
  row.run();
}

}  // namespace

Replica ensure_replica(Connection& connection, const std::filesystem::path& database) {
  const std::string mark = mark_of(database);
  const std::string known = metadata(connection, "replica");
  if (!known.empty() && (mark.empty() || metadata(connection, "replica_file") == mark))
    return {known, metadata(connection, "copied_from")};
  const std::int64_t now_ms = unix_ms();
  Replica made{make_uuid_v7(now_ms), known};
  connection.execute("BEGIN IMMEDIATE");
  put(connection, "replica", made.id, now_ms);
  put(connection, "replica_file", mark, now_ms);
  if (!known.empty()) put(connection, "copied_from", known, now_ms);
  connection.execute("COMMIT");
  return made;
}

}  // namespace dg
