#include "daemon/requests/schema_json.h"

#include <algorithm>

#include "daemon/requests/point.h"
#include "storage/schema/ddl.h"

namespace dg {
namespace {

Json or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json cure_json(schema::Cure cure) {
  static constexpr std::string_view kNames[] = {"keep", "add", "replace", "rebuild"};
  return kNames[static_cast<std::size_t>(cure)];
}

Json live_index_json(const schema::LiveIndex& index) {
  return {{"name", index.name},     {"table", index.table},          {"keys", index.keys},
          {"unique", index.unique}, {"where", or_null(index.where)}, {"sql", or_null(index.sql)}};
}

Json programs_json(const std::vector<schema::LiveProgram>& programs) {
  Json list = Json::array();
  for (const schema::LiveProgram& each : programs)
    list.push_back({{"name", each.name}, {"table", each.table}, {"sql", each.sql}});
  return list;
}

}  // namespace

Json registered_column_json(const schema::Column& column) {
  return {{"name", column.name},
          {"type", to_string(column.type)},
          {"sql_type", sql_type(column.type)},
          {"nullable", column.nullable},
          {"default", or_null(column.default_value)},
          {"check", or_null(column.check)},
          {"references", or_null(column.references)},
          {"refers_to", or_null(column.refers_to)},
          {"added_in", column.added_in},
          {"documented", column.documented},
          {"producer", or_null(column.producer)},
          {"description", column.description}};
}

Json registered_table_json(const schema::Table& table, bool with_sql) {
  Json columns = Json::array(), indexes = Json::array();
  for (const schema::Column& column : table.columns)
    columns.push_back(registered_column_json(column));
  for (const schema::Index& index : table.indexes) {
    Json& line = indexes.emplace_back(Json{{"name", index.name},
                                           {"columns", index.columns},
                                           {"unique", index.unique},
                                           {"where", or_null(index.where)},
                                           {"documented", index.documented}});
    if (with_sql) line["sql"] = create_index_sql(table, index);
  }
  Json json{{"name", table.name},
            {"description", table.description},
            {"documented", table.documented},
            {"critical", table.critical},
            {"life_cycle", to_string(table.life_cycle)},
            {"append_only", table.mutability == schema::Mutability::append_only},
            {"primary_key", table.primary_key},
            {"unique", or_null(table.unique)},
            {"check", or_null(table.check)},
            {"columns", std::move(columns)},
            {"indexes", std::move(indexes)}};
  if (with_sql) json["sql"] = create_table_sql(table);
  return json;
}

Json live_table_json(const schema::LiveTable& table) {
  Json columns = Json::array(), keys = Json::array();
  for (const schema::LiveColumn& column : table.columns) {
    columns.push_back(
        {{"name", column.name},
         {"type", column.type},
         {"nullable", !column.not_null && column.key_position == 0},
         {"default", column.default_value ? Json(*column.default_value) : Json(nullptr)},
         {"generated", column.generated}});
  }
  for (const schema::LiveForeignKey& key : table.foreign_keys) {
    keys.push_back({{"columns", key.columns},
                    {"table", key.table},
                    {"referenced", key.referenced},
                    {"on_update", key.on_update},
                    {"on_delete", key.on_delete}});
  }
  return {{"name", table.name},
          {"columns", std::move(columns)},
          {"primary_key", table.primary_key()},
          {"foreign_keys", std::move(keys)},
          {"checks", table.checks},
          {"strict", table.strict},
          {"without_rowid", table.without_rowid},
          {"sql", table.sql}};
}

Json live_schema_json(const schema::LiveSchema& schema) {
  Json tables = Json::array(), indexes = Json::array();
  for (const schema::LiveTable& table : schema.tables) tables.push_back(live_table_json(table));
  for (const schema::LiveIndex& index : schema.indexes) indexes.push_back(live_index_json(index));
  return {{"tables", std::move(tables)},
          {"indexes", std::move(indexes)},
          {"triggers", programs_json(schema.triggers)},
          {"views", programs_json(schema.views)},
          {"application_id", schema.application_id},
          {"user_version", schema.user_version}};
}

Json drift_json(std::span<const schema::Difference> drift) {
  Json list = Json::array();
  for (const schema::Difference& each : drift) {
    list.push_back({{"what", to_string(each.aspect)},
                    {"table", each.table},
                    {"object", or_null(each.object)},
                    {"wanted", or_null(each.wanted)},
                    {"found", or_null(each.found)},
                    {"cure", cure_json(each.cure)},
                    {"text", each.text()}});
  }
  return list;
}

Json migration_json(const schema::MigrationLine& line) {
  return {{"name", line.name},
          {"number", line.number ? Json(*line.number) : Json(nullptr)},
          {"kind", to_string(line.kind)},
          {"state", to_string(line.state)},
          {"description", or_null(line.description)},
          {"deprecated", or_null(line.deprecated)},
          {"applied_at", line.applied_at == 0 ? Json(nullptr) : Json(utc_text(line.applied_at))},
          {"duration_ms", static_cast<double>(line.duration_us) / 1000},
          {"applied_by", or_null(line.applied_by)},
          {"error", or_null(line.error)},
          {"backup", or_null(line.backup)},
          {"edited", line.edited},
          {"file_gone", line.file_gone},
          {"reversible", line.reversible}};
}

Json database_json(const schema::LiveSchema& live, bool with_sql) {
  const schema::Report report = schema::report_of(live);
  const schema::Health health = schema::health_of(report);
  Json tables = Json::array(), missing = Json::array(), advice = Json::array();
  static constexpr std::string_view kStates[] = {"ok", "missing", "mismatch"};
  for (const schema::TableReport& each : report.tables) {
    tables.push_back({{"name", each.name},
                      {"state", kStates[static_cast<std::size_t>(each.state)]},
                      {"missing_columns", each.missing_columns},
                      {"extra_columns", each.extra_columns},
                      {"other", each.other}});
    if (each.state == schema::TableReport::State::missing) missing.push_back(each.name);
  }
  for (const schema::Recommendation& each : health.recommendations) {
    advice.push_back({{"severity", to_string(each.severity)},
                      {"message", each.message},
                      {"action", each.action}});
  }
  Json json{{"type", "database"},
            {"health",
             {{"status", health.status},
              {"score", health.score},
              {"grade", std::string(1, health.grade)}}},
            {"summary",
             {{"registered_tables", report.tables.size()},
              {"existing_tables", report.tables.size() - report.missing_tables},
              {"missing_tables", std::move(missing)},
              {"registered_columns", report.registered_columns},
              {"missing_columns", report.missing_columns},
              {"extra_columns", report.extra_columns},
              {"extra_tables", report.extra_tables},
              {"legacy_tables", report.legacy_tables}}},
            {"tables", std::move(tables)},
            {"recommendations", std::move(advice)}};
  if (with_sql) json["sql"] = schema::schema_sql();
  return json;
}

namespace {

Json counts_json(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}

Json field_json(const FieldReport& field, std::uint64_t rows) {
  Json json{
      {"name", field.name},
      {"type", field.type},
      {"added_in", or_null(field.added_in)},
      {"producer", or_null(field.producer)},
      {"description", or_null(field.description)},
      {"present", field.present},
      {"share", rows == 0 ? Json(nullptr)
                          : Json(static_cast<double>(field.present) / static_cast<double>(rows))}};
  if (field.distinct > 0) json["distinct"] = field.distinct;
  if (field.spread) {
    json["min"] = field.spread->least;
    json["max"] = field.spread->most;
    json["avg"] = field.spread->mean;
    json["median"] = field.spread->median;
    json["p75"] = field.spread->p75;
    json["p95"] = field.spread->p95;
  }
  if (!field.values.empty()) json["values"] = counts_json(field.values);
  return json;
}

Json coverage_json(const AtomsReport& report) {
  Json orphaned = Json::array();
  for (const FieldReport& field : report.fields) {
    if (field.present == 0) orphaned.push_back(field.name);
  }
  return {{"total", report.fields.size()},
          {"covered", report.fields.size() - orphaned.size()},
          {"orphaned", std::move(orphaned)}};
}

Json samples_json(const AtomsReport& report) {
  Json samples = Json::array();
  for (const auto& row : report.samples) {
    Json& sample = samples.emplace_back(Json::object());
    for (const AtomsReport::Cell& cell : row) {
      Json value = cell.is_number ? Json::parse(*cell.text, nullptr, false) : Json(*cell.text);
      sample[cell.column] = value.is_discarded() ? Json(*cell.text) : std::move(value);
    }
  }
  return samples;
}

Json focus_json(const AtomsReport& report, const std::string& name) {
  const auto field = std::find_if(report.fields.begin(), report.fields.end(),
                                  [&](const FieldReport& each) { return each.name == name; });
  Json changes = Json::array();
  for (const FieldChange& each : report.changes) {
    changes.push_back({{"sequence", each.sequence},
                       {"time", utc_text(each.committed_ms)},
                       {"atoms", each.atoms}});
  }
  return {
      {"field", field == report.fields.end() ? Json(nullptr) : field_json(*field, report.matching)},
      {"changed_atoms", report.changed_atoms},
      {"changes", std::move(changes)}};
}

}  // namespace

Json atoms_json(const AtomsReport& report, const AtomsQuestion& question) {
  Json correlations = Json::array(), fields = Json::array();
  for (const Correlation& each : report.correlations) {
    correlations.push_back({{"a", each.a},
                            {"b", each.b},
                            {"rows", each.rows},
                            {"r", each.r ? Json(*each.r) : Json(nullptr)}});
  }
  for (const FieldReport& field : report.fields)
    fields.push_back(field_json(field, report.matching));
  Json json{{"type", "atoms"},
            {"total", report.total},
            {"matching", report.matching},
            {"atom_type", or_null(question.type)},
            {"by_type", counts_json(report.by_type)},
            {"metrics", counts_json(report.metrics)},
            {"coverage", coverage_json(report)},
            {"correlations", std::move(correlations)},
            {"fields", std::move(fields)}};
  if (question.samples > 0) json["samples"] = samples_json(report);
  if (!question.focus.empty()) json["focus"] = focus_json(report, question.focus);
  return json;
}

}  // namespace dg
