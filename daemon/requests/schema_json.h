#pragma once
/// \file
/// Schemas, registered and found, as the JSON that the command line and the socket answer with.

#include <span>
#include <string>
#include <string_view>

#include "daemon/requests/request.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/model.h"
#include "storage/schema/migrations/migration.h"
#include "storage/schema/registry.h"
#include "storage/schema/report/health.h"
#include "storage/schema/report/schema_reader.h"

namespace dg {

/// {"name", "type", "sql_type", "nullable", "default", "check", "references", "refers_to",
/// "added_in", "documented", "producer", "description"}; what is not there is null.
Json registered_column_json(const schema::Column& column);
/// {"name", "description", "documented", "critical", "life_cycle", "append_only", "primary_key",
/// "unique", "check", "columns", "indexes"}, with "sql" where it is wanted.
Json registered_table_json(const schema::Table& table, bool with_sql);

/// {"name", "columns", "primary_key", "foreign_keys", "checks", "strict", "without_rowid", "sql"}.
Json live_table_json(const schema::LiveTable& table);
/// {"tables", "indexes", "triggers", "views", "application_id", "user_version"}.
Json live_schema_json(const schema::LiveSchema& schema);

/// {"what", "table", "object", "wanted", "found", "cure", "text"} each.
Json drift_json(std::span<const schema::Difference> drift);
/// {"name", "number", "kind", "state", "description", "applied_at", "duration_ms", "applied_by",
/// "error", "backup", "edited", "file_gone", "reversible"}.
Json migration_json(const schema::MigrationLine& line);

/// The answers of `get_schema`, without freshness.
Json database_json(const schema::LiveSchema& live, bool with_sql);
Json atoms_json(const AtomsReport& report, const AtomsQuestion& question);

}  // namespace dg
