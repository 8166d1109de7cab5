#pragma once
/// \file
/// The members of the family `db` that are about the schema, and what they share.

#include "daemon/cli/commands.h"
#include "storage/schema/migrations/migrate.h"

namespace dg {

void add_db_status(CLI::App& db, Invocation& invocation);
void add_db_generate(CLI::App& db, Invocation& invocation);
void add_db_migrate(CLI::App& db, Invocation& invocation);
void add_db_rollback(CLI::App& db, Invocation& invocation);
void add_db_adopt(CLI::App& db, Invocation& invocation);
void add_db_audit(CLI::App& db, Invocation& invocation);
void add_db_verify(CLI::App& db, Invocation& invocation);
void add_db_inspect(CLI::App& db, Invocation& invocation);
void add_db_schema(CLI::App& db, Invocation& invocation);
void add_db_diff(CLI::App& db, Invocation& invocation);
void add_db_slow(CLI::App& db, Invocation& invocation);

/// The project's database and the folder of its migrations, `.deltagraph/migrations`.
Result<schema::MigrateTarget> migrate_target(Session& session);

}  // namespace dg
