#pragma once
/// \file
/// What a database says of its own schema, read-only. Thread rule: one thread at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/result.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/model.h"
#include "storage/schema/migrations/migration.h"
#include "storage/schema/report/atoms_report.h"

namespace dg {

struct TableFigures {
  std::string name;
  std::uint64_t rows = 0;
};

/// A whole look at a database, of one commit.
struct DatabaseAudit {
  schema::LiveSchema live;
  std::vector<schema::Difference> drift;  ///< Of the registry.
  std::vector<TableFigures> tables;       ///< By name; virtual tables are not counted.
  std::vector<std::string> integrity;     ///< Findings of integrity_check; empty: none.
  std::vector<std::string> orphans;       ///< Findings of foreign_key_check; empty: none.
  std::optional<std::int64_t> broken_journal_row;
  std::vector<schema::MigrationRecord> migrations;
};

class SchemaReader {
 public:
  virtual ~SchemaReader() = default;
  virtual Result<schema::LiveSchema> live() = 0;
  /// `deep` also has SQLite check the whole file: O(size of the database). Else O(rows) to count.
  virtual Result<DatabaseAudit> audit(bool deep) = 0;
  virtual Result<AtomsReport> atoms(const AtomsQuestion& question) = 0;
};

/// Any SQLite database, one of ours or not (`ours`: only one that this program may read). Never
/// creates or changes a file.
Result<std::unique_ptr<SchemaReader>> open_schema_reader(const std::filesystem::path& database,
                                                         bool ours = true);

}  // namespace dg
