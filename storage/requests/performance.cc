#include "storage/requests/performance.h"

#include <algorithm>
#include <chrono>

#include "storage/requests/rows.h"
#include "storage/requests/session.h"
#include "storage/requests/sql.h"

namespace dg::requests {
namespace {

using Clock = std::chrono::steady_clock;

/// After so long no further run of one look-up is begun.
constexpr std::chrono::milliseconds kPatience{250};

std::string listed(const std::vector<std::string>& parts, const char* between) {
  std::string list;
  for (const std::string& part : parts) list.append(list.empty() ? "" : between).append(part);
  return list;
}

/// What is looked for: the keys as SQL and as the request has them.
struct Wanted {
  std::string of, name;
  std::vector<IndexKey> keys;
};

std::vector<std::string> sql_of(const Wanted& wanted) {
  std::vector<std::string> keys;
  for (const IndexKey& key : wanted.keys) keys.push_back(key_sql(key));
  return keys;
}

std::string lookup_sql(const Definition& table, const Wanted& wanted, std::size_t keys) {
  std::vector<std::string> terms = sql_of(wanted);
  terms.resize(keys);
  for (std::string& term : terms) term += " = ?";
  return "SELECT * FROM " + quoted(table.name) + " WHERE " + listed(terms, " AND ");
}

std::vector<std::string> plan_of(const Connection& connection, const std::string& sql) {
  Statement explain = connection.prepare("EXPLAIN QUERY PLAN " + sql, false);
  std::vector<std::string> plan;
  while (explain.step()) plan.emplace_back(explain.text(3));
  return plan;
}

/// Pages of a B-tree, of a table or an index.
std::uint64_t bytes_of(const Connection& connection, const std::string& name) {
  Statement sizes =
      connection.prepare("SELECT pgsize FROM dbstat WHERE name = ?1 AND aggregate = TRUE", false);
  sizes.bind_text(1, name);
  return sizes.step() ? static_cast<std::uint64_t>(sizes.integer(0)) : 0;
}

void run_once(Statement& lookup, LookupCost& cost, std::vector<std::int64_t>& times) {
  sqlite3_stmt_status(lookup.handle(), SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  const Clock::time_point begun = Clock::now();
  while (lookup.step()) ++cost.rows;
  times.push_back(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun).count());
  cost.scanned += static_cast<std::uint64_t>(
      sqlite3_stmt_status(lookup.handle(), SQLITE_STMTSTATUS_FULLSCAN_STEP, 1));
  ++cost.runs;
}

/// Runs the look-up with values out of the table. Reads at most kMostSampled rows for them.
void measure(const Connection& connection, const Definition& table, const Wanted& wanted,
             std::uint64_t rows, LookupCost& cost) {
  const std::vector<std::string> keys = sql_of(wanted);
  std::vector<std::string> terms = keys;
  for (std::string& term : terms) term += " IS NOT NULL";
  Statement sample = connection.prepare(
      "SELECT " + listed(keys, ", ") + " FROM " + quoted(table.name) + " WHERE " +
          listed(terms, " AND ") + " LIMIT " + std::to_string(kMostSampled),
      false);
  Statement lookup = connection.prepare(cost.sql, false);
  const std::uint64_t apart = std::max<std::uint64_t>(1, std::min(rows, kMostSampled) / kSamples);
  const Clock::time_point end = Clock::now() + kPatience;
  std::vector<std::int64_t> times;
  for (std::uint64_t at = 0; cost.runs < kSamples && sample.step(); ++at) {
    if (at % apart != 0) continue;
    for (int i = 0; i < static_cast<int>(keys.size()); ++i)
      sqlite3_bind_value(lookup.handle(), i + 1, sqlite3_column_value(sample.handle(), i));
    run_once(lookup, cost, times);
    if (Clock::now() > end) break;
  }
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  cost.median_ns = times[times.size() / 2];
  cost.worst_ns = times.back();
}

bool names_index(const std::vector<std::string>& plan, const std::string& name) {
  return std::any_of(plan.begin(), plan.end(), [&](const std::string& line) {
    return (line + " ").find(" INDEX " + name + " ") != std::string::npos;
  });
}

/// Whether the planner takes the index for a look-up by its first keys, or to order by them.
bool is_taken(const Connection& connection, const Definition& table, const Wanted& index) {
  for (std::size_t keys = index.keys.size(); keys > 0; --keys) {
    if (names_index(plan_of(connection, lookup_sql(table, index, keys)), index.name)) return true;
  }
  return names_index(plan_of(connection, "SELECT * FROM " + quoted(table.name) + " ORDER BY " +
                                             listed(sql_of(index), ", ")),
                     index.name);
}

/// Another key or index that begins with these keys; empty: none. Of two alike the later is told.
std::string served_by(const std::vector<Wanted>& all, std::size_t at) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<IndexKey>&mine = all[at].keys, &others = all[i].keys;
    if (i == at || others.size() < mine.size()) continue;
    if (others.size() == mine.size() && i > at) continue;
    if (std::equal(mine.begin(), mine.end(), others.begin()))
      return all[i].name.empty() ? "the " + all[i].of : "'" + all[i].name + "'";
  }
  return {};
}

std::string why_useless(const Connection& connection, const Definition& table,
                        const std::vector<Wanted>& all, std::size_t at, const LookupCost& cost,
                        std::uint64_t rows) {
  const Wanted& index = all[at];
  const Index* declared = table.index(index.name);
  if (const std::string other = served_by(all, at); !other.empty() && !declared->unique)
    return other + " begins with its keys and serves the same look-ups";
  if (!is_taken(connection, table, index))
    return "no look-up by its keys and no order by them takes it";
  if (rows >= kLargeScan && cost.runs > 0 && cost.rows / cost.runs >= rows / 2) {
    return "a look-up by it gives " + std::to_string(cost.rows / cost.runs) + " of " +
           std::to_string(rows) + " rows, so that it narrows nothing down";
  }
  return {};
}

