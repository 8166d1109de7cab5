#pragma once
/// \file
/// Runs numbered migrations and takes them back. The caller holds the write lock and has no Store
/// open on the database.
///
/// Each migration is one transaction: statements, verification, its row and its journal. One that
/// fails leaves nothing but a row that says why, and those before it stay. Before the first a copy
/// of the database is made. None may leave a declared table other than it is declared.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/result.h"
#include "storage/schema/migrations/migration.h"

namespace dg::schema {

struct MigrateTarget {
  std::filesystem::path database;
  std::filesystem::path folder;  ///< Of the files.
  std::string vfs = {};          ///< Empty: the default one.
};

struct MigrationRun {
  std::vector<Migration> done;        ///< In the order in which they were run.
  std::vector<std::string> declared;  ///< What reconciling the declared schema did, a line each.
  std::vector<std::string> before, after;  ///< Drift (Difference::text) before and after.
  std::filesystem::path backup;            ///< Empty: nothing was to be done.
};

/// Runs all that are pending or failed, up to number `to` where one is given. Refused (conflict)
/// where an applied one was edited, or where one before the last applied is pending.
Result<MigrationRun> migrate(const MigrateTarget& target, std::optional<std::int64_t> to = {});

struct Rehearsal {
  Migration migration;
  std::optional<Error> error;  ///< Why it would fail, tried on the schema without rows.
};
/// What migrate() would run. Changes nothing and needs no lock.
Result<std::vector<Rehearsal>> rehearse(const MigrateTarget& target,
                                        std::optional<std::int64_t> to = {});

struct RollbackLoss {
  std::string what;  ///< `owners (12 rows)`, `atoms.team (3 values)`.
};
/// Tables and columns with contents that rollback() would drop.
Result<std::vector<RollbackLoss>> rollback_losses(const MigrateTarget& target,
                                                  std::optional<std::int64_t> to = {});
/// Takes back the newest applied one, or all after number `to` (0: all), newest first, by the
/// `down` that was stored when it was applied.
Result<MigrationRun> rollback(const MigrateTarget& target, std::optional<std::int64_t> to = {});

/// Records a migration whose effect is there already, whoever brought it: `id` is its number or
/// name. The effect is verified first: by its `verify`, else by what its statements would leave.
Result<Migration> adopt(const MigrateTarget& target, const std::string& id);

/// A migration for what only an explicit wish changes, the extra columns, tables, indexes, triggers
/// and views that drift reports: `up` drops them, `down` makes them anew, empty. Where there is
/// nothing such, or `blank`, a template. Written to the folder under the next free number.
Result<Migration> generate(const MigrateTarget& target, const std::string& words, bool blank);

/// Files and rows brought together. Reads only; a missing database has no rows.
Result<std::vector<MigrationLine>> migration_lines(const MigrateTarget& target);

}  // namespace dg::schema
