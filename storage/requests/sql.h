#pragma once
/// \file
/// SQL out of definitions, and nothing else: each name is quoted, each default was parsed. Pure.

#include <string>
#include <vector>

#include "storage/requests/definition.h"

namespace dg::requests {

/// `CREATE TABLE IF NOT EXISTS "t" (…) STRICT`. `name` may stand in for the table's own.
std::string create_table_sql(const Definition& table, const std::string& name = {});
std::string create_index_sql(const Definition& table, const Index& index);
std::string key_sql(const IndexKey& key);  ///< As its index has it.

/// The statements that make `change.after` of `change.before`, in order: those of ALTER TABLE where
/// SQLite has them and they keep every row, else its rebuild of the table
/// (sqlite.org/lang_altertable.html#otheralter, steps 4 to 9), to be run with foreign keys off.
/// O(columns²).
std::vector<std::string> change_sql(const Change& change);
/// Whether that rebuilds the table.
bool is_rebuild(const Change& change);

/// The same change the other way; `change.before` is set.
Change inverse(const Change& change);

/// Columns of `change.before` whose values `change.after` does not have.
std::vector<Identifier> lost_columns(const Change& change);

}  // namespace dg::requests
