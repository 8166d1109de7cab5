#include "storage/reader.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>

#include "parser/hexadecimal.h"
#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/history/chain.h"
#include "storage/history/event_log_reader.h"
#include "storage/history/history_reader.h"
#include "storage/search_text.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

/// Bytes that one answer of sql() may hold.
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;
/// Virtual machine steps between two looks at the clock: about a tenth of a millisecond.
constexpr int kStepsPerCheck = 10'000;

/// Stops a connection's statements at a deadline for as long as it lives.
class Deadline {
 public:
  Deadline(Connection& connection, int milliseconds)
      : connection_(connection), at_(Clock::now() + std::chrono::milliseconds(milliseconds)) {
    sqlite3_progress_handler(
        connection.handle(), kStepsPerCheck,
        [](void* self) { return Clock::now() >= static_cast<Deadline*>(self)->at_ ? 1 : 0; }, this);
  }
  ~Deadline() { sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  Connection& connection_;
  Clock::time_point at_;
};

Error refused(const std::string& reason) {
  return {ErrorKind::usage, "sql", reason,
          "Give one SELECT, EXPLAIN or reading PRAGMA; the database cannot be changed here"};
}

class SqliteReader final : public Reader {
 public:
  SqliteReader(std::filesystem::path database, const std::string& vfs,
               std::shared_ptr<StatementLog> statements)
      : database_(std::move(database)),
        statements_(std::move(statements)),
        searching_(connect(vfs)),
        log_(searching_, database_.string()),
        asking_(connect(vfs)),
        history_(searching_, database_.string()) {
    allow_only_reads(asking_);
  }

  EventLog& log() override { return log_; }
  Result<std::vector<SearchHit>> search(std::string_view text, std::size_t limit,
                                        Sequence* at) override;
  Result<Table> sql(std::string_view statement, std::size_t max_rows, int deadline_ms) override;
  Result<ChainCheck> verify_chain() override;
  History& history() override { return history_; }
  Result<std::vector<StatementCost>> slowest(std::size_t most) override;

 private:
  Connection connect(const std::string& vfs) const {
    Connection connection = connect_reader(database_, vfs);
    connection.count_in(statements_);
    return connection;
  }
  std::vector<std::string> plan_of(const std::string& sql) const;
  std::vector<SearchHit> matches(const std::string& expression, std::size_t limit);
  Table rows_of(Statement& statement, std::size_t max_rows);

  std::filesystem::path database_;
  std::shared_ptr<StatementLog> statements_;
  Connection searching_;  ///< Runs our own statements only; query_only.
  EventLogReader log_;
  Connection asking_;  ///< Runs what users write; query_only, and the authorizer decides.
  Statement matches_;
  HistoryReader history_;
};

Result<std::vector<SearchHit>> SqliteReader::search(std::string_view text, std::size_t limit,
                                                    Sequence* at) {
  try {
    if (!matches_) {
      matches_ = searching_.prepare(
          "SELECT rowid, bm25(atom_search, 10.0, 6.0, 2.0, 1.0) AS score FROM atom_search "
          "WHERE atom_search MATCH ?1 ORDER BY score, rowid LIMIT ?2");
    }
    const std::string expression = search_expression(text);
    const ReadTransaction transaction(searching_);
    if (at != nullptr) *at = static_cast<Sequence>(transaction.sequence());
    if (expression.empty()) return std::vector<SearchHit>{};
    return matches(expression, limit);
  } catch (const Failure& failure) {
    return to_error(failure, database_.string());
  }
}

std::vector<SearchHit> SqliteReader::matches(const std::string& expression, std::size_t limit) {
  std::vector<SearchHit> hits;
  matches_.bind_text(1, expression);
  matches_.bind(2, static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000)));
  while (matches_.step()) {
    // bm25 is smaller for a better match; a rank is larger.
    hits.push_back({static_cast<AtomId>(matches_.integer(0)), -matches_.real(1)});
  }
  return hits;
}