std::vector<IndexKey> keys_of(const std::vector<Identifier>& columns) {
  std::vector<IndexKey> keys;
  for (const Identifier& column : columns) keys.push_back({column, {}});
  return keys;
}

/// What has a B-tree: the key, unique columns, indexes.
std::vector<Wanted> indexed(const Definition& table) {
  std::vector<Wanted> all{{"primary key", {}, keys_of(table.primary_key)}};
  for (const Column& column : table.columns) {
    if (column.unique) all.push_back({"unique", {}, {{column.name, {}}}});
  }
  for (const Index& index : table.indexes) all.push_back({"index", index.name.text(), index.keys});
  return all;
}

/// Columns that rows are looked for by, whether or not somebody thought of an index.
std::vector<Wanted> unindexed(const Definition& table) {
  std::vector<Wanted> all;
  for (const Column& column : table.columns) {
    const bool wanted = column.references || column.name.text().ends_with("_id");
    if (!wanted || table.is_indexed(column.name)) continue;
    all.push_back({column.references ? "foreign key" : "column", {}, {{column.name, {}}}});
  }
  return all;
}

LookupCost cost_of(const Connection& connection, const Definition& table, const Wanted& wanted,
                   std::uint64_t rows) {
  LookupCost cost;
  cost.of = wanted.of;
  cost.name = wanted.name;
  for (const IndexKey& key : wanted.keys) cost.keys.push_back(to_string(key));
  cost.sql = lookup_sql(table, wanted, wanted.keys.size());
  cost.plan = plan_of(connection, cost.sql);
  if (!wanted.name.empty()) cost.bytes = bytes_of(connection, wanted.name);
  measure(connection, table, wanted, rows, cost);
  return cost;
}

void warn(TablePerformance& found, const LookupCost& cost) {
  const std::string by = listed(cost.keys, ", ");
  if (!cost.useless.empty())
    found.warnings.push_back("index '" + cost.name + "' never helps: " + cost.useless);
  const std::uint64_t each = cost.runs == 0 ? 0 : cost.scanned / cost.runs;
  if (each < kLargeScan) return;
  found.warnings.push_back("a look-up by " + by + " (" + cost.of + ") scans " +
                           std::to_string(each) + " rows each time and gives " +
                           std::to_string(cost.rows / cost.runs) + ": ask for an index on it");
}

/// Statement by statement, so that who writes is not kept waiting for all of them.
void measure_table(const Connection& connection, const Definition& table, TablePerformance& found) {
  found.rows =
      static_cast<std::uint64_t>(connection.integer("SELECT count(*) FROM " + quoted(table.name)));
  found.bytes = bytes_of(connection, table.name.text());
  Statement indexes = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1", false);
  indexes.bind_text(1, table.name.text());
  while (indexes.step()) found.index_bytes += bytes_of(connection, std::string(indexes.text(0)));
  const std::vector<Wanted> all = indexed(table);
  for (std::size_t i = 0; i < all.size(); ++i) {
    LookupCost cost = cost_of(connection, table, all[i], found.rows);
    if (all[i].of == "index")
      cost.useless = why_useless(connection, table, all, i, cost, found.rows);
    found.lookups.push_back(std::move(cost));
  }
  for (const Wanted& wanted : unindexed(table))
    found.lookups.push_back(cost_of(connection, table, wanted, found.rows));
  for (const LookupCost& cost : found.lookups) warn(found, cost);
}

/// The table that a name or a request's id means.
std::string table_named(const Connection& connection, const World& world,
                        const std::string& which) {
  if (world.table(which) != nullptr) return which;
  RequestRow row;
  try {
    row = request_row(connection, which);
  } catch (Error& error) {
    if (error.kind == ErrorKind::not_found) {
      error.thing = "'" + which + "'";
      error.reason = "is no requested table and no request's id";
    }
    throw;
  }
  const std::optional<MigrationRow> made = applied_migration(connection, row.id);
  if (row.status == Status::migrated && made && world.table(made->table_name) != nullptr)
    return made->table_name;
  throw Error{ErrorKind::conflict, "request " + row.id,
              row.status == Status::migrated
                  ? "left a table that a later migration has changed"
                  : "is " + std::string(to_string(row.status)) + " and has made no table yet",
              row.status == Status::migrated ? "Give the table's name." : "Apply it first."};
}

/// The request that left the table as it is.
std::string request_of(const Connection& connection, const std::string& table) {
  const std::optional<std::int64_t> sequence = live_migration(connection, table);
  Statement find =
      connection.prepare("SELECT request_id FROM schema_migrations WHERE sequence = ?1", false);
  find.bind(1, sequence.value_or(0));
  return find.step() ? std::string(find.text(0)) : std::string();
}

}  // namespace

std::vector<TablePerformance> measure_tables(Session& session, const std::string& which) {
  const Connection& connection = session.connection;
  const World world = load_world(connection, session.decode, {});
  const std::string only = which.empty() ? "" : table_named(connection, world, which);
  std::vector<TablePerformance> all;
  for (const Definition& table : world.tables) {
    if (!only.empty() && table.name.text() != only) continue;
    TablePerformance& found = all.emplace_back();
    found.table = table.name.text();
    found.request_id = request_of(connection, found.table);
    try {
      measure_table(connection, table, found);
    } catch (const Failure& failure) {
      if (is_busy(failure)) throw;
      found.warnings.push_back("cannot be measured, as it is not as its migration left it: " +
                               failure.text);
    }
  }
  return all;
}

}  // namespace dg::requests
