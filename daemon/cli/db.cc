#include "daemon/cli/commands.h"
#include "daemon/cli/db_schema.h"

namespace dg {

/// The family of commands about the database file itself. Each member is declared by its own file.
void add_db(CLI::App& app, Invocation& invocation) {
  CLI::App* db = app.add_subcommand(
      "db", "Copy and mend the database, and its schema: see 'deltagraph help db'");
  db->footer(examples_of("db"));
  db->require_subcommand(1);
  add_db_backup(*db, invocation);
  add_db_restore(*db, invocation);
  add_db_replay(*db, invocation);
  add_db_compact(*db, invocation);
  add_db_import(*db, invocation);
  add_db_status(*db, invocation);
  add_db_generate(*db, invocation);
  add_db_migrate(*db, invocation);
  add_db_rollback(*db, invocation);
  add_db_adopt(*db, invocation);
  add_db_audit(*db, invocation);
  add_db_verify(*db, invocation);
  add_db_inspect(*db, invocation);
  add_db_schema(*db, invocation);
  add_db_diff(*db, invocation);
  add_db_slow(*db, invocation);
}

}  // namespace dg
