#include <algorithm>

#include "daemon/cli/figures.h"
#include "daemon/cli/render.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

/// `main 1a2b3c4d5 "Carts can be shared"`, `#12`, `now (#42)`.
std::string point_text(const Json& point) {
  const std::string text = point.value("text", "");
  const std::string kind = point.value("kind", "");
  if (kind == "git") {
    return text + " (" + point.value("revision", "").substr(0, 9) + ", " +
           point.value("subject", "") + ")";
  }
  const std::string sequence = "#" + std::to_string(point.value("sequence", std::uint64_t{0}));
  return kind == "now" || text != sequence ? text + " (" + sequence + ")" : text;
}

void heading(Terminal& out, const char* title, const Json& list) {
  if (!list.empty()) out.line(out.paint(Style::bold, title));
}

void render_references(Terminal& out, const char* title, const Json& list, Style style) {
  heading(out, title, list);
  Table table({{"", false, Style::cyan, true, true},
               {"", false, Style::plain, true, true},
               {"", false, style},
               {"", false, Style::dim, true}});
  for (const Json& each : list) {
    const Json& target = each.at("target");
    std::string tail = each.value("reason", "");
    if (target.is_string()) tail += ", " + target.get<std::string>();
    table.row({each.value("place", ""), each.value("source", ""),
               each.value("relation", "") + " " + each.value("text", ""), tail});
  }
  table.print(out, 2);
}

std::string joined(const Json& list, const char* separator) {
  std::string text;
  for (const Json& each : list) text += (text.empty() ? "" : separator) + each.get<std::string>();
  return text;
}

void render_atoms(Terminal& out, const Json& atoms) {
  heading(out, "atoms", atoms);
  const auto print = [&](const char* sign, Style style, const auto& wanted) {
    Table table({{"", false, style},
                 {"", false, style, true, true},
                 {"", false, Style::dim},
                 {"", false, Style::plain, true}});
    for (const Json& atom : atoms) {
      if (!wanted(atom.value("operation", ""))) continue;
      std::string what = joined(atom.at("fields"), ", ");
      if (atom.at("was").is_string()) {
        if (!what.empty()) what.insert(0, "; ");
        what.insert(0, atom.at("was").get<std::string>()).insert(0, "was ");
      }
      table.row({sign, atom.value("id", ""), atom.value("kind", ""), what});
    }
    table.print(out, 2);
  };
  print("+", Style::green, [](const std::string& op) { return op == "create"; });
  print("-", Style::red, [](const std::string& op) { return op == "delete"; });
  print(">", Style::yellow, [](const std::string& op) { return op == "rename" || op == "move"; });
  print("~", Style::yellow, [](const std::string& op) { return op == "update"; });
}

void render_edges(Terminal& out, const Json& edges) {
  heading(out, "edges", edges);
  for (const bool gained : {true, false}) {
    Table table({{"", false, gained ? Style::green : Style::red},
                 {"", false, Style::plain, true, true},
                 {"", false, Style::dim},
                 {"", false, Style::plain, true, true},
                 {"", false, Style::dim}});
    for (const Json& edge : edges) {
      if ((edge.value("change", "") == "gained") != gained) continue;
      const std::string confidence = edge.value("confidence", "");
      table.row({gained ? "+" : "-", edge.value("source", ""), edge.value("relation", ""),
                 edge.value("target", ""), confidence == "exact" ? "" : confidence});
    }
    table.print(out, 2);
  }
}

void render_cycles(Terminal& out, const Json& cycles) {
  heading(out, "cycles", cycles);
  for (const Json& cycle : cycles) {
    const bool is_new = cycle.value("change", "") == "new";
    out.line("  " +
             out.paint(is_new ? Style::red : Style::green,
                       cycle.value("change", "") + " over " + cycle.value("over", "")) +
             "  " + printable(joined(cycle.at("members"), ", ")));
  }
}

/// As `git diff --stat`: what each file contributes.
void render_files(Terminal& out, const Json& files) {
  heading(out, "files", files);
  Table table({{"", false, Style::cyan, true, true},
               {"", true, Style::green},
               {"", true, Style::yellow},
               {"", true, Style::red},
               {"", false, Style::dim},
               {"", false, Style::dim}});
  for (const Json& file : files) {
    const auto count = [&](const char* key) { return grouped(file.value(key, std::uint64_t{0})); };
    const std::string change = file.value("change", "");
    table.row({file.value("path", ""), "+" + count("created"), "~" + count("updated"),
               "-" + count("deleted"),
               "edges +" + count("edges_gained") + " -" + count("edges_lost"),
               change == "changed" ? "" : change});
  }
  table.print(out, 2);
}

}  // namespace

void render_diff(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& summary = answer.at("summary");
  out.line(out.paint(Style::dim, printable(point_text(answer.at("since")) + " -> " +
                                           point_text(answer.at("until")))));
  out.line(out.paint(Style::bold, summary.value("text", "")));
  render_references(out, "broken", answer.at("broken"), Style::red);
  render_references(out, "fixed", answer.at("fixed"), Style::green);
  render_cycles(out, answer.at("cycles"));
  render_atoms(out, answer.at("atoms"));
  render_edges(out, answer.at("edges"));
  render_files(out, answer.at("files"));
  for (const Json& each : answer.at("skipped")) {
    out.line(out.paint(Style::yellow, printable("not compared: " + each.value("path", "") + " " +
                                                each.value("reason", ""))));
  }
  if (answer.value("truncated", false)) {
    out.line(out.paint(Style::yellow, "Some lists are longer; more with --limit N"));
  }
}

}  // namespace dg
