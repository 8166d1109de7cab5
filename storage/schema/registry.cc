#include "storage/schema/registry.h"

#include <array>
#include <vector>

namespace dg::schema {

std::string_view to_string(ColumnType type) noexcept {
  static constexpr std::string_view kNames[] = {"integer", "real",    "text", "blob",
                                                "any",     "boolean", "json"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view sql_type(ColumnType type) noexcept {
  static constexpr std::string_view kTypes[] = {"INTEGER", "REAL",    "TEXT", "BLOB",
                                                "ANY",     "INTEGER", "TEXT"};
  return kTypes[static_cast<std::size_t>(type)];
}

std::string_view to_string(LifeCycle life_cycle) noexcept {
  static constexpr std::string_view kNames[] = {"active", "legacy_readonly", "deprecated"};
  return kNames[static_cast<std::size_t>(life_cycle)];
}

const Column* Table::column(std::string_view column_name) const noexcept {
  for (const Column& column : columns) {
    if (column.name == column_name) return &column;
  }
  return nullptr;
}

std::span<const Table> tables() noexcept {
  static const std::vector<Table> kTables = [] {
    std::vector<Table> all(documented_tables().begin(), documented_tables().end());
    all.insert(all.end(), own_tables().begin(), own_tables().end());
    return all;
  }();
  return kTables;
}

const Table* table(std::string_view name) noexcept {
  for (const Table& candidate : tables()) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

}  // namespace dg::schema
