#pragma once
/// \file
/// What look-ups in requested tables cost, measured on the rows that are there. Values: any thread.
///
/// A look-up is `SELECT * FROM t WHERE key = ?`, run with values that the table holds: of up to
/// kSamples rows, spread over the first kMostSampled. "Scanned" is SQLite's own count of rows that
/// it looked at without an index's help (sqlite.org/c3ref/c_stmtstatus_counter.html), whatever the
/// plan promises.

#include <cstdint>
#include <string>
#include <vector>

namespace dg::requests {

inline constexpr std::uint64_t kSamples = 16;
inline constexpr std::uint64_t kMostSampled = 200'000;
/// A look-up that scans so many rows each time is told.
inline constexpr std::uint64_t kLargeScan = 1000;

struct LookupCost {
  std::string of;                 ///< primary key, unique, index, foreign key, or column.
  std::string name;               ///< Of the index; else empty.
  std::vector<std::string> keys;  ///< As the request names them.
  std::string sql;
  std::vector<std::string> plan;        ///< sqlite.org/eqp.html, a line each.
  std::uint64_t bytes = 0;              ///< Of the index; 0: it has none of its own.
  std::uint64_t runs = 0;               ///< 0: there is no row to look for; then the rest is 0 too.
  std::uint64_t rows = 0, scanned = 0;  ///< Of all runs.
  std::int64_t median_ns = 0, worst_ns = 0;  ///< Of one run, to its last row.
  std::string useless;                       ///< Of an index: why it never helps; empty: it does.
};

struct TablePerformance {
  std::string table, request_id;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0, index_bytes = 0;  ///< Pages of the table, and of its indexes.
  std::vector<LookupCost> lookups;  ///< Key, unique columns, indexes, then what has no index.
  std::vector<std::string> warnings;
};

}  // namespace dg::requests
