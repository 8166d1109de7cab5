#include "storage/schema/requests/request_log.h"

#include <algorithm>
#include <fstream>

#include "storage/clock.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/migrations/session.h"
#include "storage/schema/requests/sql.h"
#include "storage/uuid.h"

namespace dg::schema {
namespace {

constexpr std::string_view kStatuses[] = {"draft", "requested", "approved", "migrated", "rejected"};

/// Of what a request builds on: every table and index that is there.
std::string hash_of(const LiveSchema& schema) {
  std::string text;
  for (const LiveTable& table : schema.tables) text += table.sql + ";";
  for (const LiveIndex& index : schema.indexes) text += index.sql + ";";
  return checksum_of(text, "");
}

std::string text_or_empty(const Statement& row, int column) {
  return row.is_null(column) ? std::string() : std::string(row.text(column));
}

Error conflict(const std::string& id, const std::string& reason, const std::string& cure) {
  return {ErrorKind::conflict, id, reason, cure};
}

class SqliteRequestLog final : public RequestLog {
 public:
  SqliteRequestLog(MigrateTarget target, RequestPolicy policy)
      : target_(std::move(target)), policy_(policy), session_(target_) {}

  Result<Created> create(const SchemaRequest& request, const std::string& json,
                         bool draft) override;
  Result<std::vector<StoredRequest>> list(std::optional<RequestStatus> status, std::size_t limit,
                                          std::size_t offset) override;
  Result<StoredRequest> get(const std::string& id) override {
    return guarded([&]() -> Result<StoredRequest> { return read(id); });
  }
  Result<std::vector<AuditEntry>> audit(const std::string& id) override;
  Result<StoredRequest> approve(const std::string& id, const std::string& by,
                                const std::string& hash) override;
  Result<StoredRequest> change(const std::string& id, RequestStatus to, const std::string& by,
                               const std::string& note) override;
  Result<StoredRequest> apply(const std::string& id, const std::string& by) override;

 private:
  template <typename Work>
  auto guarded(const Work& work) -> decltype(work()) {
    return guarded_by(target_.database.string(), work);
  }
  Connection& db() { return session_.connection(); }
  StoredRequest read(const std::string& id);
  std::vector<StoredRequest> rows(const std::string& rest, const std::vector<std::string>& values);
  std::vector<std::string> requested_names();
  void insert(const StoredRequest& request);
  void note(const StoredRequest& request, const char* action, std::string_view from,
            const std::string& by, const std::string& text);
  void step(const StoredRequest& request, RequestStatus to, const char* action,
            const std::string& by, const std::string& text);
  static void refuse_step(const StoredRequest& request, RequestStatus to, const std::string& by);

