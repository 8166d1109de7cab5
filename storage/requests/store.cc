#include "storage/requests/store.h"

#include "storage/clock.h"
#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/requests/open.h"
#include "storage/requests/rehearse.h"
#include "storage/requests/rows.h"
#include "storage/requests/session.h"
#include "storage/requests/tables.h"
#include "storage/uuid.h"

namespace dg::requests {
namespace {

namespace fs = std::filesystem;

/// Where two processes come at once, the second finds it done.
void make_tables_once(Connection& connection, const fs::path& file) {
  if (connection.integer("SELECT count(*) FROM sqlite_schema") == 0) {
    Write write(connection);
    if (connection.integer("SELECT count(*) FROM sqlite_schema") == 0) create_tables(connection);
    write.commit();
  }
  require_ours(connection, file);
  if (connection.integer("PRAGMA user_version") == kSchemaVersion) return;
  Write write(connection);
  require_ours(connection, file);  // Somebody newer may have been faster.
  upgrade_tables(connection);
  write.commit();
}

class FileStore final : public RequestStore {
 public:
  explicit FileStore(const StoreOptions& options)
      : options_(options), file_(requests_database(options.folder)) {
    session_.decode = options.decode;
    session_.self_approval = options.self_approval;
    session_.now_ms = options.now_ms ? options.now_ms : unix_ms;
    std::error_code missing;
    // An empty file is one that a process began to make.
    if (fs::exists(file_, missing) && fs::file_size(file_, missing) > 0) {
      open_file();
    } else {
      session_.connection = Connection(":memory:", Connection::Mode::read_write_create);
      create_tables(session_.connection);
    }
  }

  Result<Judged> check(const SchemaRequest& request) override {
    return guarded(file_.string(), [&] {
      const World world = load_world(session_.connection, session_.decode, {});
      Checked checked = requests::check(request, world);
      Judged judged;
      if (checked.change)
        judged.migration = make_migration(*checked.change, request, session_.now_ms());
      judged.findings = std::move(checked.findings);
      return judged;
    });
  }

  Result<Judged> create(const SchemaRequest& request, const std::string& document,
                        const Actor& actor, bool draft) override {
    return guarded(file_.string(), [&] {
      require_name(actor);
      keep();
      Write write(session_.connection);
      for (const RequestRow& open : open_requests(session_.connection)) {
        if (open.document == document) return judged_of(open);
      }
      RequestRow row;
      row.created_ms = row.updated_ms = session_.now_ms();
      row.id = make_uuid_v7(row.created_ms);
      row.status = draft ? Status::draft : Status::requested;
      row.submitted_by = actor.name;
      Judged judged = define(row, request, document);
      if (judged.findings.errors() != 0 && !draft) {
        judged.row.id.clear();
        return judged;
      }
      put_request(session_.connection, judged.row);
      note(judged.row, "CREATE_REQUEST", {}, actor);
      write.commit();
      return judged;
    });
  }

  Result<Judged> update(const std::string& id, const SchemaRequest& request,
                        const std::string& document, const Actor& actor) override {
    return guarded(file_.string(), [&] {
      require_name(actor);
      Write write(session_.connection);
      RequestRow row = request_row(session_.connection, id);
      const Status from = row.status;
      if (from == Status::migrated || from == Status::rejected) {
        throw Error{ErrorKind::conflict, "request " + row.id,
                    "is " + std::string(to_string(from)) + " and keeps its definition",
                    from == Status::rejected ? "Make it a draft again first."
                                             : "Ask for an alter of the table."};
      }
      if (row.document == document) return judged_of(row);
      row.updated_ms = session_.now_ms();
      Judged judged = define(row, request, document);
      if (judged.findings.errors() != 0 && from != Status::draft) {
        judged.row.id.clear();
        return judged;
      }
      if (from == Status::approved) {
        void_approval(session_, judged.row, actor, "the request was changed");
      } else {
        put_request(session_.connection, judged.row);
      }
      note(judged.row, "UPDATE_REQUEST", std::string(to_string(from)), actor);
      write.commit();
      return judged;
    });
  }

  Result<PageOf<RequestRow>> list(std::optional<Status> status, std::uint64_t limit,
                                  std::uint64_t offset) override {
    return guarded(file_.string(),
                   [&] { return request_rows(session_.connection, status, limit, offset); });
  }

  Result<Judged> show(const std::string& id) override {
    return guarded(file_.string(), [&] { return judged_of(request_row(session_.connection, id)); });
  }

  Result<Preview> migration(const std::string& id) override {
    return guarded(file_.string(), [&] {
      Preview preview;
      preview.row = request_row(session_.connection, id);
      if (applied_of(preview.row, preview.migration)) {
        preview.applied = true;
        return preview;
      }
      Judgement judgement = judge(session_, preview.row);
      if (!judgement.migration) {
        throw Error{ErrorKind::conflict, "request " + preview.row.id,
                    "has " + std::to_string(judgement.checked.findings.errors()) +
                        " errors, so that there is no migration",
                    "'deltagraph schema-request show " + preview.row.id + "' lists them."};
      }
      const Rehearsal rehearsal =
          rehearse(session_.file, session_.vfs, *judgement.checked.change, *judgement.migration);
      preview.failure = rehearsal.failure;
      preview.down_failure = rehearsal.down_failure;
      preview.migration = *std::move(judgement.migration);
      return preview;
    });
  }

