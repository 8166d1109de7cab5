#include "storage/schema/live/declared.h"

#include "storage/schema/ddl.h"
#include "storage/schema/live/inspect.h"

namespace dg::schema {

const LiveSchema& declared() {
  static const LiveSchema kSchema = [] {
    Connection connection(":memory:", Connection::Mode::read_write_create);
    connection.execute("BEGIN;" + schema_sql() + "COMMIT");
    LiveSchema schema = inspect(connection);
    schema.application_id = kApplicationId;
    schema.user_version = kSchemaVersion;
    return schema;
  }();
  return kSchema;
}

std::string declared_sql(std::string_view name) {
  const LiveSchema& schema = declared();
  if (const LiveTable* table = schema.table(name)) return table->sql;
  if (const LiveIndex* index = schema.index(name)) return index->sql;
  if (const LiveProgram* trigger = schema.trigger(name)) return trigger->sql;
  if (const LiveProgram* view = schema.view(name)) return view->sql;
  return {};
}

}  // namespace dg::schema
