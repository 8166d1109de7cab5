#include "storage/requests/rows.h"

#include "storage/requests/tables.h"
#include "storage/schema/ddl.h"

namespace dg::requests {
namespace {

constexpr const char* kRequestColumns =
    "SELECT id, table_name, operation, status, owner, requested_by, submitted_by, justification, "
    "related_issue, created_ms, updated_ms, made_ms, migration, document, approved_by, "
    "approved_ms, approved_hash, approved_base, scheduled_ms, scheduled_by, schedule_note "
    "FROM schema_requests ";

std::string text_at(const Statement& row, int column) {
  return std::string(row.text(column));
}

RequestRow read_request(const Statement& row) {
  RequestRow request;
  request.id = text_at(row, 0);
  request.table_name = text_at(row, 1);
  request.operation = row.text(2) == "alter" ? RequestKind::alter : RequestKind::create;
  request.status = status_named(row.text(3)).value_or(Status::draft);
  request.owner = text_at(row, 4);
  request.requested_by = text_at(row, 5);
  request.submitted_by = text_at(row, 6);
  request.justification = text_at(row, 7);
  request.related_issue = text_at(row, 8);
  request.created_ms = row.integer(9);
  request.updated_ms = row.integer(10);
  request.made_ms = row.integer(11);
  request.migration = text_at(row, 12);
  request.document = text_at(row, 13);
  request.approved_by = text_at(row, 14);
  request.approved_ms = row.integer(15);
  request.approved_hash = text_at(row, 16);
  request.approved_base = text_at(row, 17);
  request.scheduled_ms = row.integer(18);
  request.scheduled_by = text_at(row, 19);
  request.schedule_note = text_at(row, 20);
  return request;
}

std::string upsert_request_sql() {
  const schema::Table& declared = table("schema_requests");
  std::vector<const schema::Column*> columns;
  for (const schema::Column& column : declared.columns) columns.push_back(&column);
  return schema::upsert_sql(declared, columns, {});
}

void bind_page(Statement& statement, int at, std::uint64_t limit, std::uint64_t offset) {
  statement.bind(at, static_cast<std::int64_t>(limit));
  statement.bind(at + 1, static_cast<std::int64_t>(offset));
}

}  // namespace

RequestRow request_row(const Connection& connection, const std::string& id) {
  Statement find = connection.prepare(std::string(kRequestColumns) +
                                      "WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 2");
  find.bind_text(1, id);
  const Error none{ErrorKind::not_found, "request '" + id + "'", "there is no such request",
                   "'deltagraph schema-request list' shows all."};
  if (id.empty() || !find.step()) throw none;
  RequestRow row = read_request(find);
  if (row.id != id && find.step()) {
    throw Error{ErrorKind::ambiguous, "request '" + id + "'", "more than one id begins so",
                "Give more of it."};
  }
  return row;
}

PageOf<RequestRow> request_rows(const Connection& connection, std::optional<Status> status,
                                std::uint64_t limit, std::uint64_t offset) {
  const std::string wanted(status ? to_string(*status) : std::string_view());
  Statement count =
      connection.prepare("SELECT count(*) FROM schema_requests WHERE ?1 IS NULL OR status = ?1");
  count.bind_text_or_null(1, wanted);
  PageOf<RequestRow> page;
  if (count.step()) page.total = static_cast<std::uint64_t>(count.integer(0));
  Statement rows = connection.prepare(std::string(kRequestColumns) +
                                      "WHERE ?1 IS NULL OR status = ?1 "
                                      "ORDER BY created_ms DESC, id DESC LIMIT ?2 OFFSET ?3");
  rows.bind_text_or_null(1, wanted);
  bind_page(rows, 2, limit, offset);
  while (rows.step()) page.items.push_back(read_request(rows));
  return page;
}

std::vector<RequestRow> open_requests(const Connection& connection) {
  std::vector<RequestRow> open;
  Statement rows = connection.prepare(std::string(kRequestColumns) +
                                      "WHERE status IN ('requested', 'approved') ORDER BY id");
  while (rows.step()) open.push_back(read_request(rows));
  return open;
}

std::vector<RequestRow> due_requests(const Connection& connection, std::int64_t now_ms) {
  std::vector<RequestRow> due;
  Statement rows = connection.prepare(std::string(kRequestColumns) +
                                      "WHERE status = 'approved' AND scheduled_ms <= ?1 "
                                      "ORDER BY scheduled_ms, id");
  rows.bind(1, now_ms);
  while (rows.step()) due.push_back(read_request(rows));
  return due;
}

std::string other_request(const Connection& connection, const Decode& decode,
                          const RequestRow& row) {
  Statement rows = connection.prepare(std::string(kRequestColumns) + "WHERE id <> ?1 ORDER BY id");
  rows.bind_text(1, row.id);
  while (rows.step()) {
    const RequestRow other = read_request(rows);
    if (other.table_name == row.table_name) return other.id;
    const Result<SchemaRequest> request = decode(other.document);
    if (!request) continue;
    for (const ChangeSpec& change : request->changes) {
      if (change.kind == ChangeSpec::Kind::rename_table && change.to == row.table_name)
        return other.id;
    }
  }
  return {};
}

bool was_rejected(const Connection& connection, const std::string& request_id) {
  Statement find = connection.prepare(
      "SELECT 1 FROM schema_audit WHERE request_id = ?1 AND action = 'STATUS_CHANGE_REJECTED'");
  find.bind_text(1, request_id);
  return find.step();
}

void put_request(Connection& connection, const RequestRow& row) {
  Statement put = connection.prepare(upsert_request_sql());
  put.bind_text(1, row.id);
  put.bind_text(2, row.table_name);
  put.bind_text(3, row.operation == RequestKind::alter ? "alter" : "create");
  put.bind_text(4, to_string(row.status));
  put.bind_text_or_null(5, row.owner);
  put.bind_text(6, row.requested_by);
  put.bind_text(7, row.submitted_by);
  put.bind_text(8, row.justification);
  put.bind_text_or_null(9, row.related_issue);
  put.bind(10, row.created_ms);
  put.bind(11, row.updated_ms);
  put.bind(12, row.made_ms);
  put.bind_text(13, row.migration);
  put.bind_text(14, row.document);
  put.bind_text_or_null(15, row.approved_by);
  put.bind_or_null(16, row.approved_by.empty() ? std::nullopt : std::optional(row.approved_ms));
  put.bind_text_or_null(17, row.approved_hash);
  put.bind_text_or_null(18, row.approved_base);
  put.bind_or_null(19, row.scheduled_ms == 0 ? std::nullopt : std::optional(row.scheduled_ms));
  put.bind_text_or_null(20, row.scheduled_by);
  put.bind_text_or_null(21, row.schedule_note);
  put.run();
}

bool is_migration_name(const Connection& connection, const std::string& name,
                       const std::string& but_of) {
  Statement find =
      connection.prepare("SELECT 1 FROM schema_requests WHERE migration = ?1 AND id <> ?2");
  find.bind_text(1, name);
  find.bind_text(2, but_of);
  return find.step();
}

void add_audit(Connection& connection, const AuditEntry& entry) {
  Statement put = connection.prepare(insert_all_sql("schema_audit"));
  put.bind_null(1);
  put.bind_text(2, entry.row->id);
  put.bind_text(3, entry.row->table_name);
  put.bind_text(4, entry.action);
  put.bind_text_or_null(5, entry.from_status);
  put.bind_text(6, to_string(entry.row->status));
  put.bind_text(7, entry.actor->name);
  put.bind_text(8, entry.actor->account);
  put.bind(9, entry.now_ms);
  put.bind_text_or_null(10, entry.reason);
  put.bind_text_or_null(11, entry.sql_hash);
  put.bind_text_or_null(12, entry.sql_executed);
  put.bind_text_or_null(13, entry.error_message);
  put.bind_text_or_null(
      14, entry.with_document ? std::string_view(entry.row->document) : std::string_view());
  put.run();
}

PageOf<AuditRow> audit_rows(const Connection& connection, const std::string& request_id,
                            std::uint64_t limit, std::uint64_t offset) {
  PageOf<AuditRow> page;
  Statement count = connection.prepare("SELECT count(*) FROM schema_audit WHERE request_id = ?1");
  count.bind_text(1, request_id);
  if (count.step()) page.total = static_cast<std::uint64_t>(count.integer(0));
  Statement rows = connection.prepare(
      "SELECT sequence, request_id, table_name, action, from_status, status, performed_by, "
      "account, reason, sql_hash, sql_executed, error_message, performed_ms FROM schema_audit "
      "WHERE request_id = ?1 ORDER BY sequence LIMIT ?2 OFFSET ?3");
  rows.bind_text(1, request_id);
  bind_page(rows, 2, limit, offset);
  while (rows.step()) {
    AuditRow row;
    row.sequence = rows.integer(0);
    std::string* const texts[] = {&row.request_id,   &row.table_name,   &row.action,
                                  &row.from_status,  &row.status,       &row.performed_by,
                                  &row.account,      &row.reason,       &row.sql_hash,
                                  &row.sql_executed, &row.error_message};
    int column = 1;
    for (std::string* text : texts) *text = text_at(rows, column++);
    row.performed_ms = rows.integer(column);
    page.items.push_back(std::move(row));
  }
  return page;
}

}  // namespace dg::requests
