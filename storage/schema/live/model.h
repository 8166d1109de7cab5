#pragma once
/// \file
/// A schema as data, whatever it was read from: the registry's (declared.h) or a database's
/// (inspect.h). Both are read out of SQLite itself, so that they compare without a parser's
/// opinion. Values: any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dg::schema {

struct LiveColumn {
  std::string name;
  std::string type;  ///< As declared, upper case: `INTEGER`.
  bool not_null = false;
  std::optional<std::string> default_value;  ///< As written.
  int key_position = 0;                      ///< From 1 in the primary key; 0: not in it.
  bool generated = false;
};

struct LiveIndex {
  std::string name;
  std::string table;
  std::vector<std::string> keys;  ///< `complexity DESC`; an expression as `<expression>`.
  bool unique = false;
  char origin = 'c';  ///< c CREATE INDEX, u UNIQUE, p PRIMARY KEY.
  std::string where;  ///< Normalized condition of a partial index; empty: none.
  std::string sql;    ///< Empty where it comes with its table.
};

struct LiveForeignKey {
  std::vector<std::string> columns, referenced;  ///< `referenced` empty: the primary key.
  std::string table, on_update, on_delete;
};

struct LiveTable {
  std::string name;
  std::vector<LiveColumn> columns;
  std::vector<LiveForeignKey> foreign_keys;  ///< Sorted by their columns.
  std::vector<std::string> checks;           ///< Normalized, sorted.
  bool strict = false, without_rowid = false, virtual_table = false;
  std::string sql;

  const LiveColumn* column(std::string_view column_name) const noexcept;  ///< Null: none.
  std::vector<std::string> primary_key() const;                           ///< In key order.
};

/// A trigger (with its table) or a view.
struct LiveProgram {
  std::string name, table, sql;
};

struct LiveSchema {
  std::vector<LiveTable> tables;  ///< All sorted by name; SQLite's own and shadow tables left out.
  std::vector<LiveIndex> indexes;
  std::vector<LiveProgram> triggers, views;
  std::uint32_t application_id = 0, user_version = 0;

  const LiveTable* table(std::string_view name) const noexcept;  ///< Null: none.
  const LiveIndex* index(std::string_view name) const noexcept;
  const LiveProgram* trigger(std::string_view name) const noexcept;
  const LiveProgram* view(std::string_view name) const noexcept;
};

/// `a, b`.
std::string listed(const std::vector<std::string>& names);
/// `TEXT NOT NULL DEFAULT 'x'`, for people.
std::string text_of(const LiveColumn& column);
/// `(a) -> t(b) ON DELETE CASCADE`, for people and for comparison.
std::string text_of(const LiveForeignKey& key);
/// `UNIQUE (a, b DESC) WHERE …`, for people and for comparison.
std::string text_of(const LiveIndex& index);

}  // namespace dg::schema
