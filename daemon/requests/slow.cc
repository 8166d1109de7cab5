/// \file
/// `slow`: the statements that have cost most since the database was opened.
///
///     params  {"limit"}
///     answer  kAnswer, below
///
/// A scan of a large table is one in which a run looks at kLargeScan rows or more, on average,
/// without an index's help: SQLite's own count, whatever the plan promises.

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "storage/statement_log.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"total", "items": [{"sql", "runs", "rows", "scanned", "total_ms", "worst_ms",
    "plan": ["SEARCH atoms USING INDEX …"], "warnings": ["scans 12000 rows in each run …"]}]}
  the most expensive first; "rows" were given, "scanned" looked at without an index
)";

constexpr std::uint64_t kLargeScan = 1000;

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"limit", "integer", "most statements (10)", false, "", 1, 500}};
  return all;
}

Json warnings_of(const StatementCost& cost) {
  Json warnings = Json::array();
  if (const std::uint64_t each = cost.scanned / cost.runs; each >= kLargeScan) {
    warnings.push_back("scans " + std::to_string(each) + " rows in each run and gives " +
                       std::to_string(cost.rows / cost.runs) +
                       ": an index on what it asks for would help, unless it needs them all");
  }
  return warnings;
}

Json to_json(const StatementCost& cost) {
  return Json{{"sql", cost.sql},
              {"runs", cost.runs},
              {"rows", cost.rows},
              {"scanned", cost.scanned},
              {"total_ms", static_cast<double>(cost.total_us) / 1000},
              {"worst_ms", static_cast<double>(cost.worst_us) / 1000},
              {"plan", cost.plan},
              {"warnings", warnings_of(cost)}};
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("slow", parameters(), given);
  if (!params) return params.error();
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  const Result<std::vector<StatementCost>> costs =
      context.reader->slowest(static_cast<std::size_t>(params->integer("limit", 10)));
  if (!costs) return costs.error();
  Json items = Json::array();
  for (const StatementCost& cost : *costs) items.push_back(to_json(cost));
  Json result{{"total", items.size()}, {"items", std::move(items)}};
  return with_freshness(std::move(result), context);
}

}  // namespace

Method slow_method() {
  return {"slow", "the statements that cost most, with their plans", parameters(), answer, kAnswer};
}

}  // namespace dg
