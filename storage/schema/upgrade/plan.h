#pragma once
/// \file
/// The statements that bring a database to the registry, in order. Pure; any thread.

#include <string>
#include <vector>

#include "storage/schema/live/model.h"

namespace dg::schema {

/// One statement.
struct Step {
  std::string kind;    ///< As schema_journal.kind.
  std::string object;  ///< `atoms`, `atoms.version`.
  std::string sql;
  /// Adds something and leaves what is there as it is. Before anything else a backup is made.
  bool additive = true;
  bool is_test = false;  ///< Not executed but asked: it must give 1.
};

/// Tables, columns, rebuilds, indexes, triggers, virtual tables, views. What nobody asked for is
/// left alone; a table in the way of which a view stands is left missing. Empty: nothing to do.
std::vector<Step> plan_upgrade(const LiveSchema& found);

/// A database that this program did not make may have tables under our names (the predecessor's
/// has): they are renamed to `legacy_…` and refuse writes, with all their rows. A table that merely
/// lacks what can be added is taken over as it is. Empty for a database of ours.
std::vector<Step> plan_legacy(const LiveSchema& found);

/// Whether plan_legacy() made this table.
bool is_legacy(std::string_view table) noexcept;

/// Rebuilds one table (sqlite.org/lang_altertable.html#otheralter, steps 4 to 8): a new one, the
/// rows copied and counted, the old one dropped, its indexes and triggers made again. Columns that
/// only the found table has are kept. A NULL in a column that must not be NULL gets the column's
/// default. To be run with foreign keys off.
std::vector<Step> plan_rebuild(const LiveTable& wanted, const LiveTable& found,
                               const LiveSchema& schema);

}  // namespace dg::schema
