#pragma once
/// \file
/// A connection and its statements (RAII over the C API of SQLite, sqlite.org/c3ref). Internal to
/// storage/: a failing call throws Failure, which the module's entrances turn into an Error.
/// Thread rule: one thread at a time.

#include <sqlite3.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "storage/result.h"
#include "storage/statement_log.h"

namespace dg {

/// A failed SQLite call. Never leaves the module.
struct Failure : std::exception {
  int code = 0;          ///< Extended result code.
  int system_errno = 0;  ///< Of the failed system call, where there was one.
  std::string text;
  const char* what() const noexcept override { return text.c_str(); }
};

/// What a failure means for a person: kind, reason, cure. Full disks are told by errno, because
/// SQLite often reports them as SQLITE_IOERR (RELIABILITY R-04).
Error to_error(const Failure& failure, const std::string& thing);
/// BUSY or LOCKED: another connection is in the way, a retry may succeed.
bool is_busy(const Failure& failure) noexcept;

class Statement {
 public:
  Statement() = default;
  /// `persistent`: kept for the life of the connection. `log`: where its runs are counted.
  Statement(sqlite3* db, std::string_view sql, bool persistent = true, StatementLog* log = nullptr);
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement() { end_run(); }

  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  void bind_null(int index);
  /// Borrowed until the next reset().
  void bind_text(int index, std::string_view text);
  void bind_blob(int index, std::string_view bytes);
  void bind_text_or_null(int index, std::string_view text);  ///< An empty text is NULL.
  void bind_or_null(int index, const std::optional<std::string>& text);
  void bind_or_null(int index, const std::optional<std::int64_t>& value);

  bool step();  ///< True: a row is there. False: done, and the statement is reset.
  void run();   ///< Steps to the end.
  void reset() noexcept;

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
  std::string_view text(int column) const;  ///< Valid until the next step. Also for blobs.
  std::optional<std::string> text_or_none(int column) const;
  bool is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
  }
  sqlite3_stmt* handle() const noexcept { return handle_.get(); }
  explicit operator bool() const noexcept { return handle_ != nullptr; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  bool step_once();
  void end_run() noexcept;

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::shared_ptr<StatementLog::Entry> entry_;  ///< Null: nobody counts.
  StatementLog::Run run_;                       ///< Under way.
};

class Connection {
 public:
  enum class Mode { read_write_create, read_write, read_only, immutable };
  Connection() = default;
  Connection(const std::filesystem::path& file, Mode mode, const std::string& vfs = {});

  void execute(const char* sql);  ///< Any number of statements without results.
  void execute(const std::string& sql) { execute(sql.c_str()); }
  Statement prepare(std::string_view sql, bool persistent = true) const {
    return Statement(db_.get(), sql, persistent, log_.get());
  }
  std::int64_t integer(std::string_view sql) const;  ///< First column of the first row; 0: no row.

  /// From now on what is prepared and executed is counted there.
  void count_in(std::shared_ptr<StatementLog> log) noexcept { log_ = std::move(log); }

  sqlite3* handle() const noexcept { return db_.get(); }
  explicit operator bool() const noexcept { return db_ != nullptr; }
  void close() noexcept { db_.reset(); }
  bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_.get()) == 0; }
  std::int64_t changes() const noexcept { return sqlite3_changes64(db_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
  std::shared_ptr<StatementLog> log_;
};

}  // namespace dg
