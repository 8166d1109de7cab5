#include <chrono>

#include "storage/backup/copy.h"
#include "storage/requests/rows.h"
#include "storage/requests/session.h"
#include "storage/requests/sha256.h"
#include "storage/requests/shape.h"
#include "storage/requests/sql.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/upgrade/schema_transaction.h"

namespace dg::requests {
namespace {

namespace fs = std::filesystem;

Error refused(const RequestRow& row, std::string reason, std::string cure) {
  return {ErrorKind::conflict, "request " + row.id, std::move(reason), std::move(cure)};
}

/// That the table is as the migration left it; inside a transaction.
void require_shape(Session& session, const RequestRow& row, const Definition& table) {
  const std::string difference = first_difference(
      shape_of(table), shape_of(schema::inspect(session.connection), table.name.text()));
  if (difference.empty()) return;
  throw refused(row, "'" + table.name.text() + "' is not as the migration left it: " + difference,
                "Undo what was changed by hand, or restore a backup of requests.db.");
}

/// Runs a script, measures it, and looks at the foreign keys.
std::int64_t run_script(Session& session, const std::string& script) {
  const auto begun = std::chrono::steady_clock::now();
  session.connection.execute(script);
  const std::string broken = schema::broken_reference(session.connection);
  if (!broken.empty()) throw Error{ErrorKind::conflict, "foreign keys", broken, "Mend the rows."};
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begun)
      .count();
}

/// Runs `work`; a failure is written to the audit, in a transaction of its own, and goes on.
template <typename Work>
void audited(Session& session, const RequestRow& row, const Actor& actor, const char* action,
             const std::string& sql, const Work& work) {
  std::string message;
  try {
    return work();
  } catch (const Failure& failure) {
    message = failure.text;
  } catch (const Error& error) {
    message = error.message();
  }
  sqlite3_exec(session.connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  Write write(session.connection);
  AuditEntry entry{
      &row, action, std::string(to_string(row.status)), &actor, session.now_ms(), {}, {},
      sql,  message};
  add_audit(session.connection, entry);
  write.commit();
  throw refused(row, "nothing was changed: " + message, "Correct the request, or what it meets.");
}

/// A copy of what is committed; the caller's transaction has written nothing yet.
fs::path copy_aside(const Session& session, const RequestRow& row) {
  const fs::path folder = session.file.parent_path() / "backups";
  const std::string name =
      "requests-" + stamp_text(session.now_ms()) + "-" + row.id.substr(row.id.size() - 8);
  fs::path target = folder / (name + ".db");
  std::error_code failed;
  fs::create_directories(folder, failed);
  for (int n = 2; fs::exists(target, failed); ++n)
    target = folder / (name + "-" + std::to_string(n) + ".db");
  Connection from(session.file, Connection::Mode::read_only, session.vfs);
  const std::string text = target.string();
  Statement copy = from.prepare("VACUUM INTO ?1");
  copy.bind_text(1, text);
  copy.run();
  if (const Result<> synced = sync_folder(folder); !synced) throw synced.error();
  return target;
}

Applied already(Session& session, const RequestRow& row) {
  const std::optional<MigrationRow> made = applied_migration(session.connection, row.id);
  if (!made) {
    throw Error{ErrorKind::corrupt, "request " + row.id, "is migrated, and its migration is gone",
                "Restore a backup of requests.db."};
  }
  if (built_upon_by(session.connection, made->sequence).empty())
    require_shape(session, row, definition_after(session.connection, made->sequence));
  Applied applied{row, made->name, true, made->duration_us, {}, 0};
  return applied;
}

/// What keeps an approved request from being applied as it was approved; empty: nothing.
std::string why_void(const RequestRow& row, const Judgement& judgement) {
  if (judgement.checked.findings.errors() != 0) {
    for (const Finding& finding : judgement.checked.findings.all()) {
      if (finding.is_error()) return finding.code + ": " + finding.message;
    }
  }
  if (!judgement.migration || judgement.migration->hash != row.approved_hash)
    return "its SQL is not the one that was approved";
  if (judgement.base != row.approved_base)
    return "the tables that it builds on are not those that it was approved for";
  return {};
}

void migrate(Session& session, RequestRow& row, const Judgement& judgement, const Actor& actor,
             const std::string& reason, Applied& applied) {
  const Change& change = *judgement.checked.change;
  const Migration& migration = *judgement.migration;
  applied.duration_us = run_script(session, migration.up);
  require_shape(session, row, change.after);
  MigrationRow made;
  made.request_id = row.id;
  made.name = migration.name;
  made.table_name = change.after.name.text();
  made.checksum = migration.hash;
  made.up_sql = migration.up;
  made.down_sql = migration.down;
  made.applied_by = actor.name;
  made.applied_ms = session.now_ms();
  made.duration_us = applied.duration_us;
  if (change.before) made.previous = live_migration(session.connection, change.before->name.text());
  put_migration(session.connection, made, change.after);
  row.status = Status::migrated;
  row.scheduled_ms = 0;
  row.scheduled_by.clear();
  row.schedule_note.clear();
  row.updated_ms = made.applied_ms;
  put_request(session.connection, row);
  AuditEntry entry{&row,   "APPLY",        "approved",   &actor, made.applied_ms,
                   reason, migration.hash, migration.up, {}};
  add_audit(session.connection, entry);
}

// --- rollback

/// Tables whose rows refer to what DOWN takes away.
void require_unreferenced(Session& session, const RequestRow& row, const Change& back,
                          bool dropped) {
  const Definition& table = *back.before;
  Statement find = session.connection.prepare(
      "SELECT s.name, f.\"to\" FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f "
      "WHERE s.type = 'table' AND s.name <> ?1 AND f.\"table\" = ?1 ORDER BY 1");
  find.bind_text(1, table.name.text());
  while (find.step()) {
    const std::string column(find.text(1));
    bool kept = !dropped && back.after.name == table.name;
    for (std::size_t i = 0; kept && i < table.columns.size(); ++i) {
      if (table.columns[i].name.text() != column) continue;
      kept = back.after.column(column) != nullptr;
    }
    if (kept) continue;
    throw refused(row, "'" + std::string(find.text(0)) + "' refers to '" + table.name.text() + "'",
                  "Roll that table back first.");
  }
}

/// Rows, or values of columns, that DOWN discards.
std::int64_t count_losses(Session& session, const Change& back, bool dropped) {
  const std::string table = quoted(back.before->name);
  if (dropped) return session.connection.integer("SELECT count(*) FROM " + table);
  std::string any;
  for (const Identifier& lost : lost_columns(back))
    any += (any.empty() ? "" : " OR ") + quoted(lost) + " IS NOT NULL";
  if (any.empty()) return 0;
  return session.connection.integer("SELECT count(*) FROM " + table + " WHERE " + any);
}

/// The migration that is to be taken back: whole, and nothing builds on it.
MigrationRow newest_migration(Session& session, const RequestRow& row) {
  std::optional<MigrationRow> made = applied_migration(session.connection, row.id);
  if (row.status != Status::migrated || !made) {
    throw refused(row, "is " + std::string(to_string(row.status)) + ": nothing of it is applied",
                  "Only what is migrated is rolled back.");
  }
  if (sha256(made->up_sql + '\0' + made->down_sql) != made->checksum) {
    throw Error{ErrorKind::corrupt, "migration " + made->name,
                "its SQL was changed after it was applied", "Restore a backup of requests.db."};
  }
  if (const std::string later = built_upon_by(session.connection, made->sequence); !later.empty())
    throw refused(row, "migration " + later + " builds on it", "Roll that one back first.");
  return *std::move(made);
}

/// The inverse of what an ALTER did: it is judged once more, on the table as it was before.
Change way_back(Session& session, const RequestRow& row, const Definition& now,
                std::int64_t previous) {
  const Result<SchemaRequest> request = session.decode(row.document);
  if (!request) throw request.error();
  World world = load_world(session.connection, session.decode, row.id);
  std::erase_if(world.tables, [&](const Definition& each) { return each.name == now.name; });
  world.tables.push_back(definition_after(session.connection, previous));
  world.index_names.clear();  // Its own are among them.
  const Checked again = check(*request, world);
  if (!again.change) {
    throw refused(row, "what it changed cannot be told any more",
                  "Restore a backup of requests.db.");
  }
  return inverse(*again.change);
}

RequestRow record_rollback(Session& session, RequestRow row, const MigrationRow& made,
                           const Actor& actor, const fs::path& backup) {
  row.status = Status::approved;
  row.updated_ms = session.now_ms();
  mark_rolled_back(session.connection, made.sequence, actor, row.updated_ms, backup.string());
  put_request(session.connection, row);
  AuditEntry entry{&row, "ROLLBACK",    "migrated",    &actor, row.updated_ms,
                   {},   made.checksum, made.down_sql, {}};
  add_audit(session.connection, entry);
  return row;
}

}  // namespace

Applied apply_request(Session& session, const std::string& id, const Actor& actor,
                      const ApplyWish& wish) {
  require_name(actor);
  schema::SchemaTransaction write(session.connection);
  RequestRow row = request_row(session.connection, id);
  if (wish.due_ms != 0) {  // Somebody may have applied it or taken its time away meanwhile.
    const bool due =
        row.status == Status::approved && row.scheduled_ms != 0 && row.scheduled_ms <= wish.due_ms;
    if (!due) return {row, row.migration, true, 0, {}, 0};
  }
  if (row.status == Status::migrated) return already(session, row);
  if (row.status != Status::approved) {
    throw refused(row,
                  "is " + std::string(to_string(row.status)) +
                      ", and only what is approved "
                      "is applied",
                  "'schema-request approve " + row.id + "' first.");
  }
  const Judgement judgement = judge(session, row);
  if (const std::string reason = why_void(row, judgement); !reason.empty()) {
    void_approval(session, row, actor, reason);
    write.commit();
    throw refused(row, "the approval is void: " + reason, "Have it reviewed and approved again.");
  }
  Applied applied{row, judgement.migration->name, false, 0, {}, 0};
  if (judgement.migration->destructive) applied.backup = copy_aside(session, row);
  audited(session, row, actor, "APPLY_FAILED", judgement.migration->up, [&] {
    RequestRow changed = row;
    migrate(session, changed, judgement, actor, wish.reason, applied);
    write.commit();
    applied.row = changed;
  });
  return applied;
}

Applied roll_back(Session& session, const std::string& id, const Actor& actor, bool discard_data) {
  require_name(actor);
  schema::SchemaTransaction write(session.connection);
  const RequestRow row = request_row(session.connection, id);
  const MigrationRow made = newest_migration(session, row);
  const Definition now = definition_after(session.connection, made.sequence);
  require_shape(session, row, now);
  const bool dropped = !made.previous;
  const Change back = dropped ? Change{now, now, {}} : way_back(session, row, now, *made.previous);
  require_unreferenced(session, row, back, dropped);
  Applied applied{row, made.name, false, 0, {}, count_losses(session, back, dropped)};
  if (applied.rows_lost > 0 && !discard_data) {
    throw refused(row,
                  std::to_string(applied.rows_lost) + " rows of '" + now.name.text() +
                      "' would lose what they hold",
                  "Empty the table, or say --discard-data: a backup is made first.");
  }
  if (applied.rows_lost > 0 && !session.file.empty()) applied.backup = copy_aside(session, row);
  audited(session, row, actor, "ROLLBACK_FAILED", made.down_sql, [&] {
    applied.duration_us = run_script(session, made.down_sql);
    if (!dropped) require_shape(session, row, back.after);
    if (dropped && schema::inspect(session.connection).table(made.table_name) != nullptr)
      throw refused(row, "the table is still there", "Look at its DOWN migration.");
    applied.row = record_rollback(session, row, made, actor, applied.backup);
    write.commit();
  });
  return applied;
}

}  // namespace dg::requests
