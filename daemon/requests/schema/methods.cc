#include "daemon/requests/schema/methods.h"

#include <algorithm>

#include "daemon/requests/params.h"
#include "daemon/requests/schema/desk.h"

namespace dg {
namespace {

const Parameter kId{"id", "text", "Give a request's id.", true};
const Parameter kBy{"performedBy", "text", "who does it (the account that the service runs as)"};
const Parameter kRequest{"request", "object", "Give the request as an object.", true};
const Parameter kLimit{"limit", "integer", "most entries (50)", false, "", 1, kMostRequests};
const Parameter kOffset{"offset", "integer", "entries left out before", false, "", 0, 1'000'000};

std::int64_t limit_of(const Params& params) {
  return params.integer("limit", kDefaultRequests);
}

}  // namespace

const std::vector<SchemaMethod>& schema_methods() {
  static const std::vector<SchemaMethod> all{
      {"schema-request/apply",
       {kId, kBy},
       [](SchemaDesk& desk, const Params& params) {
         return desk.apply(params.text("id"), params.text("performedBy"));
       }},
      {"schema-request/apply-due",
       {},
       [](SchemaDesk& desk, const Params&) { return desk.apply_due(); }},
      {"schema-request/audit",
       {kId, kLimit, kOffset},
       [](SchemaDesk& desk, const Params& params) {
         return desk.audit(params.text("id"), limit_of(params), params.integer("offset", 0));
       }},
      {"schema-request/check",
       {kRequest},
       [](SchemaDesk& desk, const Params& params) {
         return desk.check(read_document(params.object("request")));
       }},
      {"schema-request/create",
       {kRequest, kBy, {"draft", "boolean", "keep it as a draft, errors or not"}},
       [](SchemaDesk& desk, const Params& params) {
         return desk.create(read_document(params.object("request")), params.text("performedBy"),
                            params.flag("draft"));
       }},
      {"schema-request/list",
       {{"status", "text", "only those", false, "draft|requested|approved|migrated|rejected"},
        kLimit,
        kOffset},
       [](SchemaDesk& desk, const Params& params) {
         return desk.list(params.text("status"), limit_of(params), params.integer("offset", 0));
       }},
      {"schema-request/migration",
       {kId},
       [](SchemaDesk& desk, const Params& params) { return desk.migration(params.text("id")); }},
      {"schema-request/performance",
       {{"of", "text", "a request's id or a table (all)"}},
       [](SchemaDesk& desk, const Params& params) { return desk.performance(params.text("of")); }},
      {"schema-request/propose",
       {kId, {"branch", "text", "a new one (schema-request/MIGRATION)"}},
       [](SchemaDesk& desk, const Params& params) {
         return desk.propose(params.text("id"), params.text("branch"));
       }},
      {"schema-request/rollback",
       {kId,
        kBy,
        {"discardData", "boolean", "lose rows and values that are there, after a backup"}},
       [](SchemaDesk& desk, const Params& params) {
         return desk.rollback(params.text("id"), params.text("performedBy"),
                              params.flag("discardData"));
       }},
      {"schema-request/schedule",
       {kId, {"at", "text", "Give a time, or never.", true}, kBy},
       [](SchemaDesk& desk, const Params& params) {
         return desk.schedule(params.text("id"), params.text("at"), params.text("performedBy"));
       }},
      {"schema-request/schema",
       {},
       [](SchemaDesk&, const Params&) {
         return Result<Json>(Json::parse(published_schema(), nullptr, false));
       }},
      {"schema-request/set-status",
       {kId,
        {"status", "text", "Give the new status.", true,
         "draft|requested|approved|migrated|rejected"},
        kBy,
        {"reason", "text", "why, for the audit"},
        {"sqlHash", "text", "of the SQL that was reviewed"}},
       [](SchemaDesk& desk, const Params& params) {
         return desk.set_status(params.text("id"), params.text("status"),
                                params.text("performedBy"), params.text("reason"),
                                params.text("sqlHash"));
       }},
      {"schema-request/show",
       {kId},
       [](SchemaDesk& desk, const Params& params) { return desk.show(params.text("id")); }},
      {"schema-request/update",
       {kId, kRequest, kBy},
       [](SchemaDesk& desk, const Params& params) {
         return desk.update(params.text("id"), read_document(params.object("request")),
                            params.text("performedBy"));
       }},
  };
  return all;
}

const SchemaMethod* find_schema_method(const std::string& name) {
  const std::vector<SchemaMethod>& all = schema_methods();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const SchemaMethod& each) { return name == each.name; });
  return found == all.end() ? nullptr : &*found;
}

Result<Json> run_schema_method(const SchemaMethod& method,
                               const std::filesystem::path& state_folder, const Json& params,
                               const std::filesystem::path& project) {
  const Result<Params> checked = Params::check(method.name, method.parameters, params);
  if (!checked) return checked.error();
  Result<SchemaDesk> desk = SchemaDesk::open(state_folder, project);
  if (!desk) return desk.error();
  return method.handler(*desk, *checked);
}

}  // namespace dg
