#include <memory>

#include "daemon/cli/db_schema.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/table.h"
#include "daemon/requests/params.h"
#include "daemon/requests/schema_json.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/store.h"

namespace dg {
namespace {

struct Choice {
  std::string table;
  std::int64_t limit = 20, offset = 0;
};

std::string meaning_of(const std::string& name) {
  if (const schema::Table* table = schema::table(name)) return std::string(table->description);
  for (const schema::NamedSql& each : schema::views()) {
    if (each.name == name) return std::string(each.description);
  }
  for (const schema::NamedSql& each : schema::virtual_tables()) {
    if (each.name == name) return std::string(each.description);
  }
  return {};
}

int list_all(Session& session, const DatabaseAudit& audit) {
  Json list = Json::array();
  Table table(
      {{"name", false, Style::bold}, {"kind"}, {"rows", true}, {"", false, Style::dim, true}});
  const auto add = [&](const std::string& name, const char* kind,
                       std::optional<std::uint64_t> rows) {
    table.row({name, kind, rows ? grouped(*rows) : "", meaning_of(name)});
    list.push_back({{"name", name},
                    {"kind", kind},
                    {"rows", rows ? Json(*rows) : Json(nullptr)},
                    {"description", meaning_of(name)}});
  };
  for (const TableFigures& each : audit.tables) add(each.name, "table", each.rows);
  for (const schema::LiveTable& each : audit.live.tables) {
    if (each.virtual_table) add(each.name, "full text", std::nullopt);
  }
  for (const schema::LiveProgram& each : audit.live.views) add(each.name, "view", std::nullopt);
  if (session.settings.json) {
    session.out.line(json_text({{"items", std::move(list)}}));
  } else {
    table.print(session.out);
  }
  return session.finish(Exit::done);
}

Error no_such_table(const DatabaseAudit& audit, const std::string& name) {
  std::vector<std::string> known;
  for (const schema::LiveTable& each : audit.live.tables) known.push_back(each.name);
  for (const schema::LiveProgram& each : audit.live.views) known.push_back(each.name);
  const std::string near = nearest(name, known);
  return {ErrorKind::not_found, "'" + name + "'", "there is no such table or view",
          near.empty() ? "'deltagraph db inspect' lists them" : "Did you mean '" + near + "'?"};
}

void print_rows(Session& session, const Reader::Table& rows) {
  std::vector<Column> columns;
  for (const std::string& name : rows.columns) {
    const std::size_t at = columns.size();
    const bool number = !rows.is_number.empty() && rows.is_number[0][at];
    columns.push_back({name, number, Style::plain, !number});
  }
  Table table(std::move(columns));
  for (const auto& row : rows.rows) {
    std::vector<std::string> cells;
    for (const std::optional<std::string>& cell : row) cells.push_back(cell.value_or(""));
    table.row(std::move(cells));
  }
  table.print(session.out);
}

Json rows_json(const Reader::Table& rows) {
  Json items = Json::array();
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    Json& item = items.emplace_back(Json::array());
    for (std::size_t j = 0; j < rows.rows[i].size(); ++j) {
      const std::optional<std::string>& cell = rows.rows[i][j];
      Json number = cell && rows.is_number[i][j] ? Json::parse(*cell, nullptr, false) : Json();
      item.push_back(!cell ? Json(nullptr) : number.is_number() ? std::move(number) : Json(*cell));
    }
  }
  return items;
}

int browse(Session& session, const std::filesystem::path& database, const DatabaseAudit& audit,
           const Choice& choice) {
  const schema::LiveTable* table = audit.live.table(choice.table);
  if (table == nullptr && audit.live.view(choice.table) == nullptr)
    return session.fail(no_such_table(audit, choice.table));
  const Result<std::unique_ptr<Reader>> reader = open_reader(database);
  if (!reader) return session.fail(reader.error());
  std::optional<std::uint64_t> total;
  for (const TableFigures& each : audit.tables) {
    if (each.name == choice.table) total = each.rows;
  }
  const auto limit = static_cast<std::size_t>(choice.limit);
  const Result<Reader::Table> rows =
      (*reader)->sql("SELECT * FROM " + schema::quoted_name(choice.table) + " LIMIT " +
                         std::to_string(limit + 1) + " OFFSET " + std::to_string(choice.offset),
                     limit, 30'000);
  if (!rows) return session.fail(rows.error());
  const auto next = choice.offset + static_cast<std::int64_t>(rows->rows.size());
  if (session.settings.json) {
    Json json{{"table", choice.table}, {"columns", rows->columns}};
    if (table != nullptr) json["definition"] = live_table_json(*table);
    json["items"] = rows_json(*rows);
    json["total"] = total ? Json(*total) : Json(nullptr);
    json["next_offset"] = rows->truncated ? Json(next) : Json(nullptr);
    session.out.line(json_text(json));
  } else if (rows->rows.empty()) {
    session.out.line(choice.offset == 0 ? "No rows in " + printable(choice.table) + "."
                                        : std::string("No more rows."));
  } else {
    print_rows(session, *rows);
    if (rows->truncated)
      session.out.line(session.out.paint(
          Style::yellow, "Rows " + grouped(static_cast<std::uint64_t>(choice.offset) + 1) + " to " +
                             grouped(static_cast<std::uint64_t>(next)) +
                             (total ? " of " + grouped(*total) : "") + "; more with --offset " +
                             std::to_string(next)));
  }
  return session.finish(Exit::done);
}

int inspect(Session& session, const Choice& choice) {
  const Result<schema::MigrateTarget> target = migrate_target(session);
  if (!target) return session.fail(target.error());
  const Result<std::unique_ptr<SchemaReader>> reader = open_schema_reader(target->database);
  if (!reader) return session.fail(reader.error());
  const Result<DatabaseAudit> audit = (*reader)->audit(false);
  if (!audit) return session.fail(audit.error());
  if (choice.table.empty()) return list_all(session, *audit);
  return browse(session, target->database, *audit, choice);
}

}  // namespace

void add_db_inspect(CLI::App& db, Invocation& invocation) {
  const auto choice = std::make_shared<Choice>();
  CLI::App* command =
      add_command(db, "inspect", "List the tables, or browse the rows of one", invocation,
                  [choice](Session& session) { return inspect(session, *choice); });
  command->add_option("TABLE", choice->table, "A table or view");
  command->add_option("--limit", choice->limit, "Most rows (20)")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--offset", choice->offset, "Rows to leave out")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{999'999'999}));
}

}  // namespace dg
