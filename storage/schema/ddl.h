#pragma once
/// \file
/// SQL out of the registry: definitions and statements with named columns. Pure text.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/schema/registry.h"

namespace dg::schema {

std::string create_table_sql(const Table& table);
std::string create_index_sql(const Table& table, const Index& index);
/// ALTER TABLE … ADD COLUMN; empty where SQLite cannot add such a column (a key, or NOT NULL
/// without a constant default).
std::string add_column_sql(const Table& table, const Column& column);

struct Trigger {
  std::string name, sql;
};
/// The triggers that refuse UPDATE and DELETE of what is append-only, and INSERT too of what is
/// legacy (LifeCycle::legacy_readonly); none for a table that may be changed.
std::span<const Trigger> append_only_triggers() noexcept;
/// Those of one table.
std::vector<Trigger> append_only_triggers(const Table& table);

/// The whole schema: tables, indexes, triggers, virtual tables, views; one statement a line group.
std::string schema_sql();

/// `INSERT INTO t(a, b) VALUES(?1, ?2)`.
std::string insert_sql(const Table& table, std::span<const Column* const> columns);
/// As insert_sql with `ON CONFLICT(key) DO UPDATE SET …` of every column but those of the primary
/// key, only where `guard` holds (empty: always).
std::string upsert_sql(const Table& table, std::span<const Column* const> columns,
                       std::string_view guard);
/// `UPDATE t SET a=?1 WHERE k=?2`; parameters are numbered through both lists.
std::string update_sql(const Table& table, std::span<const Column* const> set,
                       std::span<const Column* const> where);
std::string delete_sql(const Table& table, std::span<const Column* const> where);

}  // namespace dg::schema
