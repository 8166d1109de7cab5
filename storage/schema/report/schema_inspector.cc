#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/record.h"
#include "storage/schema/report/atoms_inspector.h"
#include "storage/schema/report/schema_reader.h"
#include "storage/schema/upgrade/journal.h"

namespace dg {
namespace {

/// Findings that a report has at most of each kind.
constexpr int kMostFindings = 100;

class SchemaInspector final : public SchemaReader {
 public:
  explicit SchemaInspector(const std::filesystem::path& database)
      : connection_(connect_reader(database, {})), thing_(database.string()) {}

  Result<schema::LiveSchema> live() override;
  Result<DatabaseAudit> audit(bool deep) override;
  Result<AtomsReport> atoms(const AtomsQuestion& question) override;

 private:
  void check_file(DatabaseAudit& audit);

  Connection connection_;
  std::string thing_;
};

Result<schema::LiveSchema> SchemaInspector::live() {
  return guarded(thing_, [&] {
    const ReadTransaction transaction(connection_);
    return schema::inspect(connection_);
  });
}

Result<DatabaseAudit> SchemaInspector::audit(bool deep) {
  return guarded(thing_, [&] {
    const ReadTransaction transaction(connection_);
    DatabaseAudit audit;
    audit.live = schema::inspect(connection_);
    audit.drift = schema::compare(schema::declared(), audit.live);
    for (const schema::LiveTable& table : audit.live.tables) {
      if (table.virtual_table) continue;
      const std::int64_t rows =
          connection_.integer("SELECT count(*) FROM " + schema::quoted_name(table.name));
      audit.tables.push_back({table.name, static_cast<std::uint64_t>(rows)});
    }
    audit.migrations = schema::records_of(connection_);
    const schema::LiveTable* journal = audit.live.table("schema_journal");
    if (journal != nullptr && journal->column("checksum") != nullptr)
      audit.broken_journal_row = schema::broken_journal_row(connection_);
    if (deep) check_file(audit);
    return audit;
  });
}

Result<AtomsReport> SchemaInspector::atoms(const AtomsQuestion& question) {
  return guarded(thing_, [&] {
    const ReadTransaction transaction(connection_);
    return report_atoms(connection_, question);
  });
}

void SchemaInspector::check_file(DatabaseAudit& audit) {
  Statement check =
      connection_.prepare("PRAGMA integrity_check(" + std::to_string(kMostFindings) + ")");
  while (check.step()) {
    if (check.text(0) != "ok") audit.integrity.emplace_back(check.text(0));
  }
  Statement orphans = connection_.prepare("PRAGMA foreign_key_check");
  while (orphans.step()) {
    if (audit.orphans.size() == kMostFindings) {
      orphans.reset();
      break;
    }
    audit.orphans.push_back("row " + std::to_string(orphans.integer(1)) + " of " +
                            std::string(orphans.text(0)) + " refers to no row of " +
                            std::string(orphans.text(2)));
  }
}

}  // namespace

Result<std::unique_ptr<SchemaReader>> open_schema_reader(const std::filesystem::path& database,
                                                         bool ours) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(database, error)) {
    return Error{ErrorKind::not_found, database.string(), "there is no database",
                 ours ? "Run 'deltagraph index' in the project first" : "Name a database file"};
  }
  if (ours) {
    if (std::optional<Error> unfit = examine_header(database, Access::read))
      return *std::move(unfit);
  }
  return guarded(database.string(), [&] {
    return std::unique_ptr<SchemaReader>(std::make_unique<SchemaInspector>(database));
  });
}

}  // namespace dg