  Result<RequestRow> set_status(const std::string& id, Status status, const Actor& actor,
                                const std::string& reason, const std::string& hash) override {
    return guarded(file_.string(),
                   [&] { return change_status(session_, id, status, actor, reason, hash); });
  }

  Result<Applied> apply(const std::string& id, const Actor& actor) override {
    return guarded(file_.string(), [&] { return apply_request(session_, id, actor, {}); });
  }

  Result<Automatic> apply_if_low_risk(const std::string& id, const std::string& account) override {
    return guarded(file_.string(),
                   [&] { return requests::apply_if_low_risk(session_, id, account); });
  }

  Result<RequestRow> schedule(const std::string& id, std::optional<std::int64_t> at_ms,
                              const Actor& actor) override {
    return guarded(file_.string(), [&] { return schedule_request(session_, id, at_ms, actor); });
  }

  Result<DueRuns> apply_due(const std::string& account) override {
    return guarded(file_.string(), [&] { return apply_due_requests(session_, account); });
  }

  Result<std::vector<TablePerformance>> performance(const std::string& which) override {
    return guarded(file_.string(), [&] { return measure_tables(session_, which); });
  }

  Result<Applied> rollback(const std::string& id, const Actor& actor, bool discard_data) override {
    return guarded(file_.string(), [&] { return roll_back(session_, id, actor, discard_data); });
  }

  Result<PageOf<AuditRow>> audit(const std::string& id, std::uint64_t limit,
                                 std::uint64_t offset) override {
    return guarded(file_.string(), [&] {
      const RequestRow row = request_row(session_.connection, id);
      return audit_rows(session_.connection, row.id, limit, offset);
    });
  }

 private:
  void open_file() {
    session_.connection = Connection(file_, Connection::Mode::read_write_create, options_.vfs);
    configure(session_.connection);
    make_tables_once(session_.connection, file_);
    session_.file = file_;
    session_.vfs = options_.vfs;
  }
  /// From now on there is a file.
  void keep() {
    if (!session_.file.empty()) return;
    make_state_folder(options_.folder);
    open_file();
  }

  /// The row with this definition, judged.
  Judged define(RequestRow row, const SchemaRequest& request, const std::string& document) {
    row.table_name = request.table_name;
    row.operation = request.operation;
    row.owner = request.owner;
    row.requested_by = request.requested_by;
    row.justification = request.justification;
    row.related_issue = request.related_issue;
    row.document = document;
    row.made_ms = row.updated_ms;
    const World world = load_world(session_.connection, session_.decode, row.id);
    Checked checked = requests::check(request, world);
    const char* const verb = row.operation == RequestKind::create ? "_create_" : "_alter_";
    const std::string name = Identifier::parse(row.table_name) ? row.table_name : "draft";
    // Two of one second differ by a second.
    do {
      row.migration = stamp_text(row.made_ms) + verb + name;
      if (!is_migration_name(session_.connection, row.migration, row.id)) break;
      row.made_ms += 1000;
    } while (true);
    Judged judged;
    if (checked.change) judged.migration = make_migration(*checked.change, request, row.made_ms);
    judged.findings = std::move(checked.findings);
    judged.row = std::move(row);
    return judged;
  }

  /// What was run for a migrated request.
  bool applied_of(const RequestRow& row, Migration& migration) {
    const std::optional<MigrationRow> made = row.status == Status::migrated
                                                 ? applied_migration(session_.connection, row.id)
                                                 : std::nullopt;
    if (!made) return false;
    migration.name = made->name;
    migration.up = made->up_sql;
    migration.down = made->down_sql;
    migration.hash = made->checksum;
    return true;
  }

  Judged judged_of(const RequestRow& row) {
    Judged judged;
    judged.row = row;
    if (Migration migration; applied_of(row, migration)) {
      judged.migration = std::move(migration);
      return judged;
    }
    Judgement judgement = judge(session_, row);
    judged.findings = std::move(judgement.checked.findings);
    judged.migration = std::move(judgement.migration);
    return judged;
  }

  void note(const RequestRow& row, const char* action, std::string from, const Actor& actor) {
    AuditEntry entry{&row, action, std::move(from), &actor, row.updated_ms, {}, {}, {}, {}, true};
    add_audit(session_.connection, entry);
  }

  StoreOptions options_;
  fs::path file_;
  Session session_;
};

}  // namespace

fs::path requests_database(const fs::path& folder) {
  return folder / "requests.db";
}

Result<std::unique_ptr<RequestStore>> RequestStore::open(const StoreOptions& options) {
  return guarded(requests_database(options.folder).string(), [&] {
    return std::unique_ptr<RequestStore>(std::make_unique<FileStore>(options));
  });
}

}  // namespace dg::requests
