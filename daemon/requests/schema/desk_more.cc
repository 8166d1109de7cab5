// What the desk offers beyond a request's life: times, measurements, proposals.

#include "daemon/requests/point.h"
#include "daemon/requests/schema/desk.h"
#include "daemon/requests/schema/proposal.h"
#include "daemon/requests/schema/request_json.h"
#include "storage/clock.h"

namespace dg {
namespace {

using namespace requests;

double milliseconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1'000'000;
}

Json lookup_json(const LookupCost& cost) {
  const bool ran = cost.runs > 0;
  return Json{{"of", cost.of},
              {"name", text_or_null(cost.name)},
              {"keys", cost.keys},
              {"sql", cost.sql},
              {"plan", cost.plan},
              {"bytes", cost.bytes == 0 ? Json() : Json(cost.bytes)},
              {"runs", cost.runs},
              {"rows", cost.rows},
              {"scanned", cost.scanned},
              {"medianMs", ran ? Json(milliseconds(cost.median_ns)) : Json()},
              {"worstMs", ran ? Json(milliseconds(cost.worst_ns)) : Json()},
              {"useless", text_or_null(cost.useless)}};
}

}  // namespace

Result<Json> SchemaDesk::schedule(const std::string& id, const std::string& at,
                                  const std::string& by) {
  std::optional<std::int64_t> at_ms;
  if (at != "never") {
    const Result<Point> point = parse_point(at, unix_ms());
    const Instant* instant = point ? std::get_if<Instant>(&point->meaning) : nullptr;
    if (instant == nullptr) {
      return Error{ErrorKind::usage, "'" + at.substr(0, 80) + "'", "is no time",
                   "Give one as 2026-11-21T12:00, with Z or +02:00 where it is not this zone's, "
                   "or never"};
    }
    at_ms = instant->ms;
  }
  const Result<RequestRow> row = store_->schedule(id, at_ms, actor(by));
  if (!row) return row.error();
  return Json{{"request", request_json(*row)}};
}

Result<Json> SchemaDesk::apply_due() {
  const Result<DueRuns> due = run_due();
  if (!due) return due.error();
  Json items = Json::array();
  std::size_t applied = 0;
  for (const DueRun& run : due->runs) {
    applied += run.applied ? 1 : 0;
    items.push_back({{"request", request_json(run.row)},
                     {"applied", run.applied},
                     {"failure", text_or_null(run.failure)},
                     {"triedAgain", run.tried_again}});
  }
  const std::size_t failed = items.size() - applied;
  return Json{{"items", std::move(items)},
              {"applied", applied},
              {"failed", failed},
              {"nextAt", due->next_ms == 0 ? Json() : Json(time_text(due->next_ms))}};
}

Result<Json> SchemaDesk::performance(const std::string& which) {
  const Result<std::vector<TablePerformance>> tables = store_->performance(which);
  if (!tables) return tables.error();
  Json items = Json::array();
  std::size_t warnings = 0;
  for (const TablePerformance& table : *tables) {
    Json lookups = Json::array();
    for (const LookupCost& cost : table.lookups) lookups.push_back(lookup_json(cost));
    warnings += table.warnings.size();
    items.push_back({{"table", table.table},
                     {"request", table.request_id},
                     {"rows", table.rows},
                     {"bytes", table.bytes},
                     {"indexBytes", table.index_bytes},
                     {"lookups", std::move(lookups)},
                     {"warnings", table.warnings}});
  }
  return Json{{"items", std::move(items)}, {"warnings", warnings}};
}

Result<Json> SchemaDesk::propose(const std::string& id, const std::string& branch) {
  const Result<Judged> judged = store_->show(id);
  if (!judged) return judged.error();
  const Result<Preview> preview =
      judged->findings.errors() == 0 ? store_->migration(id) : Result<Preview>(Preview());
  if (!preview) return preview.error();
  return propose_request(*judged, *preview, {project_, state_folder_, branch});
}

}  // namespace dg
