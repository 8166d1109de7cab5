#include "daemon/requests/schema/desk.h"

#include "daemon/config.h"
#include "daemon/requests/schema/request_json.h"
#include "storage/login_name.h"

namespace dg {
namespace {

using namespace requests;

void add_findings(Json& answer, const Findings& findings) {
  Json list = Json::array();
  std::size_t warnings = 0;
  for (const Finding& finding : findings.all()) {
    warnings += finding.is_error() ? 0 : 1;
    list.push_back({{"code", finding.code},
                    {"severity", finding.is_error() ? "error" : "warning"},
                    {"pointer", finding.pointer},
                    {"message", finding.message},
                    {"suggestion", finding.suggestion}});
  }
  answer["errors"] = findings.errors();
  answer["warnings"] = warnings;
  answer["findings"] = std::move(list);
  answer["more"] = findings.dropped();
}

Json judged_json(const Judged& judged) {
  Json answer{{"accepted", !judged.row.id.empty()},
              {"request", judged.row.id.empty() ? Json() : request_json(judged.row)}};
  add_findings(answer, judged.findings);
  return answer;
}

/// Of a document that could not be read.
Json unread_json(const Document& document) {
  Judged judged;
  judged.findings = document.findings;
  return judged_json(judged);
}

double milliseconds(std::int64_t us) {
  return static_cast<double>(us) / 1000;
}

Json not_automatic(const std::string& reason) {
  return Json{{"applied", false}, {"reason", reason}};
}

}  // namespace

Result<SchemaDesk> SchemaDesk::open(const std::filesystem::path& state_folder,
                                    const std::filesystem::path& project) {
  const Result<Config> config = read_config(state_folder);
  if (!config) return config.error();
  StoreOptions options;
  options.folder = state_folder;
  options.decode = decode_document;
  options.self_approval = config->self_approval;
  Result<std::unique_ptr<RequestStore>> store = RequestStore::open(options);
  if (!store) return store.error();
  SchemaDesk desk(*std::move(store), login_name());
  desk.state_folder_ = state_folder;
  desk.project_ = project;
  desk.auto_create_ = config->auto_create;
  return desk;
}

Actor SchemaDesk::actor(const std::string& by) const {
  return {by.empty() ? account_ : by, account_};
}

Result<Json> SchemaDesk::check(const Document& document) {
  Judged judged;
  judged.findings = document.findings;
  if (document.findings.errors() == 0) {
    Result<Judged> checked = store_->check(document.request);
    if (!checked) return checked.error();
    judged = *std::move(checked);
  }
  Json answer{{"valid", judged.findings.errors() == 0},
              {"migration", judged.migration ? Json(judged.migration->name) : Json()}};
  add_findings(answer, judged.findings);
  return answer;
}

Result<Json> SchemaDesk::create(const Document& document, const std::string& by, bool draft) {
  if (document.findings.errors() != 0) {
    Json unread = unread_json(document);
    unread["automatic"] = not_automatic("it has errors");
    return unread;
  }
  Result<Judged> judged = store_->create(document.request, document.text, actor(by), draft);
  if (!judged) return judged.error();
  const Json tried =
      judged->row.id.empty() ? not_automatic("it has errors") : automatic(judged->row);
  Json answer = judged_json(*judged);
  answer["automatic"] = tried;
  return answer;
}

/// Tries a request that was just handed in; what fails there takes nothing away from that.
Json SchemaDesk::automatic(RequestRow& row) {
  if (!auto_create_) {
    return not_automatic(
        "auto_create is off; {\"requests\": {\"auto_create\": true}} in config.json turns it on");
  }
  const Result<Automatic> done = store_->apply_if_low_risk(row.id, account_);
  if (!done) return not_automatic(done.error().message());
  row = done->row;
  return Json{{"applied", done->applied}, {"reason", done->reason}};
}

Result<Json> SchemaDesk::update(const std::string& id, const Document& document,
                                const std::string& by) {
  if (document.findings.errors() != 0) return unread_json(document);
  const Result<Judged> judged = store_->update(id, document.request, document.text, actor(by));
  return judged ? Result<Json>(judged_json(*judged)) : judged.error();
}

Result<Json> SchemaDesk::list(const std::string& status, std::int64_t limit, std::int64_t offset) {
  const std::optional<Status> wanted = status_named(status);
  if (!status.empty() && !wanted) {
    return Error{ErrorKind::usage, "status '" + status + "'", "there is no such status",
                 "Use draft, requested, approved, migrated or rejected."};
  }
  const Result<PageOf<RequestRow>> page =
      store_->list(wanted, static_cast<std::uint64_t>(limit), static_cast<std::uint64_t>(offset));
  if (!page) return page.error();
  Json items = Json::array();
  for (const RequestRow& row : page->items) items.push_back(request_json(row));
  return Json{
      {"items", std::move(items)}, {"total", page->total}, {"limit", limit}, {"offset", offset}};
}

Result<Json> SchemaDesk::show(const std::string& id) {
  const Result<Judged> judged = store_->show(id);
  if (!judged) return judged.error();
  Json answer{{"request", request_json(judged->row)},
              {"document", Json::parse(judged->row.document, nullptr, false)},
              {"sqlHash", judged->migration ? Json(judged->migration->hash) : Json()}};
  add_findings(answer, judged->findings);
  return answer;
}

Result<Json> SchemaDesk::migration(const std::string& id) {
  const Result<Preview> preview = store_->migration(id);
  if (!preview) return preview.error();
  return Json{{"id", preview->row.id},
              {"migration", preview->migration.name},
              {"sqlHash", preview->migration.hash},
              {"up", preview->migration.up},
              {"down", preview->migration.down},
              {"tested", !preview->applied && preview->failure.empty()},
              {"failure", text_or_null(preview->failure)},
              {"downNeedsEmptyTable", text_or_null(preview->down_failure)},
              {"applied", preview->applied}};
}

Result<Json> SchemaDesk::set_status(const std::string& id, const std::string& status,
                                    const std::string& by, const std::string& reason,
                                    const std::string& hash) {
  const std::optional<Status> wanted = status_named(status);
  if (!wanted) {
    return Error{ErrorKind::usage, "status '" + status + "'", "there is no such status",
                 "Use draft, requested, approved, migrated or rejected."};
  }
  if (reason.size() > kMostTextBytes) {
    return Error{ErrorKind::usage, "reason", "is too long",
                 "Keep it below " + std::to_string(kMostTextBytes) + " bytes."};
  }
  Result<RequestRow> row = store_->set_status(id, *wanted, actor(by), reason, hash);
  if (!row) return row.error();
  const Json tried = *wanted == Status::requested ? automatic(*row) : Json();
  Json answer{{"request", request_json(*row)}};
  if (!tried.is_null()) answer["automatic"] = tried;
  return answer;
}

Result<Json> SchemaDesk::apply(const std::string& id, const std::string& by) {
  const Result<Applied> applied = store_->apply(id, actor(by));
  if (!applied) return applied.error();
  return Json{{"request", request_json(applied->row)},
              {"migration", applied->migration},
              {"already", applied->already},
              {"durationMs", milliseconds(applied->duration_us)},
              {"backup", text_or_null(applied->backup.string())}};
}

Result<Json> SchemaDesk::rollback(const std::string& id, const std::string& by, bool discard_data) {
  const Result<Applied> applied = store_->rollback(id, actor(by), discard_data);
  if (!applied) return applied.error();
  return Json{{"request", request_json(applied->row)},
              {"migration", applied->migration},
              {"durationMs", milliseconds(applied->duration_us)},
              {"rowsLost", applied->rows_lost},
              {"backup", text_or_null(applied->backup.string())}};
}

Result<Json> SchemaDesk::audit(const std::string& id, std::int64_t limit, std::int64_t offset) {
  const Result<PageOf<AuditRow>> page =
      store_->audit(id, static_cast<std::uint64_t>(limit), static_cast<std::uint64_t>(offset));
  if (!page) return page.error();
  Json items = Json::array();
  for (const AuditRow& row : page->items) {
    items.push_back({{"sequence", row.sequence},
                     {"action", row.action},
                     {"tableName", row.table_name},
                     {"fromStatus", text_or_null(row.from_status)},
                     {"status", row.status},
                     {"performedBy", row.performed_by},
                     {"account", row.account},
                     {"executedAt", time_text(row.performed_ms)},
                     {"reason", text_or_null(row.reason)},
                     {"sqlHash", text_or_null(row.sql_hash)},
                     {"sqlExecuted", text_or_null(row.sql_executed)},
                     {"errorMessage", text_or_null(row.error_message)}});
  }
  return Json{
      {"items", std::move(items)}, {"total", page->total}, {"limit", limit}, {"offset", offset}};
}

}  // namespace dg
