// Times, measurements and proposals of schema requests, as people read them.

#include "daemon/cli/figures.h"
#include "daemon/cli/render_schema_request.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string joined(const Json& list, const char* between) {
  std::string text;
  for (const Json& each : list) text += (text.empty() ? "" : between) + each.get<std::string>();
  return text;
}

void print_lookups(Session& session, const Json& lookups) {
  Table table({{"look-up by", false, Style::bold},
               {"", false, Style::dim},
               {"median", true},
               {"worst", true},
               {"rows", true},
               {"scanned", true},
               {"plan", false, Style::cyan, true}});
  for (const Json& lookup : lookups) {
    const auto runs = lookup.value("runs", std::uint64_t{0});
    const auto each = [&](const char* key) {
      return runs == 0 ? "" : grouped(lookup.value(key, std::uint64_t{0}) / runs);
    };
    const auto time = [&](const char* key) {
      return lookup[key].is_number() ? duration_text(lookup[key].get<double>()) : std::string();
    };
    const std::string name = text_of(lookup, "name");
    table.row({joined(lookup["keys"], ", "), name.empty() ? text_of(lookup, "of") : name,
               time("medianMs"), time("worstMs"), each("rows"), each("scanned"),
               joined(lookup["plan"], "; ")});
  }
  table.print(session.out, 2);
}

}  // namespace

void render_due(Session& session, const Json& answer) {
  for (const Json& item : answer["items"]) {
    const Json& request = item["request"];
    const bool applied = item.value("applied", false);
    session.out.line(session.out.paint(applied ? Style::green : Style::red,
                                       applied ? "applied" : "not applied") +
                     "  " +
                     printable(text_of(request, "id") + " (" + text_of(request, "tableName") + ")" +
                               (applied ? "" : ": " + text_of(item, "failure"))));
  }
  const std::string next = text_of(answer, "nextAt");
  if (answer["items"].empty()) session.out.line("Nothing is due.");
  if (!next.empty()) session.out.line("The next time is " + next + ".");
}

void render_performance(Session& session, const Json& answer) {
  if (answer["items"].empty()) session.out.line("No request has made a table yet.");
  for (const Json& table : answer["items"]) {
    session.out.line(session.out.paint(Style::bold, printable(text_of(table, "table"))) + ": " +
                     counted(table.value("rows", std::uint64_t{0}), "row") + ", " +
                     bytes_text(table.value("bytes", std::uint64_t{0})) + " and " +
                     bytes_text(table.value("indexBytes", std::uint64_t{0})) + " of indexes");
    print_lookups(session, table["lookups"]);
    for (const Json& warning : table["warnings"]) {
      session.out.line("  " + session.out.paint(Style::yellow, "warning") + "  " +
                       printable(warning.get<std::string>()));
    }
  }
}

void render_proposal(Session& session, const Json& answer) {
  session.out.line("Branch " + printable(text_of(answer, "branch")) + " at commit " +
                   text_of(answer, "commit") + ", on " + text_of(answer, "base") + ":");
  for (const Json& file : answer["files"])
    session.out.line("  " + printable(file.get<std::string>()));
  if (answer["remote"].is_null())
    session.out.line("There is no remote yet: 'git remote add origin URL' names one.");
  session.out.line("To open a pull request from it:");
  session.out.line("  " + printable(text_of(answer, "push")));
}

}  // namespace dg
