#pragma once
/// \file
/// How well a database matches the registry, as a number a person can compare. Pure; any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "storage/schema/live/drift.h"
#include "storage/schema/live/model.h"
#include "storage/schema/registry.h"

namespace dg::schema {

/// One registered table, registered against existing.
struct TableReport {
  enum class State { ok, missing, mismatch };
  std::string name;
  State state = State::ok;
  std::vector<std::string> missing_columns;  ///< Registered, not in the database.
  std::vector<std::string> extra_columns;    ///< In the database, not registered: kept.
  std::vector<std::string> other;  ///< Difference::text of all else that is not as declared.
};

struct Report {
  std::vector<TableReport> tables;             ///< In registry order.
  std::vector<std::string> extra_tables;       ///< Sorted; nobody claims them, kept.
  std::vector<std::string> legacy_tables;      ///< Sorted; kept read-only (upgrade/plan.h).
  std::vector<std::string> deprecated_tables;  ///< Registered as such, and there.
  std::uint32_t registered_columns = 0, missing_tables = 0, missing_columns = 0, extra_columns = 0;
};
/// `registered`: the tables that the registry has.
Report report_of(const LiveSchema& live, std::span<const Table> registered = tables());

enum class Severity : std::uint8_t { high, medium, low, info };
std::string_view to_string(Severity severity) noexcept;

struct Recommendation {
  Severity severity{};
  std::string message, action;
};

struct Health {
  std::string status;                           ///< healthy, warning or critical.
  int score = 100;                              ///< 0 to 100.
  char grade = 'A';                             ///< A from 90, B from 70, C from 50, else D.
  std::vector<Recommendation> recommendations;  ///< The gravest first; never empty.
};

/// From 100: a registered table missing -40 (critical); missing columns -5 for each table that they
/// concern, at most -30; extra columns -3 for each, at most -20; tables that are otherwise not as
/// declared (types, keys, conditions, indexes, triggers) -3 for each, at most -20. Extra and legacy
/// tables take nothing: they are somebody's. Deprecated ones are told (info) and take nothing.
Health health_of(const Report& report);

}  // namespace dg::schema
