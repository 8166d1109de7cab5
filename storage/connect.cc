#include "storage/connect.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "storage/schema/registry.h"

namespace dg {
namespace {

constexpr int kHeaderSize = 100;  // sqlite.org/fileformat2.html, section 1.3.

using Header = std::array<unsigned char, kHeaderSize>;

std::uint32_t big_endian32(const Header& header, int at) {
  return std::uint32_t{header[at]} << 24 | std::uint32_t{header[at + 1]} << 16 |
         std::uint32_t{header[at + 2]} << 8 | header[at + 3];
}

Error damaged(const std::filesystem::path& database, const std::string& reason) {
  return {ErrorKind::corrupt, database.string(), reason,
          "Move it away and index again; the sources are the truth"};
}

/// Through SQLite's own handle: a process that closes a file of its own on a database gives up all
/// locks that its connections hold there (sqlite.org/howtocorrupt.html, section 2.2), and then any
/// other program may delete the log under them. What a short file lacks is zero; nothing where it
/// cannot be read.
std::optional<Header> read_header(const std::filesystem::path& database) {
  try {
    const Connection connection(database, Connection::Mode::read_only);
    sqlite3_file* file = nullptr;
    sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (file == nullptr || file->pMethods == nullptr) return std::nullopt;
    Header header{};
    const int code = file->pMethods->xRead(file, header.data(), kHeaderSize, 0);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return std::nullopt;
    return header;
  } catch (const Failure&) {
    return std::nullopt;
  }
}

bool is_there(const std::filesystem::path& database, const char* suffix) {
  std::error_code error;
  const auto size = std::filesystem::file_size(database.string() + suffix, error);
  return !error && size > 0;
}

/// A log beside the database: a crash left it, and SQLite will mend the file with it.
bool has_log(const std::filesystem::path& database) {
  return is_there(database, "-wal") || is_there(database, "-journal");
}

/// Pages that the header promises and the file does not have. While a log exists, a checkpoint may
/// be half done or a transaction half undone, and the log still holds the rest.
bool is_truncated(const Header& header, std::uint64_t size, const std::filesystem::path& database) {
  const std::uint32_t stored = std::uint32_t{header[16]} << 8 | header[17];
  const std::uint64_t page = stored == 1 ? 65536 : stored;
  const bool count_is_valid = big_endian32(header, 24) == big_endian32(header, 92);
  return count_is_valid && size < page * big_endian32(header, 28) && !has_log(database);
}

/// sqlite3_set_authorizer's callback: reads and nothing else. FTS5 asks for data_version itself.
int allow_reads(void* /*unused*/, int action, const char* first, const char* second,
                const char* /*database*/, const char* /*trigger*/) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_PRAGMA:
      break;
    default:
      return SQLITE_DENY;
  }
  static constexpr std::string_view kWithArgument[] = {
      "table_info", "table_xinfo", "table_list",      "index_list",
      "index_info", "index_xinfo", "foreign_key_list"};
  static constexpr std::string_view kPlain[] = {
      "application_id", "user_version",    "schema_version",   "data_version", "page_count",
      "page_size",      "freelist_count",  "encoding",         "journal_mode", "compile_options",
      "function_list",  "collation_list",  "module_list",      "pragma_list",  "database_list",
      "quick_check",    "integrity_check", "foreign_key_check"};
  const auto contains = [first](std::span<const std::string_view> list) {
    return std::find(list.begin(), list.end(), first) != list.end();
  };
  if (contains(kWithArgument)) return SQLITE_OK;
  return second == nullptr && contains(kPlain) ? SQLITE_OK : SQLITE_DENY;
}

void restrict_to_reads(Connection& connection) {
  connection.execute(
      "PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0;"
      "PRAGMA cache_size = -4096; PRAGMA trusted_schema = 0;"
      "PRAGMA busy_timeout = 2000");
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_limit(connection.handle(), SQLITE_LIMIT_LENGTH, 64 << 20);
  sqlite3_limit(connection.handle(), SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
  sqlite3_limit(connection.handle(), SQLITE_LIMIT_ATTACHED, 0);
}

[[noreturn]] void fail(int code, int system_errno, const std::string& text) {
  Failure failure;
  failure.code = code;
  failure.system_errno = system_errno;
  failure.text = text;
  throw failure;
}

}  // namespace

