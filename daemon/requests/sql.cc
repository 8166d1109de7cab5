/// \file
/// `sql`: one read-only statement on the database.
///
///     params  {"statement", "limit"}
///     answer  kAnswer, below
///
/// Values are numbers, texts or null. JSON has no infinity: it is the text "Inf" or "-Inf". Bytes
/// are a text as `x'00ff'`. Fractions have 15 digits, as SQLite shows them. `total` is the number
/// of rows given; with `truncated` there are more.

#include <algorithm>
#include <chrono>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"columns": ["id", "start_line", …], "items": [["src/a.js::pay", 12, null], …], "total",
   "truncated"}
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

Json value_of(const std::optional<std::string>& cell, bool is_number) {
  if (!cell) return nullptr;
  if (is_number) {
    if (Json number = Json::parse(*cell, nullptr, false); number.is_number()) return number;
  }
  return *cell;
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
  for (std::size_t i = 0; i < table->rows.size(); ++i) {
    Json row = Json::array();
    for (std::size_t column = 0; column < table->rows[i].size(); ++column)
      row.push_back(value_of(table->rows[i][column], table->is_number[i][column]));
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