Result<Reader::Table> SqliteReader::sql(std::string_view text, std::size_t max_rows,
                                        int deadline_ms) {
  if (text.find('\0') != std::string_view::npos) return refused("it holds a NUL character");
  sqlite3_stmt* raw_statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v2(asking_.handle(), text.data(), static_cast<int>(text.size()),
                                      &raw_statement, &tail);
  sqlite3_finalize(raw_statement);
  if (code == SQLITE_AUTH) return refused(sqlite3_errmsg(asking_.handle()));
  if (code != SQLITE_OK) {
    const int primary = code & 0xff;
    if (primary == SQLITE_ERROR || primary == SQLITE_TOOBIG) {
      return Error{ErrorKind::usage, "sql", sqlite3_errmsg(asking_.handle()),
                   "See `deltagraph sql \"SELECT name, sql FROM sqlite_schema\"` for the tables"};
    }
  }
  try {
    const auto used = static_cast<std::size_t>(tail - text.data());
    if (code == SQLITE_OK && raw_statement == nullptr) return refused("there is no statement");
    const Statement rest(asking_.handle(), text.substr(used), false);
    if (rest) return refused("there is more than one statement");
    Statement statement = asking_.prepare(text.substr(0, used), false);
    if (sqlite3_stmt_readonly(statement.handle()) == 0)
      return refused("it is no reading statement");
    const Deadline deadline(asking_, deadline_ms);
    return rows_of(statement, max_rows);
  } catch (const Failure& failure) {
    const int primary = failure.code & 0xff;
    if (primary == SQLITE_AUTH) return refused(failure.text);
    if (primary == SQLITE_ERROR || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG) {
      return Error{ErrorKind::usage, "sql", failure.text, "Correct the statement"};
    }
    return to_error(failure, primary == SQLITE_INTERRUPT ? "sql" : database_.string());
  }
}

Result<ChainCheck> SqliteReader::verify_chain() {
  return guarded(database_.string(), [&] {
    const ReadTransaction transaction(searching_);
    return check_chain(searching_);
  });
}

Result<std::vector<StatementCost>> SqliteReader::slowest(std::size_t most) {
  if (statements_ == nullptr) return std::vector<StatementCost>();
  std::vector<StatementCost> costs = statements_->slowest(most);
  for (StatementCost& cost : costs) cost.plan = plan_of(cost.sql);
  return costs;
}

std::vector<std::string> SqliteReader::plan_of(const std::string& sql) const {
  std::vector<std::string> plan;
  std::map<std::int64_t, std::size_t> depths;
  try {
    // Not counted itself.
    Statement steps(searching_.handle(), "EXPLAIN QUERY PLAN " + sql, false);
    while (steps.step()) {
      const auto parent = depths.find(steps.integer(1));
      const std::size_t depth = parent == depths.end() ? 0 : parent->second + 1;
      depths[steps.integer(0)] = depth;
      plan.push_back(std::string(2 * depth, ' ').append(steps.text(3)));
    }
  } catch (const Failure&) {
    plan.clear();  // A PRAGMA, or about a table that is gone: it has no plan.
  }
  return plan;
}

Reader::Table SqliteReader::rows_of(Statement& statement, std::size_t max_rows) {
  Table table;
  const int columns = sqlite3_column_count(statement.handle());
  for (int i = 0; i < columns; ++i) {
    table.columns.emplace_back(sqlite3_column_name(statement.handle(), i));
  }
  std::size_t bytes = 0;
  while (statement.step()) {
    if (table.rows.size() == max_rows || bytes > kMaxAnswerBytes) {
      table.truncated = true;
      statement.reset();
      break;
    }
    std::vector<std::optional<std::string>>& row = table.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    std::vector<bool>& is_number = table.is_number.emplace_back();
    for (int i = 0; i < columns; ++i) {
      const int type = sqlite3_column_type(statement.handle(), i);
      is_number.push_back(type == SQLITE_INTEGER || type == SQLITE_FLOAT);
      if (type == SQLITE_NULL) {
        row.emplace_back(std::nullopt);
        continue;
      }
      if (type == SQLITE_BLOB) {
        row.emplace_back("x'" + hexadecimal(statement.text(i)) + "'");
      } else {
        // Numbers are rendered by SQLite, which must happen before their size is asked for.
        const auto* content =
            reinterpret_cast<const char*>(sqlite3_column_text(statement.handle(), i));
        row.emplace_back(std::string(
            content, static_cast<std::size_t>(sqlite3_column_bytes(statement.handle(), i))));
      }
      bytes += row.back()->size();
    }
  }
  return table;
}

}  // namespace

std::unique_ptr<Reader> make_reader(const std::filesystem::path& database, const std::string& vfs,
                                    const std::shared_ptr<StatementLog>& log) {
  return std::make_unique<SqliteReader>(database, vfs, log);
}

}  // namespace dg
