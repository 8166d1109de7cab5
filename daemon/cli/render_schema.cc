#include "daemon/cli/render_schema.h"

#include <cstdio>

#include "daemon/cli/figures.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string number_text(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return {};
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", found->get<double>());
  return text;
}

std::string definition_of(const Json& column) {
  std::string text = text_of(column, "type");
  if (!column.value("nullable", true)) text += " not null";
  if (const std::string value = text_of(column, "default"); !value.empty())
    text += " default " + value;
  if (const std::string refers = text_of(column, "refers_to"); !refers.empty())
    text += " -> " + refers;
  return text;
}

void render_columns(Session& session, const Json& columns) {
  Table table({{"column", false, Style::bold},
               {"definition"},
               {"since", false, Style::dim},
               {"meaning", false, Style::plain, true}});
  for (const Json& column : columns)
    table.row({text_of(column, "name"), definition_of(column), text_of(column, "added_in"),
               text_of(column, "description")});
  table.print(session.out);
}

void render_table(Session& session, const Json& table) {
  Terminal& out = session.out;
  out.line(out.paint(Style::bold, text_of(table, "name")) + "  " + text_of(table, "description"));
  out.line("primary key " + text_of(table, "primary_key") + ", " + text_of(table, "life_cycle") +
           (table.value("critical", false) ? ", critical" : "") +
           (table.value("append_only", false) ? ", append-only" : ""));
  render_columns(session, table.at("columns"));
  for (const Json& index : table.at("indexes"))
    out.line("index " + text_of(index, "name") + " (" + text_of(index, "columns") + ")" +
             (text_of(index, "where").empty() ? "" : " where " + text_of(index, "where")));
  if (const std::string sql = text_of(table, "sql"); !sql.empty()) out.line(sql + ";");
}

Style severity_style(const std::string& severity) {
  return severity == "high"     ? Style::red
         : severity == "medium" ? Style::yellow
         : severity == "info"   ? Style::green
                                : Style::plain;
}

void render_database(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& health = answer.at("health");
  const Json& summary = answer.at("summary");
  const std::string status = text_of(health, "status");
  const Style style = status == "healthy"   ? Style::green
                      : status == "warning" ? Style::yellow
                                            : Style::red;
  out.line(out.paint(style, status) + "  score " + std::to_string(health.value("score", 0)) +
           ", grade " + text_of(health, "grade"));
  out.line(std::to_string(summary.value("existing_tables", 0)) + " of " +
           counted(summary.value("registered_tables", std::uint64_t{0}), "registered table") +
           ", " + counted(summary.value("registered_columns", std::uint64_t{0}), "column") + "; " +
           std::to_string(summary.value("missing_columns", 0)) + " missing, " +
           std::to_string(summary.value("extra_columns", 0)) + " more");
  for (const Json& each : answer.at("recommendations")) {
    const std::string severity = text_of(each, "severity");
    out.line(out.paint(severity_style(severity), severity) + "  " +
             printable(text_of(each, "message")) + ": " + text_of(each, "action"));
  }
  if (const std::string sql = text_of(answer, "sql"); !sql.empty()) out.write(sql);
}

void render_counts(Session& session, const char* title, const Json& counts) {
  std::string line;
  for (const auto& [name, count] : counts.items())
    line += (line.empty() ? "" : ", ") + name + " " + grouped(count.get<std::uint64_t>());
  session.out.line(session.out.paint(Style::bold, title) + "  " + printable(line));
}

void render_fields(Session& session, const Json& fields) {
  Table table({{"field", false, Style::bold},
               {"type"},
               {"filled", true},
               {"min", true},
               {"median", true},
               {"p95", true},
               {"max", true},
               {"values", false, Style::dim, true}});
  for (const Json& field : fields) {
    std::string values;
    const Json counts = field.value("values", Json::object());
    for (const auto& [value, count] : counts.items())
      values += (values.empty() ? "" : ", ") + value + " " + grouped(count.get<std::uint64_t>());
    const Json share = field.value("share", Json());
    table.row({text_of(field, "name"), text_of(field, "type"),
               share.is_number() ? share_text(share.get<double>()) : "", number_text(field, "min"),
               number_text(field, "median"), number_text(field, "p95"), number_text(field, "max"),
               values});
  }
  table.print(session.out);
}

void render_correlations(Session& session, const Json& correlations) {
  Table table({{"correlation"}, {""}, {"rows", true}, {"r", true}});
  for (const Json& each : correlations)
    table.row({text_of(each, "a"), text_of(each, "b"),
               grouped(each.value("rows", std::uint64_t{0})), number_text(each, "r")});
  table.print(session.out);
}

void render_atoms(Session& session, const Json& answer) {
  Terminal& out = session.out;
  out.line(counted(answer.value("matching", std::uint64_t{0}), "atom") + " of " +
           grouped(answer.value("total", std::uint64_t{0})));
  render_counts(session, "by type", answer.at("by_type"));
  render_counts(session, "with", answer.at("metrics"));
  const Json& coverage = answer.at("coverage");
  out.line(out.paint(Style::bold, "coverage") + "  " +
           std::to_string(coverage.value("covered", 0)) + " of " +
           counted(coverage.value("total", std::uint64_t{0}), "field") + " filled somewhere");
  render_fields(session, answer.at("fields"));
  render_correlations(session, answer.at("correlations"));
  for (const Json& sample : answer.value("samples", Json::array()))
    out.line(printable(json_text(sample)));
  const Json focus = answer.value("focus", Json());
  if (!focus.is_object()) return;
  out.line(out.paint(Style::bold, "focus") + "  " + text_of(focus.at("field"), "name") +
           ": changed " + counted(focus.value("changed_atoms", std::uint64_t{0}), "time"));
  for (const Json& change : focus.at("changes"))
    out.line("#" + std::to_string(change.value("sequence", 0)) + "  " + text_of(change, "time") +
             "  " + counted(change.value("atoms", std::uint64_t{0}), "atom"));
}

}  // namespace

void render_registry(Session& session, const Json& answer) {
  Terminal& out = session.out;
  if (const auto table = answer.find("table"); table != answer.end())
    return render_table(session, *table);
  if (const auto column = answer.find("column"); column != answer.end())
    return render_columns(session, Json::array({*column}));
  Table table({{"table", false, Style::bold},
               {"columns", true},
               {"indexes", true},
               {"life cycle"},
               {"", false, Style::plain, true}});
  for (const Json& each : answer.at("tables"))
    table.row({text_of(each, "name"), std::to_string(each.at("columns").size()),
               std::to_string(each.at("indexes").size()), text_of(each, "life_cycle"),
               text_of(each, "description")});
  table.print(out);
}

void render_get_schema(Session& session, const Json& answer) {
  const std::string type = text_of(answer, "type");
  if (type == "database") return render_database(session, answer);
  if (type == "atoms") return render_atoms(session, answer);
  render_registry(session, answer);
}

}  // namespace dg
