#pragma once
/// \file
/// Opening the database file: what may be opened at all, and with which settings. Internal to
/// storage/.

#include <filesystem>
#include <optional>
#include <string>

#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace dg {

enum class Access { write, read };

/// Looks at the file's header alone, so that nothing is touched: an Error (newer, corrupt) or
/// nothing. A missing or empty file is fine. A newer file may still be read where it says so.
std::optional<Error> examine_header(const std::filesystem::path& database,
                                    Access access = Access::write);

/// The writing connection: WAL, its own checkpoints. Throws Failure.
Connection connect_writer(const std::filesystem::path& database, const std::string& vfs,
                          Synchronous synchronous);
/// A connection that can change nothing: read-only, query_only, no checkpoints. Throws Failure.
Connection connect_reader(const std::filesystem::path& database, const std::string& vfs);

/// From now on the connection prepares only statements that read; for statements written by users.
void allow_only_reads(Connection& connection);

/// The last sequence number that was given away; 0: none. It is the last transaction's, unless the
/// log lost its end and something else (the noted head of its chain, a repair) knows better: no
/// number is ever used twice.
std::int64_t last_sequence(const Connection& connection);

/// All statements in its life see one commit.
class ReadTransaction {
 public:
  explicit ReadTransaction(Connection& connection);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  std::int64_t sequence() const noexcept { return sequence_; }  ///< 0: nothing committed.

 private:
  Connection& connection_;
  std::int64_t sequence_ = 0;
};

/// Creates the state folder with a .gitignore that hides it. Throws Failure.
void make_state_folder(const std::filesystem::path& folder);

}  // namespace dg
