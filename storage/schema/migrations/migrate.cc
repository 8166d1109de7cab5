#include "storage/schema/migrations/migrate.h"

#include <algorithm>

#include "storage/clock.h"
#include "storage/connect.h"
#include "storage/login_name.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/guard.h"
#include "storage/schema/migrations/scratch.h"
#include "storage/schema/migrations/session.h"
#include "storage/uuid.h"

namespace dg::schema {
namespace {

bool is_applied(const MigrationRecord& record) {
  return record.number.has_value() && record.state == MigrationState::applied;
}

/// The files that are to be run, in order. Throws Error.
std::vector<Migration> pending_of(const std::vector<Migration>& files,
                                  const std::vector<MigrationRecord>& records,
                                  std::optional<std::int64_t> to) {
  if (std::optional<Error> edited = find_edited(lines_of(files, records))) throw *std::move(edited);
  std::int64_t last = 0;
  for (const MigrationRecord& record : records) {
    if (is_applied(record)) last = std::max(last, *record.number);
  }
  std::vector<Migration> pending;
  for (const Migration& file : files) {
    const bool applied =
        std::any_of(records.begin(), records.end(), [&](const MigrationRecord& record) {
          return is_applied(record) && record.name == file.name;
        });
    if (applied || !file.deprecated.empty() || (to && file.number > *to)) continue;
    if (file.number <= last) {
      throw Error{ErrorKind::conflict, file.name,
                  "comes before number " + std::to_string(last) + ", which is applied already",
                  "Give it the next free number, or roll back to the one before it"};
    }
    pending.push_back(file);
  }
  return pending;
}

/// Records that are to be taken back, newest first.
std::vector<MigrationRecord> taken_back(std::vector<MigrationRecord> records,
                                        std::optional<std::int64_t> to) {
  std::erase_if(records, [&](const MigrationRecord& each) {
    return !is_applied(each) || (to && *each.number <= *to);
  });
  std::sort(records.begin(), records.end(), [](const MigrationRecord& a, const MigrationRecord& b) {
    return *a.number > *b.number;
  });
  if (!to && records.size() > 1) records.resize(1);
  return records;
}

Migration migration_of(const MigrationRecord& record) {
  Migration migration;
  migration.number = record.number.value_or(0);
  migration.name = record.name;
  migration.kind = record.kind;
  migration.up = record.up;
  migration.down = record.down;
  return migration;
}

Error irreversible(const MigrationRecord& record) {
  return {ErrorKind::usage, record.name, "has no `down`: it cannot be taken back by statements",
          record.backup
              ? "Restore the copy made before it: 'deltagraph db restore " + *record.backup + "'"
              : "Restore a backup, or write a migration that undoes it"};
}

}  // namespace

Result<MigrationRun> migrate(const MigrateTarget& target, std::optional<std::int64_t> to) {
  return guarded(target.database.string(), [&]() -> Result<MigrationRun> {
    const Result<std::vector<Migration>> files = load_migrations(target.folder);
    if (!files) return files.error();
    MigrationSession session(target);
    MigrationRun run;
    run.declared = session.declared_work();
    run.before = session.drift();
    const std::string batch = make_uuid_v7(unix_ms());
    for (const Migration& migration : pending_of(*files, session.records(), to)) {
      run.backup = session.back_up_once();
      session.run(migration, migration.up, applied_record(migration, batch, run.backup),
                  MigrationState::failed);
      run.done.push_back(migration);
    }
    run.after = session.drift();
    return run;
  });
}

Result<std::vector<Rehearsal>> rehearse(const MigrateTarget& target,
                                        std::optional<std::int64_t> to) {
  return guarded(target.database.string(), [&]() -> Result<std::vector<Rehearsal>> {
    const Result<std::vector<Migration>> files = load_migrations(target.folder);
    if (!files) return files.error();
    const LiveSchema schema = schema_of(target);
    std::vector<MigrationRecord> records;
    std::error_code none;
    if (std::filesystem::exists(target.database, none))
      records = records_of(connect_reader(target.database, target.vfs));
    Connection scratch = scratch_of(schema);
    std::vector<Rehearsal> all;
    for (const Migration& migration : pending_of(*files, records, to)) {
      Rehearsal& rehearsal = all.emplace_back();
      rehearsal.migration = migration;
      try {
        const Guard guard(scratch, migration.kind);
        for (const std::string& statement : statements_of(migration.up)) scratch.execute(statement);
      } catch (const Failure& failure) {
        rehearsal.error =
            Error{ErrorKind::conflict, migration.name, failure.text, hint_for(failure)};
      }
    }
    return all;
  });
}

Result<std::vector<RollbackLoss>> rollback_losses(const MigrateTarget& target,
                                                  std::optional<std::int64_t> to) {
  return guarded(target.database.string(), [&]() -> Result<std::vector<RollbackLoss>> {
    std::vector<RollbackLoss> losses;
    const Connection reader = connect_reader(target.database, target.vfs);
    std::string script;
    for (const MigrationRecord& record : taken_back(records_of(reader), to)) {
      if (!record.down) return irreversible(record);
      script += *record.down + ";\n";
    }
    const auto count = [&](const std::string& sql, const std::string& what, const char* unit) {
      const std::int64_t found = reader.integer(sql);
      if (found == 0) return;
      losses.push_back(
          {what + " (" + std::to_string(found) + " " + unit + (found == 1 ? ")" : "s)")});
    };
    for (const Difference& each : losses_of(schema_of(target), script)) {
      if (each.aspect == Aspect::missing_table) {
        count("SELECT count(*) FROM " + quoted_name(each.table), each.table, "row");
      } else {
        count("SELECT count(" + quoted_name(each.object) + ") FROM " + quoted_name(each.table),
              each.table + "." + each.object, "value");
      }
    }
    return losses;
  });
}

Result<MigrationRun> rollback(const MigrateTarget& target, std::optional<std::int64_t> to) {
  return guarded(target.database.string(), [&]() -> Result<MigrationRun> {
    const Result<std::vector<Migration>> files = load_migrations(target.folder);
    if (!files) return files.error();
    MigrationSession session(target);
    if (std::optional<Error> edited = find_edited(lines_of(*files, session.records())))
      return *std::move(edited);
    MigrationRun run;
    run.before = session.drift();
    const std::vector<MigrationRecord> records = taken_back(session.records(), to);
    // Looked at before anything is changed: a row of them goes back as a whole or not at all.
    for (const MigrationRecord& record : records) {
      if (!record.down) return irreversible(record);
    }
    for (MigrationRecord record : records) {
      run.backup = session.back_up_once();
      const Migration migration = migration_of(record);
      record.state = MigrationState::rolled_back;
      record.applied_at = unix_ms();
      record.applied_by = login_name();
      record.backup = run.backup.string();
      session.run(migration, *record.down, record, MigrationState::applied);
      run.done.push_back(migration);
    }
    run.after = session.drift();
    return run;
  });
}

Result<std::vector<MigrationLine>> migration_lines(const MigrateTarget& target) {
  return guarded(target.database.string(), [&]() -> Result<std::vector<MigrationLine>> {
    const Result<std::vector<Migration>> files = load_migrations(target.folder);
    if (!files) return files.error();
    std::error_code error;
    if (!std::filesystem::exists(target.database, error)) return lines_of(*files, {});
    if (std::optional<Error> unfit = examine_header(target.database, Access::read))
      return *std::move(unfit);
    return lines_of(*files, records_of(connect_reader(target.database, target.vfs)));
  });
}

}  // namespace dg::schema
