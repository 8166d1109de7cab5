#pragma once
/// \file
/// StatementLog: counts what each statement costs.
///
/// The figures are SQLite's own where it has them (sqlite.org/c3ref/c_stmtstatus_counter.html):
/// FULLSCAN_STEP tells how far loops went without an index. Thread-safe.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// All runs of one statement since its store was opened, by the writing connection and all readers.
struct StatementCost {
  std::string sql;
  std::uint64_t runs = 0;
  std::uint64_t rows = 0;     ///< Given.
  std::uint64_t scanned = 0;  ///< Rows looked at one after another, without an index's help.
  std::int64_t total_us = 0;  ///< Of all runs, while SQLite was at work on it.
  std::int64_t worst_us = 0;  ///< Of one run.
  /// sqlite.org/eqp.html, each line indented by its depth; empty where the statement has none.
  std::vector<std::string> plan;
};

class StatementLog {
 public:
  struct Run {
    std::uint64_t rows = 0, scanned = 0;
    std::int64_t ns = 0;
  };

  /// The sum of a statement's runs. Lives as long as somebody adds to it.
  class Entry {
   public:
    void add(const Run& run) noexcept;

   private:
    friend class StatementLog;
    std::atomic<std::uint64_t> runs_ = 0, rows_ = 0, scanned_ = 0;
    std::atomic<std::int64_t> total_ns_ = 0, worst_ns_ = 0;
  };

  /// The entry of this text. Users write statements too, so that there is a bound: a new one takes
  /// the place of the cheapest.
  std::shared_ptr<Entry> entry(std::string_view sql);

  /// By total time, the most expensive first; without plans. O(statements).
  std::vector<StatementCost> slowest(std::size_t most) const;

 private:
  mutable std::mutex mutex_;  ///< Guards entries_.
  std::map<std::string, std::shared_ptr<Entry>, std::less<>> entries_;
};

}  // namespace dg
