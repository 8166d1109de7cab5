#include "storage/schema/migrations/session.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

#include "events/json_text.h"
#include "storage/backup/copy.h"
#include "storage/clock.h"
#include "storage/connect.h"
#include "storage/login_name.h"
#include "storage/schema/ddl.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/migrations/built_in.h"
#include "storage/schema/migrations/guard.h"
#include "storage/schema/migrations/scratch.h"
#include "storage/schema/upgrade/journal.h"
#include "storage/schema/upgrade/schema_transaction.h"
#include "storage/schema/upgrade/upkeep.h"

namespace dg::schema {
namespace {

std::string lines_json(const std::vector<std::string>& before,
                       const std::vector<std::string>& after) {
  const auto list = [](const std::vector<std::string>& lines) {
    std::string text = "[";
    for (const std::string& line : lines) {
      if (text.size() > 1) text += ',';
      append_json_string(text, line);
    }
    return text + "]";
  };
  return "{\"before\":" + list(before) + ",\"after\":" + list(after) + "}";
}

Error refused(const std::string& name, const std::string& reason, const std::string& cure) {
  return {ErrorKind::conflict, name, reason, cure};
}

}  // namespace

MigrationSession::MigrationSession(const MigrateTarget& target) : target_(target) {
  if (target.database.has_parent_path()) make_state_folder(target.database.parent_path());
  if (std::optional<Error> error = examine_header(target.database)) throw *std::move(error);
  connection_ = connect_writer(target.database, target.vfs, Synchronous::full);
  bring_up(connection_, {target.database, target.vfs, [this](const Step& step) {
                           declared_work_.push_back(step.kind + " " + step.object);
                         }});
  // One that was looked at long ago may have something to do again.
  SchemaTransaction transaction(connection_);
  for (const Step& step : run_built_in(connection_, true))
    declared_work_.push_back(step.kind + " " + step.object);
  transaction.commit();
}

std::vector<std::string> MigrationSession::drift() const {
  std::vector<std::string> lines;
  for (const Difference& each : compare(declared(), inspect(connection_)))
    lines.push_back(each.text());
  return lines;
}

const std::filesystem::path& MigrationSession::back_up_once() {
  if (!backup_.empty()) return backup_;
  const Result<Backup> made = copy_for_keeping(target_.database, "before-migration-", target_.vfs);
  if (!made) throw made.error();
  backup_ = made->file;
  return backup_;
}

void MigrationSession::execute(const Migration& migration, const std::string& script) {
  Journal journal;
  const std::vector<std::string> statements = statements_of(script);
  if (statements.empty()) {
    throw refused(migration.name, "it has no statement to run",
                  "Write it below the line '-- up' of " + migration.file.string());
  }
  {
    const Guard guard(connection_, migration.kind);
    for (const std::string& statement : statements)
      journal.run(connection_, {"migration", migration.name, statement, false, false});
  }
  journal.write(connection_);
}

void MigrationSession::verify(const Migration& migration, bool up) {
  if (up && !migration.verify.empty() && connection_.integer(migration.verify) != 1) {
    throw refused(migration.name, "its verification does not give 1: " + migration.verify,
                  "Nothing was changed. Correct `up`, or what `verify` asks");
  }
  if (const std::string broken = broken_reference(connection_); !broken.empty()) {
    throw refused(migration.name, "afterwards " + broken,
                  "Nothing was changed. Delete or mend such rows in the migration");
  }
  for (const Difference& each : compare(declared(), inspect(connection_))) {
    if (!is_lack(each)) continue;
    throw refused(migration.name, "it would change what the program declares: " + each.text(),
                  "Nothing was changed. Add tables and columns of your own instead");
  }
}

void MigrationSession::run(const Migration& migration, const std::string& script,
                           MigrationRecord record, MigrationState on_failure) {
  const auto begun = std::chrono::steady_clock::now();
  const bool up = record.state == MigrationState::applied;
  Error error;
  try {
    const std::vector<std::string> before = drift();
    SchemaTransaction transaction(connection_);
    execute(migration, script);
    verify(migration, up);
    const auto took = std::chrono::steady_clock::now() - begun;
    record.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    record.findings = lines_json(before, drift());
    put_record(connection_, record);
    transaction.commit();
    return;
  } catch (const Failure& failure) {
    const int primary = failure.code & 0xff;
    // The world's failures are told as such, and are no fault of the migration.
    const bool its_own = primary == SQLITE_ERROR || primary == SQLITE_CONSTRAINT ||
                         primary == SQLITE_AUTH || primary == SQLITE_MISMATCH ||
                         primary == SQLITE_RANGE || primary == SQLITE_TOOBIG;
    if (!its_own) throw;
    error = refused(migration.name, failure.text, hint_for(failure));
  } catch (const Error& thrown) {
    error = thrown;
  }
  record.state = on_failure;
  record.error = error.reason;
  connection_.execute("BEGIN IMMEDIATE");
  put_record(connection_, record);
  connection_.execute("COMMIT");
  throw error;
}

MigrationRecord applied_record(const Migration& migration, const std::string& batch,
                               const std::filesystem::path& backup) {
  MigrationRecord record;
  record.name = migration.name;
  record.number = migration.number;
  record.kind = migration.kind;
  record.checksum = migration.checksum();
  record.applied_at = unix_ms();
  record.applied_by = login_name();
  record.batch = batch;
  record.up = migration.up;
  record.down = migration.down;
  if (!backup.empty()) record.backup = backup.string();
  return record;
}

Result<> write_new(const Migration& migration) {
  std::error_code error;
  std::filesystem::create_directories(migration.file.parent_path(), error);
  std::ofstream out(migration.file, std::ios::binary | std::ios::trunc);
  out << file_text(migration);
  out.close();
  if (out) return Ok{};
  return Error{ErrorKind::io, migration.file.string(),
               std::string("it cannot be written: ") + std::strerror(errno),
               "Check the permissions of its folder"};
}

LiveSchema schema_of(const MigrateTarget& target) {
  std::error_code error;
  if (!std::filesystem::exists(target.database, error)) return declared();
  if (std::optional<Error> unfit = examine_header(target.database, Access::read))
    throw *std::move(unfit);
  return inspect(connect_reader(target.database, target.vfs));
}

}  // namespace dg::schema
