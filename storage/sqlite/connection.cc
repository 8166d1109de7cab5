#include "storage/sqlite/connection.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace dg {
namespace {

[[noreturn]] void fail(sqlite3* db, int code) {
  Failure failure;
  failure.code = db != nullptr ? sqlite3_extended_errcode(db) : code;
  // A result code that the connection does not remember (a misuse, an out of memory) is kept.
  if ((failure.code & 0xff) == SQLITE_OK) failure.code = code;
  failure.system_errno = db != nullptr ? sqlite3_system_errno(db) : 0;
  failure.text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  throw failure;
}

void check(sqlite3* db, int code) {
  if (code != SQLITE_OK) fail(db, code);
}

std::int64_t now_ns() noexcept {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A file name as SQLite's URI form wants it (sqlite.org/uri.html, section 3.1).
std::string as_uri(const std::filesystem::path& file, std::string_view query) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '?' || c == '#' || c == '%' || byte < 0x21 || byte > 0x7e) {
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      uri += c;
    }
  }
  return uri.append("?").append(query);
}

}  // namespace

Statement::Statement(sqlite3* db, std::string_view sql, bool persistent, StatementLog* log) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                         persistent ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
  check(db, code);
  handle_.reset(statement);
  if (log != nullptr && statement != nullptr) entry_ = log->entry(sql);
}

Statement& Statement::operator=(Statement&& other) noexcept {
  end_run();
  handle_ = std::move(other.handle_);
  entry_ = std::move(other.entry_);
  run_ = std::exchange(other.run_, {});
  return *this;
}

void Statement::end_run() noexcept {
  if (entry_ == nullptr || run_.ns == 0) return;
  run_.scanned = static_cast<std::uint64_t>(
      sqlite3_stmt_status(handle_.get(), SQLITE_STMTSTATUS_FULLSCAN_STEP, 1));
  entry_->add(std::exchange(run_, {}));
}

void Statement::bind(int index, std::int64_t value) {
  check(sqlite3_db_handle(handle_.get()), sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bind(int index, double value) {
  check(sqlite3_db_handle(handle_.get()), sqlite3_bind_double(handle_.get(), index, value));
}

void Statement::bind_null(int index) {
  check(sqlite3_db_handle(handle_.get()), sqlite3_bind_null(handle_.get(), index));
}

void Statement::bind_text(int index, std::string_view text) {
  // A null pointer would bind NULL, so an empty text needs an address.
  const char* data = text.data() == nullptr ? "" : text.data();
  check(sqlite3_db_handle(handle_.get()),
        sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  check(sqlite3_db_handle(handle_.get()),
        sqlite3_bind_blob64(handle_.get(), index, data, bytes.size(), SQLITE_STATIC));
}

void Statement::bind_text_or_null(int index, std::string_view text) {
  if (text.empty()) return bind_null(index);
  bind_text(index, text);
}

void Statement::bind_or_null(int index, const std::optional<std::string>& text) {
  if (!text) return bind_null(index);
  bind_text(index, *text);
}

void Statement::bind_or_null(int index, const std::optional<std::int64_t>& value) {
  if (!value) return bind_null(index);
  bind(index, *value);
}

bool Statement::step() {
  if (entry_ == nullptr) return step_once();
  const std::int64_t begun = now_ns();
  const bool row = step_once();
  run_.ns += std::max<std::int64_t>(1, now_ns() - begun);
  run_.rows += row ? 1 : 0;
  if (!row) end_run();
  return row;
}

bool Statement::step_once() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  sqlite3* db = sqlite3_db_handle(handle_.get());
  Failure failure;
  failure.code = sqlite3_extended_errcode(db);
  if ((failure.code & 0xff) == SQLITE_OK) failure.code = code;
  failure.system_errno = sqlite3_system_errno(db);
  failure.text = sqlite3_errmsg(db);
  sqlite3_reset(handle_.get());
  throw failure;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() noexcept {
  end_run();
  sqlite3_reset(handle_.get());
}

std::string_view Statement::text(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::optional<std::string> Statement::text_or_none(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

Connection::Connection(const std::filesystem::path& file, Mode mode, const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  std::string name = file.string();
  switch (mode) {
    case Mode::read_write_create:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
    case Mode::read_write:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case Mode::read_only:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case Mode::immutable:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      name = as_uri(file, "immutable=1");
      break;
  }
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, flags, vfs.empty() ? nullptr : vfs.c_str());
  db_.reset(db);
  if (code != SQLITE_OK) fail(db, code);
}

void Connection::execute(const char* sql) {
  const std::int64_t begun = log_ == nullptr ? 0 : now_ns();
  check(db_.get(), sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr));
  if (log_ != nullptr) log_->entry(sql)->add({0, 0, now_ns() - begun});
}

std::int64_t Connection::integer(std::string_view sql) const {
  Statement statement = prepare(sql, false);
  return statement.step() ? statement.integer(0) : 0;
}

bool is_busy(const Failure& failure) noexcept {
  const int primary = failure.code & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

Error to_error(const Failure& failure, const std::string& thing) {
  const int primary = failure.code & 0xff;
  const int cause = failure.system_errno;
  const bool system_says = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  std::string reason = failure.text;
  if (system_says && cause != 0) reason.append(" (").append(std::strerror(cause)).append(")");

  if (primary == SQLITE_FULL || (system_says && (cause == ENOSPC || cause == EDQUOT))) {
    return {ErrorKind::disk_full, thing, "the disk is full: " + reason,
            "Make room; nothing was changed, and the write is tried again"};
  }
  if (primary == SQLITE_NOMEM || failure.code == SQLITE_IOERR_NOMEM) {
    return {ErrorKind::io, thing, "out of memory", "End other programs; nothing was changed"};
  }
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    return {ErrorKind::corrupt, thing, reason,
            "Move it away and index again; the sources are the truth"};
  }
  if (is_busy(failure)) {
    return {ErrorKind::busy, thing, "another program holds it: " + reason,
            "Close the program that has a transaction open on it"};
  }
  if (primary == SQLITE_INTERRUPT) {
    return {ErrorKind::cancelled, thing, "stopped at its deadline", "Ask for less or allow more"};
  }
  if (primary == SQLITE_CONSTRAINT) {
    return {ErrorKind::conflict, thing, reason, "Start again from the stored state"};
  }
  if (primary == SQLITE_READONLY || primary == SQLITE_PERM || primary == SQLITE_AUTH ||
      (primary == SQLITE_CANTOPEN && (cause == EACCES || cause == EROFS))) {
    return {ErrorKind::io, thing, reason, "Check the permissions of the file and its folder"};
  }
  return {ErrorKind::io, thing, reason, "Check the disk and the folder's permissions"};
}

}  // namespace dg