void allow_only_reads(Connection& connection) {
  sqlite3_set_authorizer(connection.handle(), allow_reads, nullptr);
}

std::int64_t last_sequence(const Connection& connection) {
  return connection.integer(
      "SELECT max(coalesce((SELECT max(sequence) FROM transactions), 0), coalesce((SELECT "
      "max(CAST(value AS INTEGER)) FROM system_metadata WHERE key IN ('chain_head', "
      "'lost_until')), 0))");
}

ReadTransaction::ReadTransaction(Connection& connection) : connection_(connection) {
  connection.execute("BEGIN");
  // A read inside it fixes the commit that all further ones see. A database that is yet to be
  // upgraded may have no log.
  const bool logged =
      connection.integer(
          "SELECT count(*) FROM pragma_table_info('transactions') WHERE name = "
          "'sequence'") != 0 &&
      connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'system_metadata'") != 0;
  if (logged) sequence_ = last_sequence(connection);
}

ReadTransaction::~ReadTransaction() {
  sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::optional<Error> examine_header(const std::filesystem::path& database, Access access) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(database, error);
  if (error || size == 0) return std::nullopt;
  const std::optional<Header> read = read_header(database);
  if (!read) return std::nullopt;  // Opening it in earnest will say why.
  const Header& header = *read;
  if (std::memcmp(header.data(), "SQLite format 3", 16) != 0) {
    return damaged(database, "it is no SQLite database");
  }
  const std::uint32_t application = big_endian32(header, 68);
  if (application != schema::kApplicationId && application != 0) {
    return damaged(database, "it is a database of another program");
  }
  const std::uint32_t version = big_endian32(header, 60);
  if (!(access == Access::read ? schema::may_read(version) : schema::may_write(version))) {
    return Error{ErrorKind::newer, database.string(),
                 "it was written by a newer version of deltagraph (schema " +
                     std::to_string(schema::version_of(version)) + ", this program knows " +
                     std::to_string(schema::kSchemaVersion) + ")",
                 "Upgrade deltagraph; the file was left as it is"};
  }
  if (is_truncated(header, size, database)) return damaged(database, "its end is missing");
  return std::nullopt;
}

Connection connect_writer(const std::filesystem::path& database, const std::string& vfs,
                          Synchronous synchronous) {
  Connection connection(database, Connection::Mode::read_write_create, vfs);
  // The page size can be chosen only before the first table. Checkpoints are ours alone: no other
  // connection makes one (sqlite.org/wal.html#walresetbug).
  connection.execute(
      "PRAGMA page_size = 4096; PRAGMA mmap_size = 0; PRAGMA trusted_schema = 0;"
      "PRAGMA journal_mode = WAL;"
      "PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 0;"
      "PRAGMA journal_size_limit = 16777216; PRAGMA foreign_keys = ON");
  connection.execute(synchronous == Synchronous::full ? "PRAGMA synchronous = FULL"
                                                      : "PRAGMA synchronous = NORMAL");
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return connection;
}

Connection connect_reader(const std::filesystem::path& database, const std::string& vfs) {
  try {
    Connection connection(database, Connection::Mode::read_only, vfs);
    connection.integer("SELECT count(*) FROM sqlite_schema");  // Opens the file in earnest.
    restrict_to_reads(connection);
    return connection;
  } catch (const Failure& failure) {
    // A read-only folder does not let SQLite make the WAL's index; without a WAL none is needed.
    const int primary = failure.code & 0xff;
    const bool refused = primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY;
    std::error_code error;
    if (!refused || !vfs.empty() || is_there(database, "-wal") ||
        !std::filesystem::exists(database, error)) {
      throw;
    }
  }
  Connection connection(database, Connection::Mode::immutable);
  connection.integer("SELECT count(*) FROM sqlite_schema");
  restrict_to_reads(connection);
  return connection;
}

void make_state_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(SQLITE_CANTOPEN, error.value(), "the folder cannot be made");
  const std::filesystem::path ignore = folder / ".gitignore";
  if (std::filesystem::exists(ignore, error)) return;
  std::ofstream out(ignore);
  out << "*\n";
  // A folder that shows up in git is a nuisance, not a failure; a full disk will be told below.
}

}  // namespace dg
