#include "storage/schema/upgrade/schema_transaction.h"

namespace dg::schema {

SchemaTransaction::SchemaTransaction(Connection& connection)
    : connection_(connection), had_foreign_keys_(connection.integer("PRAGMA foreign_keys") != 0) {
  connection.execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE");
}

SchemaTransaction::~SchemaTransaction() {
  // Nothing here may throw: an error that ends the transaction is told by what it interrupted.
  if (connection_.in_transaction())
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  const char* legacy = "PRAGMA legacy_alter_table = OFF";
  sqlite3_exec(connection_.handle(), legacy, nullptr, nullptr, nullptr);
  if (had_foreign_keys_)
    sqlite3_exec(connection_.handle(), "PRAGMA foreign_keys = ON", nullptr, nullptr, nullptr);
}

void SchemaTransaction::commit() {
  connection_.execute("COMMIT");
}

}  // namespace dg::schema
