#include "daemon/requests/get_schema.h"

#include <algorithm>

#include "daemon/requests/params.h"
#include "daemon/requests/schema_json.h"
#include "storage/schema/ddl.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  registry  {"type", "total", "columns", "indexes", "documented": {"tables", "columns", "indexes"},
             "tables": [{"name", "description", "columns": [{"name", "type", …}], "indexes", …}]};
             with --table that "table" alone, with --column that "column" alone
  database  {"type", "health": {"status", "score", "grade"}, "summary", "tables": [{"name", "state",
             "missing_columns", "extra_columns", "other"}],
             "recommendations": [{"severity", "message", "action"}], "sql"}
  atoms     {"type", "total", "matching", "by_type", "metrics", "coverage", "correlations":
             [{"a", "b", "rows", "r"}], "fields": [{"name", "present", "min", …}], "samples", "focus"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"type", "text", "what is asked for: atoms, database or registry", true,
       "atoms|database|registry"},
      {"table", "text", "registry: this table alone"},
      {"column", "text", "registry: this column of the table alone"},
      {"include_sql", "boolean", "registry, database: with the statements that make it"},
      {"atom_type", "text", "atoms: only those of this type"},
      {"sample_size", "integer", "atoms: so many rows as examples (0)", false, "", 0, 100},
      {"focus_field", "text", "atoms: this column, and the commits that changed it"}};
  return all;
}

/// Of what was typed and is not known.
Error unknown(const std::string& thing, const std::string& typed,
              const std::vector<std::string>& known) {
  const std::string near = nearest(typed, known);
  return {ErrorKind::not_found, thing + " '" + typed + "'", "is not registered",
          near.empty() ? "See 'deltagraph get_schema registry'" : "Did you mean '" + near + "'?"};
}

Result<Json> one_table(const Params& params) {
  const std::string name = params.text("table");
  const schema::Table* table = schema::table(name);
  if (table == nullptr) {
    std::vector<std::string> known;
    for (const schema::Table& each : schema::tables()) known.emplace_back(each.name);
    return unknown("table", name, known);
  }
  if (!params.has("column"))
    return Json{{"type", "registry"},
                {"table", registered_table_json(*table, params.flag("include_sql"))}};
  const std::string column = params.text("column");
  if (const schema::Column* found = table->column(column)) {
    Json json{{"type", "registry"}, {"column", registered_column_json(*found)}};
    json["column"]["table"] = name;
    if (params.flag("include_sql")) json["column"]["sql"] = schema::add_column_sql(*table, *found);
    return json;
  }
  std::vector<std::string> known;
  for (const schema::Column& each : table->columns) known.emplace_back(each.name);
  return unknown("column", column, known);
}

Result<Json> registry(const Params& params) {
  if (params.has("table")) return one_table(params);
  if (params.has("column")) {
    return Error{ErrorKind::usage, "get_schema", "a column is one of a table",
                 "Give the table too"};
  }
  Json tables = Json::array();
  std::size_t columns = 0, indexes = 0, our_columns = 0, our_indexes = 0, our_tables = 0;
  for (const schema::Table& table : schema::tables()) {
    tables.push_back(registered_table_json(table, params.flag("include_sql")));
    columns += table.columns.size();
    indexes += table.indexes.size();
    our_tables += table.documented ? 1 : 0;
    our_columns += static_cast<std::size_t>(
        std::count_if(table.columns.begin(), table.columns.end(),
                      [](const schema::Column& each) { return each.documented; }));
    our_indexes += static_cast<std::size_t>(
        std::count_if(table.indexes.begin(), table.indexes.end(),
                      [](const schema::Index& each) { return each.documented; }));
  }
  return Json{
      {"type", "registry"},
      {"total", tables.size()},
      {"columns", columns},
      {"indexes", indexes},
      {"documented", {{"tables", our_tables}, {"columns", our_columns}, {"indexes", our_indexes}}},
      {"schema_version", schema::kSchemaVersion},
      {"tables", std::move(tables)}};
}

/// A connection of its own: what is asked for needs more than one SELECT, of one commit.
Result<std::unique_ptr<SchemaReader>> reader_of(const RequestContext& context) {
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  const Result<Reader::Table> files =
      context.reader->sql("SELECT file FROM pragma_database_list WHERE name = 'main'", 1, 1000);
  if (!files) return files.error();
  return open_schema_reader(files->rows.at(0).at(0).value_or(""));
}

Result<Json> database(const RequestContext& context, const Params& params) {
  const Result<std::unique_ptr<SchemaReader>> reader = reader_of(context);
  if (!reader) return reader.error();
  const Result<schema::LiveSchema> live = (*reader)->live();
  if (!live) return live.error();
  return database_json(*live, params.flag("include_sql"));
}

Result<Json> atoms(const RequestContext& context, const Params& params) {
  const Result<std::unique_ptr<SchemaReader>> reader = reader_of(context);
  if (!reader) return reader.error();
  AtomsQuestion question;
  question.type = params.text("atom_type");
  question.samples = static_cast<std::size_t>(params.integer("sample_size", 0));
  question.focus = params.text("focus_field");
  const Result<AtomsReport> report = (*reader)->atoms(question);
  if (!report) return report.error();
  return atoms_json(*report, question);
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("get_schema", parameters(), given);
  if (!params) return params.error();
  const std::string type = params->text("type");
  Result<Json> found = type == "registry"   ? registry(*params)
                       : type == "database" ? database(context, *params)
                                            : atoms(context, *params);
  if (!found) return found.error();
  return with_freshness(*std::move(found), context);
}

}  // namespace

Method get_schema_method() {
  return {"get_schema", "the declared schema, the database's, or what its atoms hold", parameters(),
          answer, kAnswer};
}

}  // namespace dg
