/// \file
/// `sql`: one read-only statement on the database.
///
///     params  {"statement", "limit"}
///     answer  kAnswer, below
///
/// Values are texts or null. `total` is the number of rows given; with `truncated` there are more.

#include <algorithm>
#include <chrono>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"columns": ["id", …], "items": [["src/a.js::pay", null], …], "total", "truncated"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"statement", "text", "Give one SELECT, EXPLAIN or PRAGMA.", true},
      {"limit", "integer", "most rows (1000)", false, "", 1, 100'000}};
  return all;
}

int milliseconds_left(const RequestContext& context) {
  using std::chrono::steady_clock;
  constexpr int kMost = 30'000;
  if (context.deadline == steady_clock::time_point::max()) return kMost;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 1, kMost));
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("sql", parameters(), given);
  if (!params) return params.error();
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  const auto limit = static_cast<std::size_t>(params->integer("limit", 1000));
  const Result<Reader::Table> table =
      context.reader->sql(params->text("statement"), limit, milliseconds_left(context));
  if (!table) return table.error();
  Json rows = Json::array();
  for (const auto& cells : table->rows) {
    Json row = Json::array();
    for (const auto& cell : cells) row.push_back(cell ? Json(*cell) : Json(nullptr));
    rows.push_back(std::move(row));
  }
  Json result{{"columns", table->columns}};
  result["total"] = rows.size();
  result["items"] = std::move(rows);
  result["truncated"] = table->truncated;
  return with_freshness(std::move(result), context);
}

}  // namespace

Method sql_method() {
  return {"sql", "one read-only statement on the database", parameters(), answer, kAnswer};
}

}  // namespace dg