  MigrateTarget target_;
  RequestPolicy policy_;
  MigrationSession session_;
};

/// A transaction that is rolled back unless it is committed.
class Transaction {
 public:
  explicit Transaction(Connection& db) : db_(db) { db.execute("BEGIN IMMEDIATE"); }
  ~Transaction() {
    if (db_.in_transaction()) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() { db_.execute("COMMIT"); }

 private:
  Connection& db_;
};

std::vector<StoredRequest> SqliteRequestLog::rows(const std::string& rest,
                                                  const std::vector<std::string>& values) {
  Statement rows = db().prepare(
      "SELECT id, table_name, request, requested_by, status, up, down, hash, schema_hash, "
      "approved_hash, approved_by, created_at, migration FROM schema_requests " +
      rest);
  for (std::size_t i = 0; i < values.size(); ++i)
    rows.bind_text(static_cast<int>(i) + 1, values[i]);
  std::vector<StoredRequest> all;
  while (rows.step()) {
    StoredRequest& one = all.emplace_back();
    one.id = rows.text(0);
    one.table_name = rows.text(1);
    one.json = rows.text(2);
    one.requested_by = rows.text(3);
    one.status = status_named(rows.text(4)).value_or(RequestStatus::rejected);
    one.up = rows.text(5);
    one.down = rows.text(6);
    one.hash = rows.text(7);
    one.schema_hash = rows.text(8);
    one.approved_hash = text_or_empty(rows, 9);
    one.approved_by = text_or_empty(rows, 10);
    one.created_at = rows.integer(11);
    one.migration = text_or_empty(rows, 12);
  }
  return all;
}

StoredRequest SqliteRequestLog::read(const std::string& id) {
  std::vector<StoredRequest> found = rows("WHERE id = ?1", {id});
  if (found.empty())
    throw Error{ErrorKind::not_found, "request '" + id.substr(0, 60) + "'", "there is none",
                "'deltagraph schema-request list' lists them"};
  return std::move(found.front());
}

std::vector<std::string> SqliteRequestLog::requested_names() {
  std::vector<std::string> names;
  for (const StoredRequest& each : rows("WHERE status IN ('requested', 'approved')", {}))
    names.push_back(each.table_name);
  return names;
}

void SqliteRequestLog::insert(const StoredRequest& request) {
  Statement row = db().prepare(
      "INSERT INTO schema_requests(id, table_name, status, requested_by, request, up, down, hash, "
      "schema_hash, created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  row.bind_text(1, request.id);
  row.bind_text(2, request.table_name);
  row.bind_text(3, to_string(request.status));
  row.bind_text(4, request.requested_by);
  row.bind_text(5, request.json);
  row.bind_text(6, request.up);
  row.bind_text(7, request.down);
  row.bind_text(8, request.hash);
  row.bind_text(9, request.schema_hash);
  row.bind(10, request.created_at);
  row.run();
}

void SqliteRequestLog::note(const StoredRequest& request, const char* action, std::string_view from,
                            const std::string& by, const std::string& text) {
  Statement row = db().prepare(
      "INSERT INTO schema_audit(at, request, action, performed_by, from_status, to_status, hash, "
      "note) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  row.bind(1, unix_ms());
  row.bind_text(2, request.id);
  row.bind_text(3, action);
  row.bind_text(4, by);
  if (from.empty()) {
    row.bind_null(5);
  } else {
    row.bind_text(5, from);
  }
  row.bind_text(6, to_string(request.status));
  row.bind_text(7, request.hash);
  row.bind_text(8, text);
  row.run();
}

/// The row and its audit, inside the caller's transaction.
void SqliteRequestLog::step(const StoredRequest& request, RequestStatus to, const char* action,
                            const std::string& by, const std::string& text) {
  Statement row = db().prepare(
      "UPDATE schema_requests SET status = ?2, approved_hash = nullif(?3, ''), approved_by = "
      "nullif(?4, ''), migration = nullif(?5, '') WHERE id = ?1");
  row.bind_text(1, request.id);
  row.bind_text(2, to_string(to));
  row.bind_text(3, request.approved_hash);
  row.bind_text(4, request.approved_by);
  row.bind_text(5, request.migration);
  row.run();
  StoredRequest after = request;
  after.status = to;
  note(after, action, to_string(request.status), by, text);
}

void SqliteRequestLog::refuse_step(const StoredRequest& request, RequestStatus to,
                                   const std::string& by) {
  if (by.empty()) {
    throw Error{ErrorKind::usage, request.id, "nobody is named who does it", "Say who: --by NAME"};
  }
  if (may_follow(request.status, to)) return;
  throw conflict(request.id,
                 "is " + std::string(to_string(request.status)) + " and cannot become " +
                     std::string(to_string(to)),
                 "draft -> requested -> approved -> migrated; requested or approved -> rejected; "
                 "rejected -> draft");
}

Result<RequestLog::Created> SqliteRequestLog::create(const SchemaRequest& request,
                                                     const std::string& json, bool draft) {
  return guarded([&]() -> Result<Created> {
    Created created;
    Transaction transaction(db());
    const LiveSchema existing = inspect(db());
    created.findings = validate(request, existing, requested_names());
    if (has_errors(created.findings)) return created;
    const RequestSql sql = sql_of(request);
    StoredRequest stored;
    stored.created_at = unix_ms();
    stored.id = make_uuid_v7(stored.created_at);
    stored.table_name = request.table_name;
    stored.json = json;
    stored.requested_by = request.requested_by;
    stored.status = draft ? RequestStatus::draft : RequestStatus::requested;
    stored.up = sql.up;
    stored.down = sql.down;
    stored.hash = checksum_of(sql.up, sql.down);
    stored.schema_hash = hash_of(existing);
    insert(stored);
    note(stored, "create", {}, request.requested_by, request.justification);
    transaction.commit();
    created.stored = std::move(stored);
    return created;
  });
}

Result<std::vector<StoredRequest>> SqliteRequestLog::list(std::optional<RequestStatus> status,
                                                          std::size_t limit, std::size_t offset) {
  return guarded([&]() -> Result<std::vector<StoredRequest>> {
    const std::string page =
        "ORDER BY id DESC LIMIT " + std::to_string(limit) + " OFFSET " + std::to_string(offset);
    if (!status) return rows(page, {});
    return rows("WHERE status = ?1 " + page, {std::string(to_string(*status))});
  });
}

Result<std::vector<AuditEntry>> SqliteRequestLog::audit(const std::string& id) {
  return guarded([&]() -> Result<std::vector<AuditEntry>> {
    read(id);
    Statement rows = db().prepare(
        "SELECT id, at, request, action, performed_by, from_status, to_status, hash, note "
        "FROM schema_audit WHERE request = ?1 ORDER BY id");
    rows.bind_text(1, id);
    std::vector<AuditEntry> all;
    while (rows.step()) {
      all.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2)),
                     std::string(rows.text(3)), std::string(rows.text(4)), text_or_empty(rows, 5),
                     std::string(rows.text(6)), std::string(rows.text(7)),
                     std::string(rows.text(8))});
    }
    return all;
  });
}

Result<StoredRequest> SqliteRequestLog::approve(const std::string& id, const std::string& by,
                                                const std::string& hash) {
  return guarded([&]() -> Result<StoredRequest> {
    Transaction transaction(db());
    StoredRequest request = read(id);
    refuse_step(request, RequestStatus::approved, by);
    if (by == request.requested_by && !policy_.self_approval)
      return Error{ErrorKind::usage, id, by + " asked for it and cannot approve it",
                   "Have somebody else read and approve it"};
    // What is stored is hashed again: a row that was edited is no longer what anybody has read.
    if (hash != request.hash || checksum_of(request.up, request.down) != request.hash)
      return conflict(id, "its statements are not those of hash " + hash.substr(0, 40),
                      "Read them again: 'deltagraph schema-request migration ID'");
    if (hash_of(inspect(db())) != request.schema_hash)
      return conflict(id, "the schema has changed since it was made",
                      "Reject it and ask again, so that it is checked against what is there now");
    request.approved_hash = hash;
    request.approved_by = by;
    step(request, RequestStatus::approved, "status", by, "");
    transaction.commit();
    return read(id);
  });
}

Result<StoredRequest> SqliteRequestLog::change(const std::string& id, RequestStatus to,
                                               const std::string& by, const std::string& text) {
  return guarded([&]() -> Result<StoredRequest> {
    Transaction transaction(db());
    StoredRequest request = read(id);
    refuse_step(request, to, by);
    if (to == RequestStatus::approved || to == RequestStatus::migrated)
      return Error{ErrorKind::usage, id, "needs more than a change of status",
                   "Use 'schema-request approve' and 'schema-request apply'"};
    request.approved_hash.clear();
    request.approved_by.clear();
    step(request, to, "status", by, text);
    transaction.commit();
    return read(id);
  });
}

Result<StoredRequest> SqliteRequestLog::apply(const std::string& id, const std::string& by) {
  return guarded([&]() -> Result<StoredRequest> {
    StoredRequest request = read(id);
    refuse_step(request, RequestStatus::migrated, by);
    const std::string hash = checksum_of(request.up, request.down);
    if (request.approved_hash != hash || request.hash != hash)
      return conflict(id, "what was approved is not what would be run", "Reject it and ask again");
    if (hash_of(inspect(db())) != request.schema_hash)
      return conflict(id, "the schema has changed since it was approved",
                      "Reject it and ask again, so that it is checked against what is there now");
    Migration migration;
    for (const MigrationRecord& record : session_.records())
      migration.number = std::max(migration.number, record.number.value_or(0));
    ++migration.number;
    const std::string number = std::to_string(migration.number);
    migration.name = std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number + "_" +
                     slug_of("request " + request.table_name);
    migration.up = request.up;
    migration.down = request.down;
    migration.description = "Request " + id + ", approved by " + request.approved_by + ".";
    migration.file = target_.folder / (migration.name + ".sql");
    // The file first: one without a row is pending and says so, a row without a file is not lost.
    if (const Result<> written = write_new(migration); !written) throw written.error();
    request.migration = migration.name;
    session_.run(migration, migration.up,
                 applied_record(migration, make_uuid_v7(unix_ms()), session_.back_up_once()),
                 MigrationState::failed,
                 [&] { step(request, RequestStatus::migrated, "apply", by, migration.name); });
    return read(id);
  });
}

}  // namespace

std::string_view to_string(RequestStatus status) noexcept {
  return kStatuses[static_cast<std::size_t>(status)];
}

std::optional<RequestStatus> status_named(std::string_view name) noexcept {
  const auto found = std::find(std::begin(kStatuses), std::end(kStatuses), name);
  if (found == std::end(kStatuses)) return std::nullopt;
  return static_cast<RequestStatus>(found - std::begin(kStatuses));
}

bool may_follow(RequestStatus from, RequestStatus to) noexcept {
  using enum RequestStatus;
  switch (to) {
    case draft:
      return from == rejected;
    case requested:
      return from == draft;
    case approved:
      return from == requested;
    case migrated:
      return from == approved;
    case rejected:
      return from == requested || from == approved;
  }
  return false;
}

Result<std::unique_ptr<RequestLog>> RequestLog::open(const std::filesystem::path& database,
                                                     const std::filesystem::path& migrations,
                                                     RequestPolicy policy) {
  return guarded_by(database.string(), [&]() -> Result<std::unique_ptr<RequestLog>> {
    return std::unique_ptr<RequestLog>(
        std::make_unique<SqliteRequestLog>(MigrateTarget{database, migrations, {}, false}, policy));
  });
}

}  // namespace dg::schema
