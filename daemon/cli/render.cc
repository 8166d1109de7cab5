#include "daemon/cli/render.h"

#include "daemon/cli/figures.h"
#include "daemon/cli/render_schema.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/table.h"
#include "daemon/requests/answer.h"

namespace dg {
namespace {

void render_stats(Session& session, const Json& answer) {
  print_summary(session, answer, kMostLimit);
}

}  // namespace

void render_answer(Session& session, const std::string& method, const Json& answer) {
  using Renderer = void (*)(Session&, const Json&);
  constexpr std::pair<const char*, Renderer> renderers[] = {
      {"find", render_find},
      {"show", render_show},
      {"outline", render_outline},
      {"callers", render_callers},
      {"callees", render_callees},
      {"impact", render_impact},
      {"path", render_path},
      {"diff", render_diff},
      {"log", render_log},
      {"sql", render_sql},
      {"get_schema", render_get_schema},
      {"stats", render_stats},
      {"resolve", render_resolve},
      {"definition", render_definition},
      {"why", render_why},
      {"why-not", render_why_not},
      {"explain-import", render_explain_import},
      {"unresolved", render_unresolved},
      {"validate-imports", render_validate_imports},
      {"why-ignored", render_why_ignored}};
  for (const Json& notice : answer.value("notices", Json::array()))
    session.notice(notice.get<std::string>());
  for (const auto& [name, render] : renderers) {
    if (method != name) continue;
    render(session, answer);
    render_freshness(session.out, answer);
    return;
  }
  session.out.line(json_text(answer));
}

void render_freshness(Terminal& out, const Json& answer) {
  std::string line = "seq " + std::to_string(answer.value("sequence", std::uint64_t{0}));
  if (const auto age = answer.find("age_ms"); age != answer.end() && age->is_number()) {
    line += " · " + age_text(age->get<std::int64_t>());
  }
  if (const auto skipped = answer.value("files_skipped", std::uint64_t{0}); skipped != 0) {
    line += " · " + counted(skipped, "file") + " skipped";
  }
  if (const auto as_of = answer.find("as_of"); as_of != answer.end()) {
    line += as_of->is_string() ? " · as of " + as_of->get<std::string>()
                               : std::string(" · before the first commit");
    out.line(out.paint(Style::yellow, line));
    return;
  }
  const bool live = answer.value("live", false);
  if (answer.value("behind", false)) {
    line +=
        " · behind: " + counted(answer.value("pending", std::uint64_t{0}), "change") + " pending";
    out.line(out.paint(Style::yellow, line));
    return;
  }
  line += live ? " · live" : " · from the database: no service runs";
  out.line(out.paint(live ? Style::dim : Style::yellow, line));
}

std::string place_of(const Json& atom) {
  return atom.value("file", "") + ":" + std::to_string(atom.value("line", 0)) + ":" +
         std::to_string(atom.value("col", 0));
}

void render_page(Terminal& out, const Json& answer, std::size_t shown) {
  if (answer.value("changed_since_cursor", false)) {
    out.line(out.paint(
        Style::yellow,
        "The project has changed since the page before: entries may repeat or be missing."));
  }
  if (!answer.value("truncated", false)) return;
  const std::uint64_t total = answer.value("total", std::uint64_t{0});
  std::string line = grouped(shown) + " of " + grouped(total) + " shown; more with --limit N";
  if (answer.contains("next_cursor")) line += " or --cursor " + answer.value("next_cursor", "");
  out.line(out.paint(Style::yellow, line));
}

void render_mentions(Terminal& out, const Json& answer) {
  const Json mentions = answer.value("unresolved", Json::object());
  const std::uint64_t possible = mentions.value("possible", std::uint64_t{0});
  if (possible == 0) return;
  out.line(out.paint(
      Style::yellow,
      counted(possible, "unresolved site mentions", "unresolved sites mention") + " this name."));
}

}  // namespace dg
