#include <algorithm>

#include "storage/requests/parse.h"
#include "storage/requests/rows.h"
#include "storage/requests/tables.h"

namespace dg::requests {
namespace {

void put_columns(Connection& connection, std::int64_t sequence, const Definition& table) {
  Statement put = connection.prepare(insert_all_sql("schema_columns"));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    std::int64_t key = 0;
    for (std::size_t k = 0; k < table.primary_key.size(); ++k) {
      if (table.primary_key[k] == column.name) key = static_cast<std::int64_t>(k) + 1;
    }
    const std::string type = to_string(column.type);
    put.bind(1, sequence);
    put.bind(2, static_cast<std::int64_t>(i));
    put.bind_text(3, column.name.text());
    put.bind_text(4, type);
    put.bind(5, std::int64_t{column.not_null});
    put.bind(6, std::int64_t{column.unique});
    put.bind(7, key);
    for (const int at : {8, 9, 10, 11, 12}) put.bind_null(at);
    if (column.default_value) put.bind_text(8, column.default_value->source);
    if (column.references) {
      put.bind_text(9, column.references->table.text());
      put.bind_text(10, column.references->column.text());
      put.bind_text(11, to_string(column.references->on_delete));
      put.bind_text(12, to_string(column.references->on_update));
    }
    put.bind_text(13, column.comment);
    put.run();
  }
}

void put_indexes(Connection& connection, std::int64_t sequence, const Definition& table) {
  Statement put = connection.prepare(insert_all_sql("schema_indexes"));
  for (std::size_t i = 0; i < table.indexes.size(); ++i) {
    const Index& index = table.indexes[i];
    std::string keys;
    for (const IndexKey& key : index.keys) keys += (keys.empty() ? "" : ",") + to_string(key);
    put.bind(1, sequence);
    put.bind(2, static_cast<std::int64_t>(i));
    put.bind_text(3, index.name.text());
    put.bind_text(4, keys);
    put.bind(5, std::int64_t{index.unique});
    put.bind_text(6, index.method);
    put.run();
  }
}

std::vector<ColumnSpec> read_columns(const Connection& connection, std::int64_t sequence,
                                     std::vector<std::string>& key) {
  std::vector<ColumnSpec> columns;
  Statement rows = connection.prepare(
      "SELECT name, type, not_null, is_unique, key_position, default_value, ref_table, ref_column, "
      "on_delete, on_update, comment FROM schema_columns WHERE migration = ?1 ORDER BY position");
  rows.bind(1, sequence);
  while (rows.step()) {
    ColumnSpec column;
    column.name = rows.text(0);
    column.type = rows.text(1);
    column.nullable = rows.integer(2) == 0;
    column.unique = rows.integer(3) != 0;
    if (const auto at = static_cast<std::size_t>(rows.integer(4)); at > 0 && at < kMostColumns) {
      key.resize(std::max(key.size(), at));
      key[at - 1] = column.name;
    }
    if (!rows.is_null(5)) column.default_value = std::string(rows.text(5));
    if (!rows.is_null(6)) {
      column.references = ReferenceSpec{std::string(rows.text(6)), std::string(rows.text(7)),
                                        std::string(rows.text(8)), std::string(rows.text(9))};
    }
    column.comment = rows.text(10);
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<IndexSpec> read_indexes(const Connection& connection, std::int64_t sequence) {
  std::vector<IndexSpec> indexes;
  Statement rows = connection.prepare(
      "SELECT name, keys, is_unique, method FROM schema_indexes WHERE migration = ?1 "
      "ORDER BY position");
  rows.bind(1, sequence);
  while (rows.step()) {
    IndexSpec index;
    index.name = rows.text(0);
    for (std::string_view keys = rows.text(1); !keys.empty();) {
      const std::size_t comma = std::min(keys.find(','), keys.size());
      index.columns.emplace_back(keys.substr(0, comma));
      keys.remove_prefix(std::min(comma + 1, keys.size()));
    }
    index.unique = rows.integer(2) != 0;
    index.type = rows.text(3);
    indexes.push_back(std::move(index));
  }
  return indexes;
}

}  // namespace

std::int64_t put_migration(Connection& connection, const MigrationRow& row,
                           const Definition& after) {
  Statement put = connection.prepare(insert_all_sql("schema_migrations"));
  put.bind_null(1);
  put.bind_text(2, row.request_id);
  put.bind_or_null(3, row.previous);
  put.bind_text(4, row.name);
  put.bind_text(5, row.table_name);
  put.bind_text(6, row.checksum);
  put.bind_text(7, row.up_sql);
  put.bind_text(8, row.down_sql);
  put.bind_text(9, "applied");
  put.bind_text(10, row.applied_by);
  put.bind(11, row.applied_ms);
  put.bind(12, row.duration_us);
  for (const int at : {13, 14, 15}) put.bind_null(at);
  put.bind_text(16, after.comment);
  put.bind_text(17, after.owner);
  put.run();
  const std::int64_t sequence = sqlite3_last_insert_rowid(connection.handle());
  put_columns(connection, sequence, after);
  put_indexes(connection, sequence, after);
  return sequence;
}

std::optional<MigrationRow> applied_migration(const Connection& connection,
                                              const std::string& request_id) {
  Statement find = connection.prepare(
      "SELECT sequence, request_id, previous, name, table_name, checksum, up_sql, down_sql, "
      "applied_by, applied_ms, duration_us FROM schema_migrations "
      "WHERE request_id = ?1 AND state = 'applied' ORDER BY sequence DESC LIMIT 1");
  find.bind_text(1, request_id);
  if (!find.step()) return std::nullopt;
  MigrationRow row;
  row.sequence = find.integer(0);
  row.request_id = find.text(1);
  if (!find.is_null(2)) row.previous = find.integer(2);
  row.name = find.text(3);
  row.table_name = find.text(4);
  row.checksum = find.text(5);
  row.up_sql = find.text(6);
  row.down_sql = find.text(7);
  row.applied_by = find.text(8);
  row.applied_ms = find.integer(9);
  row.duration_us = find.integer(10);
  return row;
}

std::string built_upon_by(const Connection& connection, std::int64_t sequence) {
  Statement find = connection.prepare(
      "SELECT name FROM schema_migrations WHERE previous = ?1 AND state = 'applied'");
  find.bind(1, sequence);
  return find.step() ? std::string(find.text(0)) : std::string();
}

void mark_rolled_back(Connection& connection, std::int64_t sequence, const Actor& actor,
                      std::int64_t now_ms, const std::string& backup) {
  Statement mark = connection.prepare(
      "UPDATE schema_migrations SET state = 'rolled_back', undone_by = ?2, undone_ms = ?3, "
      "backup = nullif(?4, '') WHERE sequence = ?1");
  mark.bind(1, sequence);
  mark.bind_text(2, actor.name);
  mark.bind(3, now_ms);
  mark.bind_text(4, backup);
  mark.run();
}

Definition definition_after(const Connection& connection, std::int64_t sequence) {
  Statement find = connection.prepare(
      "SELECT table_name, comment, owner FROM schema_migrations WHERE sequence = ?1");
  find.bind(1, sequence);
  TableSpec spec;
  std::string owner;
  if (find.step()) {
    spec.name = find.text(0);
    spec.comment = find.text(1);
    owner = find.text(2);
  }
  spec.columns = read_columns(connection, sequence, spec.primary_key);
  spec.indexes = read_indexes(connection, sequence);
  Findings findings;
  std::optional<Definition> table = parse_table(spec, "", findings);
  if (!table) {
    throw Error{ErrorKind::corrupt, "migration " + std::to_string(sequence) + " of requests.db",
                findings.all().front().message, "Restore a backup of requests.db."};
  }
  table->owner = owner;
  return *std::move(table);
}

std::optional<std::int64_t> live_migration(const Connection& connection, const std::string& table) {
  Statement find = connection.prepare(
      "SELECT m.sequence FROM schema_migrations AS m WHERE m.state = 'applied' AND "
      "m.table_name = ?1 AND NOT EXISTS (SELECT 1 FROM schema_migrations AS n "
      "WHERE n.previous = m.sequence AND n.state = 'applied')");
  find.bind_text(1, table);
  return find.step() ? std::optional(find.integer(0)) : std::nullopt;
}

World load_world(const Connection& connection, const Decode& decode, const std::string& but) {
  World world;
  Statement names = connection.prepare(
      "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view', 'index') AND "
      "sql IS NOT NULL ORDER BY name");
  while (names.step()) {
    const std::string name(names.text(1));
    if (names.text(0) == "index") {
      world.index_names.push_back(name);
    } else if (const auto sequence = live_migration(connection, name)) {
      world.tables.push_back(definition_after(connection, *sequence));
    } else {
      world.other_tables.push_back(name);
    }
  }
  for (const RequestRow& row : open_requests(connection)) {
    if (row.id == but) continue;
    World::Open open{row.id, row.table_name, row.operation == RequestKind::create, {}};
    if (const Result<SchemaRequest> request = decode(row.document)) {
      for (const IndexSpec& index : request->table.indexes) open.indexes.push_back(index.name);
      for (const ChangeSpec& change : request->changes) {
        if (change.kind == ChangeSpec::Kind::add_index) open.indexes.push_back(change.index.name);
      }
    }
    world.open.push_back(std::move(open));
  }
  return world;
}

}  // namespace dg::requests
