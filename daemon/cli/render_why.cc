#include "daemon/cli/figures.h"
#include "daemon/cli/render.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

std::string line_place(const Json& at) {
  std::string text = at.value("file", "");
  if (at.contains("line")) text += ":" + std::to_string(at.value("line", 0));
  if (at.contains("col")) text += ":" + std::to_string(at.value("col", 0));
  return text;
}

std::string ends(const Terminal& out, const Json& answer) {
  return out.paint(Style::bold, printable(answer.at("from").value("id", ""))) + " to " +
         out.paint(Style::bold, printable(answer.at("to").value("id", "")));
}

Table places() {
  return Table({{"", false, Style::cyan, true, true}, {"", false, Style::plain}});
}

}  // namespace

void render_why(Session& session, const Json& answer) {
  Terminal& out = session.out;
  if (!answer.value("found", false)) {
    out.line("No edge from " + ends(out, answer) + "; 'deltagraph why-not' tells why.");
    return;
  }
  for (const Json& edge : answer.at("items")) {
    out.line(out.paint(Style::bold, printable(answer.at("from").value("id", ""))) + " " +
             edge.value("relation", "") + " " +
             out.paint(Style::bold, printable(answer.at("to").value("id", ""))) + ", " +
             edge.value("confidence", ""));
    for (const Json& site : edge.at("sites")) {
      const std::string text = site.value("text", "");
      out.line("  " + out.paint(Style::cyan, printable(line_place(site))) +
               (text.empty() ? "" : "  " + printable(text)) + "  " + site.value("confidence", "") +
               ", " + site.value("rule", "") + ": " + site.value("rule_text", ""));
      Table steps = places();
      for (const Json& step : site.at("steps")) {
        steps.row({line_place(step), printable(step.value("text", ""))});
      }
      steps.print(out, 4);
    }
  }
}

void render_why_not(Session& session, const Json& answer) {
  Terminal& out = session.out;
  if (answer.value("found", false)) {
    std::string relations;
    for (const Json& relation : answer.at("relations")) {
      relations += (relations.empty() ? "" : ", ") + relation.get<std::string>();
    }
    out.line("There is an edge from " + ends(out, answer) + " (" + relations +
             "); 'deltagraph why' explains it.");
    return;
  }
  out.line("No edge from " + ends(out, answer) + ":");
  Table findings = places();
  for (const Json& finding : answer.at("items")) {
    findings.row({line_place(finding), printable(finding.value("text", ""))});
  }
  findings.print(out, 2);
}

void render_explain_import(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  if (items.empty()) {
    out.line("No import stands there; 'deltagraph explain-import " +
             printable(answer.value("file", "")) + "' lists those of the file.");
    return;
  }
  // Of a whole file the results alone are read; of a line, the steps.
  const bool steps = items.size() == 1 || answer.value("one_line", false);
  Table list({{"", false, Style::cyan}, {"", false, Style::bold, true}, {"", false, Style::plain}});
  for (const Json& item : items) {
    const Json& resolved = item.at("resolved");
    const std::string specifier = item.value("specifier", "");
    const std::string shown = specifier.empty() ? "(computed)" : specifier;
    const std::string result =
        resolved.is_string() ? resolved.get<std::string>()
                             : item.value("reason", "") + ": " + item.value("reason_text", "");
    const std::string at =
        std::to_string(item.value("line", 0)) + ":" + std::to_string(item.value("col", 0));
    if (!steps) {
      list.row({at, shown, result});
      continue;
    }
    out.line(out.paint(Style::cyan, printable(answer.value("file", "")) + ":" + at) + "  " +
             item.value("kind", "") + " " + out.paint(Style::bold, printable(shown)));
    Table table = Table({{"", false, Style::plain}, {"", false, Style::cyan, true, true}});
    for (const Json& step : item.at("steps")) {
      const bool rule = step.value("kind", "") == "rule";
      table.row({std::string(rule ? "" : "  ") + printable(step.value("text", "")),
                 rule && step.contains("file") ? line_place(step) : ""});
    }
    table.print(out, 2);
    out.line("  " + out.paint(resolved.is_string() ? Style::green : Style::yellow,
                              "= " + printable(result)));
  }
  list.print(out, 2);
}

void render_unresolved(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& counts = answer.at("by_reason");
  std::uint64_t all = 0;
  Table reasons({{"", true, Style::bold}, {"", false, Style::plain}});
  for (const auto& [reason, count] : counts.items()) {
    all += count.get<std::uint64_t>();
    reasons.row({grouped(count.get<std::uint64_t>()), reason});
  }
  const std::string path = answer.value("path", "");
  const std::uint64_t listed = answer.value("total", all);
  out.line((listed < all ? grouped(listed) + " of " : "") + counted(all, "unresolved site") +
           (path.empty() ? "" : " in " + printable(path)) +
           (listed < all ? " listed; the others leave the project or have other reasons, "
                           "--reasons all lists them"
                         : ""));
  reasons.print(out, 2);
  const Json& items = answer.at("items");
  Table sites({{"", false, Style::cyan, true, true},
               {"", false, Style::plain, true},
               {"", false, Style::dim},
               {"", false, Style::dim, true, true}});
  for (const Json& item : items) {
    const std::string detail = item.value("detail", "");
    sites.row({line_place(item), item.value("text", ""),
               item.value("reason", "") + (detail.empty() ? "" : ": " + detail),
               item.value("source", "")});
  }
  sites.print(out);
  render_page(out, answer, items.size());
}

void render_validate_imports(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const auto heading = [&](const char* one, const char* many, const Json& list) {
    const std::uint64_t total = list.value("total", std::uint64_t{0});
    out.line(out.paint(Style::bold, counted(total, one, many)));
  };
  const auto print = [&](const Json& list, const auto& text) {
    Table table({{"", false, Style::cyan, true, true}, {"", false, Style::plain, true}});
    for (const Json& item : list.at("items")) table.row({line_place(item), text(item)});
    table.print(out, 2);
    const std::uint64_t total = list.value("total", std::uint64_t{0});
    if (total > list.at("items").size()) {
      out.line(out.paint(Style::yellow,
                         "  and " + grouped(total - list.at("items").size()) + " more: --limit N"));
    }
  };
  const Json& broken = answer.at("broken");
  heading("broken import", "broken imports", broken);
  print(broken, [](const Json& item) {
    const std::string name = item.value("name", "");
    return (name.empty() ? "" : name + " of ") + item.value("specifier", "") + ": " +
           item.value("reason_text", "") +
           (item.value("type_only", false)     ? " (a type)"
            : item.value("conditional", false) ? " (in a branch, try or function)"
                                               : "");
  });
  heading("unused import", "unused imports", answer.at("unused"));
  print(answer.at("unused"), [](const Json& item) {
    return item.value("name", "") + " of " + item.value("specifier", "");
  });
  const Json& cyclic = answer.at("cyclic");
  heading("cycle of imports", "cycles of imports", cyclic);
  for (const Json& cycle : cyclic.at("items")) {
    std::string files;
    std::size_t shown = 0;
    const Json& all = cycle.at("files");
    for (const Json& file : all) {
      if (++shown > 6) break;
      files += (files.empty() ? "" : ", ") + file.get<std::string>();
    }
    if (all.size() > 6) files += " and " + counted(all.size() - 6, "file") + " more";
    out.line("  " + printable(files));
  }
  heading("export that no file imports", "exports that no file imports",
          answer.at("unused_exports"));
  print(answer.at("unused_exports"), [](const Json& item) { return item.value("name", ""); });
}

}  // namespace dg
