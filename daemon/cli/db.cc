#include "daemon/cli/commands.h"

namespace dg {

/// The family of commands about the database file itself. Each member is declared by its own file.
void add_db(CLI::App& app, Invocation& invocation) {
  CLI::App* db = app.add_subcommand("db", "Copy and mend the database: see 'deltagraph help db'");
  db->footer(examples_of("db"));
  db->require_subcommand(1);
  add_db_backup(*db, invocation);
  add_db_restore(*db, invocation);
  add_db_replay(*db, invocation);
  add_db_compact(*db, invocation);
}

}  // namespace dg
