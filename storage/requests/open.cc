#include "storage/requests/open.h"

#include "storage/requests/tables.h"

namespace dg::requests {

void configure(Connection& connection) {
  connection.execute(
      "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;"
      "PRAGMA trusted_schema = 0");
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

void require_ours(const Connection& connection, const std::filesystem::path& file) {
  const auto application = connection.integer("PRAGMA application_id");
  if (application != kApplicationId) {
    throw Error{ErrorKind::corrupt, file.string(), "it is a database of another program",
                "Move it away."};
  }
  const auto version = connection.integer("PRAGMA user_version");
  if (version > kSchemaVersion) {
    throw Error{ErrorKind::newer, file.string(),
                "it was written by a newer version of deltagraph (schema " +
                    std::to_string(version) + ", this program knows " +
                    std::to_string(kSchemaVersion) + ")",
                "Upgrade deltagraph; the file was left as it is"};
  }
}

}  // namespace dg::requests
