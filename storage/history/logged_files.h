#pragma once
/// \file
/// What the log tells of files whose rows are missing or are not what was committed. Internal to
/// storage/; throws Failure and Damage.

#include <cstdint>
#include <optional>
#include <string>

#include "storage/history/file_history.h"
#include "storage/logged_project.h"

namespace dg {

/// Takes files into a project from the log. They hold no known bytes, so that the next comparison
/// with the disk parses them, and finds what changed since by their atoms.
class LoggedFiles {
 public:
  /// Inside the connection's transaction; both must outlive this.
  LoggedFiles(const Connection& connection, LoggedProject& read);

  /// A file whose row cannot be read: as the log tells it, or a stray where the log knows nothing
  /// of it. Throws Damage where the log contradicts itself.
  void restore(FileId id, const std::string& path);
  /// All files, each against its own history; see load_project_by_log().
  void compare();

 private:
  std::optional<FileState> state_of(FileId id);
  bool ends_where_the_tables_do() const;
  void add(FileState state);

  const Connection& connection_;
  LoggedProject& read_;
  StoredProject& project_;  ///< Of `read_`.
  FileHistory history_;
};

}  // namespace dg
