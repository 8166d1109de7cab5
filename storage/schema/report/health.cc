#include "storage/schema/report/health.h"

#include <algorithm>

#include "storage/schema/live/declared.h"
#include "storage/schema/registry.h"
#include "storage/schema/upgrade/plan.h"

namespace dg::schema {
namespace {

constexpr int kMissingTable = 40;
constexpr int kMissingColumns = 5, kMissingColumnsMost = 30;
constexpr int kExtraColumns = 3, kExtraColumnsMost = 20;
constexpr int kOther = 3, kOtherMost = 20;

TableReport table_report(const Table& table, const std::vector<Difference>& all) {
  TableReport line;
  line.name = table.name;
  for (const Difference& each : all) {
    if (each.table != table.name) continue;
    if (each.aspect == Aspect::missing_table) {
      line.state = TableReport::State::missing;
    } else if (each.aspect == Aspect::missing_column) {
      line.missing_columns.push_back(each.object);
    } else if (each.aspect == Aspect::extra_column) {
      line.extra_columns.push_back(each.object);
    } else if (is_lack(each)) {
      line.other.push_back(each.text());
    }
  }
  const bool differs =
      !line.missing_columns.empty() || !line.extra_columns.empty() || !line.other.empty();
  if (line.state == TableReport::State::ok && differs) line.state = TableReport::State::mismatch;
  return line;
}

std::size_t tables_with(const Report& report, std::vector<std::string> TableReport::*list) {
  return static_cast<std::size_t>(
      std::count_if(report.tables.begin(), report.tables.end(), [&](const TableReport& each) {
        return each.state != TableReport::State::missing && !(each.*list).empty();
      }));
}

std::string names_with(const Report& report, std::vector<std::string> TableReport::*list) {
  std::vector<std::string> names;
  for (const TableReport& each : report.tables) {
    if (each.state == TableReport::State::missing || (each.*list).empty()) continue;
    names.push_back(list == &TableReport::other ? listed(each.*list)
                                                : each.name + ": " + listed(each.*list));
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
  return text;
}

}  // namespace

Report report_of(const LiveSchema& live, std::span<const Table> registered) {
  Report report;
  const std::vector<Difference> all = compare(declared(), live);
  for (const Table& table : registered) {
    if (table.life_cycle == LifeCycle::deprecated && live.table(table.name) != nullptr)
      report.deprecated_tables.emplace_back(table.name);
    TableReport line = table_report(table, all);
    report.registered_columns += static_cast<std::uint32_t>(table.columns.size());
    report.missing_tables += line.state == TableReport::State::missing ? 1u : 0u;
    report.missing_columns += static_cast<std::uint32_t>(line.missing_columns.size());
    report.extra_columns += static_cast<std::uint32_t>(line.extra_columns.size());
    report.tables.push_back(std::move(line));
  }
  for (const Difference& each : all) {
    if (each.aspect != Aspect::extra_table) continue;
    (is_legacy(each.table) ? report.legacy_tables : report.extra_tables).push_back(each.table);
  }
  return report;
}

std::string_view to_string(Severity severity) noexcept {
  static constexpr std::string_view kNames[] = {"high", "medium", "low", "info"};
  return kNames[static_cast<std::size_t>(severity)];
}

Health health_of(const Report& report) {
  Health health;
  const int missing = static_cast<int>(tables_with(report, &TableReport::missing_columns));
  const int extra = static_cast<int>(tables_with(report, &TableReport::extra_columns));
  const int other = static_cast<int>(tables_with(report, &TableReport::other));
  const auto recommend = [&](Severity severity, std::string message, std::string action) {
    health.recommendations.push_back({severity, std::move(message), std::move(action)});
  };
  if (report.missing_tables > 0) {
    health.score -= kMissingTable;
    std::vector<std::string> names;
    for (const TableReport& each : report.tables) {
      if (each.state == TableReport::State::missing) names.push_back(each.name);
    }
    recommend(Severity::high, "missing tables: " + listed(names),
              "restart the service, or run 'deltagraph db migrate': they are made anew");
  }
  if (missing > 0) {
    health.score -= std::min(kMissingColumnsMost, kMissingColumns * missing);
    recommend(Severity::medium,
              "missing columns: " + names_with(report, &TableReport::missing_columns),
              "restart the service, or run 'deltagraph db migrate': they are added");
  }
  if (other > 0) {
    health.score -= std::min(kOtherMost, kOther * other);
    recommend(Severity::medium, "not as declared: " + names_with(report, &TableReport::other),
              "restart the service, or run 'deltagraph db migrate': they are rebuilt");
  }
  if (extra > 0) {
    health.score -= std::min(kExtraColumnsMost, kExtraColumns * extra);
    recommend(Severity::low,
              "columns that nobody declares: " + names_with(report, &TableReport::extra_columns),
              "they are kept; 'deltagraph db generate drop_extra' writes a migration that drops "
              "them");
  }
  if (!report.deprecated_tables.empty()) {
    recommend(Severity::info, "deprecated tables: " + listed(report.deprecated_tables),
              "let nothing new read them: a later version drops them");
  }
  if (health.recommendations.empty())
    recommend(Severity::info, "the schema is as declared", "nothing to do");
  const bool wrong = missing + extra + other > 0;
  health.status = report.missing_tables > 0 ? "critical" : wrong ? "warning" : "healthy";
  health.grade = health.score >= 90   ? 'A'
                 : health.score >= 70 ? 'B'
                 : health.score >= 50 ? 'C'
                                      : 'D';
  return health;
}

}  // namespace dg::schema
