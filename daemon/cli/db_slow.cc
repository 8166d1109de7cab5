#include <memory>

#include "daemon/cli/ask.h"
#include "daemon/cli/db_schema.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/requests/params.h"

namespace dg {
namespace {

/// On one line.
std::string one_line(const std::string& sql) {
  std::string line;
  for (const char c : sql) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  return printable(line);
}

void print(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  if (items.empty()) {
    out.line(
        "No statement has been measured: the figures are a running service's, since it began.");
    return;
  }
  for (const Json& item : items) {
    const auto figure = [&](const char* name) { return item.at(name).get<std::uint64_t>(); };
    out.line(out.paint(Style::bold, duration_text(item.at("total_ms").get<double>())) + " in " +
             counted(figure("runs"), "run") + ", worst " +
             duration_text(item.at("worst_ms").get<double>()) + ", " +
             counted(figure("rows"), "row") + " given, " + grouped(figure("scanned")) + " scanned");
    out.line("  " + one_line(item.at("sql").get<std::string>()));
    for (const Json& step : item.at("plan"))
      out.line(out.paint(Style::dim, "    " + printable(step.get<std::string>())));
    for (const Json& warning : item.at("warnings"))
      out.line("    " + out.paint(Style::yellow, warning.get<std::string>()));
  }
}

int slow(Session& session, std::int64_t limit) {
  const Result<std::filesystem::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const Result<std::unique_ptr<Answerer>> answerer = Answerer::open(session, *project);
  if (!answerer) return session.fail(answerer.error());
  const Result<Json> answer = (*answerer)->ask("slow", Json{{"limit", limit}});
  if (!answer) return session.fail(answer.error());
  if (session.settings.json) {
    session.out.line(json_text(*answer));
  } else {
    print(session, *answer);
  }
  return session.finish(Exit::done);
}

}  // namespace

void add_db_slow(CLI::App& db, Invocation& invocation) {
  const auto limit = std::make_shared<std::int64_t>(10);
  CLI::App* command =
      add_command(db, "slow", "The statements that cost most, with their plans", invocation,
                  [limit](Session& session) { return slow(session, *limit); });
  command->add_option("--limit", *limit, "Most statements (10)")
      ->type_name("N")
      ->check(CLI::Range(1, 500));
}

}  // namespace dg
