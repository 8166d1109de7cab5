#include "storage/statement_log.h"

#include <algorithm>

namespace dg {
namespace {

constexpr std::size_t kMostStatements = 500;

}  // namespace

void StatementLog::Entry::add(const Run& run) noexcept {
  runs_.fetch_add(1, std::memory_order_relaxed);
  rows_.fetch_add(run.rows, std::memory_order_relaxed);
  scanned_.fetch_add(run.scanned, std::memory_order_relaxed);
  total_ns_.fetch_add(run.ns, std::memory_order_relaxed);
  std::int64_t worst = worst_ns_.load(std::memory_order_relaxed);
  while (run.ns > worst &&
         !worst_ns_.compare_exchange_weak(worst, run.ns, std::memory_order_relaxed)) {
  }
}

std::shared_ptr<StatementLog::Entry> StatementLog::entry(std::string_view sql) {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(sql);
  if (found != entries_.end()) return found->second;
  if (entries_.size() >= kMostStatements) {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second->total_ns_ < b.second->total_ns_; }));
  }
  return entries_.emplace(sql, std::make_shared<Entry>()).first->second;
}

std::vector<StatementCost> StatementLog::slowest(std::size_t most) const {
  std::vector<StatementCost> all;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& [sql, entry] : entries_) {
      if (entry->runs_ == 0) continue;  // Prepared, and not run yet.
      all.push_back({sql,
                     entry->runs_,
                     entry->rows_,
                     entry->scanned_,
                     entry->total_ns_ / 1000,
                     entry->worst_ns_ / 1000,
                     {}});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const StatementCost& a, const StatementCost& b) {
    return a.total_us > b.total_us;
  });
  if (all.size() > most) all.resize(most);
  return all;
}

}  // namespace dg
