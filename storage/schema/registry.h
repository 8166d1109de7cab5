#pragma once
/// \file
/// The registry: the one declaration of every table, column, index, view and trigger, as data.
///
/// CREATE TABLE, CREATE INDEX, INSERT, UPDATE and UPSERT statements, repair at open, reports and
/// the exported schema are all derived from it (ddl.h, upkeep.h); nothing else in the program
/// describes a table. Eight tables and their 119 columns are documented by the predecessor
/// (`documented`); the others are ours. A documented column without a producer stays NULL and says
/// so here.
///
/// Constant data: any thread.

#include <cstdint>
#include <span>
#include <string_view>

namespace dg::schema {

/// Logical types. boolean is INTEGER with CHECK IN (0, 1); json is TEXT with CHECK (json_valid) or
/// NULL.
enum class ColumnType : std::uint8_t { integer, real, text, blob, any, boolean, json };
std::string_view to_string(ColumnType type) noexcept;  ///< Logical name: `boolean`.
std::string_view sql_type(ColumnType type) noexcept;   ///< STRICT type: `INTEGER`.

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::text;
  bool nullable = true;
  bool documented = false;    ///< One of the predecessor's 119.
  std::string_view added_in;  ///< The version that added it: `v0.9`, `v0.9.20`, ours `0.1`.
  std::string_view producer;  ///< What fills it; empty: nothing does yet, it is NULL.
  std::string_view description;
  std::string_view default_value;    ///< A constant SQL literal; empty: none.
  std::string_view check;            ///< Further condition; empty: none.
  std::string_view references = {};  ///< Foreign key, `table(column)` with actions; empty: none.
  /// `table.column` whose values it holds, without SQLite watching over it; empty: none.
  std::string_view refers_to = {};
};

/// The column with what it refers to.
constexpr Column refers(Column column, std::string_view target) noexcept {
  column.refers_to = target;
  return column;
}

struct Index {
  std::string_view name;
  std::string_view columns;  ///< As in SQL: `is_exported, complexity DESC`.
  bool unique = false;
  bool documented = false;
  std::string_view where;  ///< Condition of a partial index; empty: none.
  /// Its keys come in no order on a first index, so that sorting them once afterwards is cheaper.
  bool scattered = false;
};

enum class Mutability : std::uint8_t {
  free,
  append_only,  ///< Triggers refuse UPDATE and DELETE.
};

/// Who uses a table (S4-11).
enum class LifeCycle : std::uint8_t {
  active,
  legacy_readonly,  ///< Kept for what it holds; nothing writes it any more.
  deprecated,       ///< Still written; gone with a later version.
};
std::string_view to_string(LifeCycle life_cycle) noexcept;

struct Table {
  std::string_view name;
  std::string_view description;
  std::span<const Column> columns;
  std::string_view primary_key;  ///< Column list. One INTEGER column is the rowid's alias.
  std::string_view unique;       ///< Further unique column list; empty: none.
  std::string_view check;        ///< Table condition; empty: none.
  std::span<const Index> indexes;
  bool without_rowid = false;
  bool documented = false;
  Mutability mutability = Mutability::free;
  bool critical = true;  ///< Nothing is served while it is missing or is not as declared.
  LifeCycle life_cycle = LifeCycle::active;

  const Column* column(std::string_view column_name) const noexcept;  ///< Null: no such column.
};

/// A view or a virtual table: named SQL that is created as it stands.
struct NamedSql {
  std::string_view name;
  std::string_view description;
  std::string_view sql;
};

std::span<const Table> tables() noexcept;    ///< Documented ones first, in creation order.
std::span<const NamedSql> views() noexcept;  ///< In creation order.
std::span<const NamedSql> virtual_tables() noexcept;
const Table* table(std::string_view name) noexcept;  ///< Null: no such table.

/// The eight documented tables and ours, as their own files declare them.
std::span<const Table> documented_tables() noexcept;
std::span<const Table> own_tables() noexcept;

/// `PRAGMA application_id` of our files: "dgph".
inline constexpr std::uint32_t kApplicationId = 0x64677068;
/// Raised when an older program must not write the file any more.
inline constexpr std::uint32_t kSchemaVersion = 1;
/// The oldest program, by its kSchemaVersion, that can still read the file rightly.
inline constexpr std::uint32_t kOldestReader = 1;
/// `PRAGMA user_version`: both, so that the file's header alone tells who may open it, as SQLite's
/// own read and write versions do (sqlite.org/fileformat2.html, section 1.3.3).
inline constexpr std::uint32_t kUserVersion = kOldestReader << 16 | kSchemaVersion;

constexpr std::uint32_t version_of(std::uint32_t user_version) noexcept {
  return user_version & 0xffff;
}
constexpr bool may_write(std::uint32_t user_version) noexcept {
  return version_of(user_version) <= kSchemaVersion;
}
/// A newer file that does not say who may read it is not read.
constexpr bool may_read(std::uint32_t user_version) noexcept {
  const std::uint32_t oldest = user_version >> 16;
  return may_write(user_version) || (oldest != 0 && oldest <= kSchemaVersion);
}

}  // namespace dg::schema
