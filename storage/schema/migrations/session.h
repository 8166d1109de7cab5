#pragma once
/// \file
/// A database opened for migrations. Internal to storage/; throws Failure and Error.

#include <string>
#include <vector>

#include "storage/guarded.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/migrations/migrate.h"
#include "storage/schema/migrations/record.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

class MigrationSession {
 public:
  /// Opens, and brings the declared schema (or the two journals) up to date.
  explicit MigrationSession(const MigrateTarget& target);

  Connection& connection() noexcept { return connection_; }
  const std::vector<std::string>& declared_work() const noexcept { return declared_work_; }
  std::vector<std::string> drift() const;
  std::vector<MigrationRecord> records() const { return records_of(connection_); }

  /// Copies the database; once.
  const std::filesystem::path& back_up_once();

  /// Runs a script as one transaction and writes `record` with it. On failure nothing but the row
  /// is there, as failed; an Error with a hint.
  void run(const Migration& migration, const std::string& script, MigrationRecord record,
           MigrationState on_failure);

 private:
  void execute(const Migration& migration, const std::string& script);
  void verify(const Migration& migration, bool up);

  MigrateTarget target_;
  Connection connection_;
  std::vector<std::string> declared_work_;
  std::filesystem::path backup_;
};

/// The row of a migration that is run now.
MigrationRecord applied_record(const Migration& migration, const std::string& batch,
                               const std::filesystem::path& backup);

/// Writes the file of a migration; its folder is made.
Result<> write_new(const Migration& migration);

/// The schema as it is, for those who only read; empty where there is no database.
LiveSchema schema_of(const MigrateTarget& target);

}  // namespace dg::schema
