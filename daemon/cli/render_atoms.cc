#include "daemon/cli/figures.h"
#include "daemon/cli/render.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

std::string counts_text(const Json& counts) {
  std::string text;
  for (const auto& [relation, count] : counts.items()) {
    if (!text.empty()) text += ", ";
    text += relation + " " + grouped(count.get<std::uint64_t>());
  }
  return text.empty() ? "none" : text;
}

std::string flags_text(const Json& atom) {
  std::string text = atom.value("kind", "");
  for (const char* flag : {"exported", "async", "static", "ambient"}) {
    if (atom.value(flag, false)) text += std::string(", ") + flag;
  }
  return text;
}

/// A text of several lines, each with the indent.
void print_lines(Terminal& out, Style style, const std::string& text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    std::string shown;
    for (const char c : line) shown += c == '\t' ? "    " : std::string(1, c);
    out.line("  " + out.paint(style, printable(shown)));
    at = end + 1;
  }
}

/// A line for each of atom_json().
void print_atoms(Session& session, const Json& atoms) {
  Table table({{"", false, Style::cyan, true, true},
               {"", false, Style::dim},
               {"", false, Style::bold, true, true}});
  for (const Json& atom : atoms) {
    table.row({place_of(atom), atom.value("kind", ""), atom.value("id", "")});
  }
  table.print(session.out);
}

}  // namespace

void render_find(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  if (items.empty()) {
    out.line(answer.contains("as_of")
                 ? "No atom had this in its name; signatures and documentation were not searched."
                 : "No atom has this in its name, signature or documentation.");
    render_mentions(out, answer);
    return;
  }
  Table table({{"", false, Style::cyan, true, true},
               {"", false, Style::dim},
               {"", false, Style::bold, true, true},
               {"", false, Style::plain, true},
               {"", true, Style::dim}});
  for (const Json& item : items) {
    const Json& atom = item.at("atom");
    table.row({place_of(atom), atom.value("kind", ""), atom.value("qualified_name", ""),
               item.value("signature", ""),
               counted(item.value("callers", std::uint64_t{0}), "caller")});
  }
  table.print(out);
  render_page(out, answer, items.size());
  if (!answer.value("full_text", true)) {
    out.line(out.paint(Style::yellow, answer.contains("as_of")
                                          ? "Signatures and documentation are not searched in "
                                            "the past: names alone."
                                          : "Full text could not be asked: names alone."));
  }
}

void render_show(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& atom = answer.at("atom");
  out.line(out.paint(Style::bold, printable(atom.value("id", ""))) + "  " +
           out.paint(Style::cyan, printable(place_of(atom))));
  if (!atom.value("signature", "").empty())
    print_lines(out, Style::green, atom.value("signature", ""));
  if (!atom.value("doc", "").empty()) print_lines(out, Style::dim, atom.value("doc", ""));
  Table table({{"", false, Style::bold}, {"", false, Style::plain, false, false, true}});
  table.row({"kind", flags_text(atom)});
  if (atom.contains("owner") && atom["owner"].is_string())
    table.row({"in", atom["owner"].get<std::string>()});
  table.row({"lines", std::to_string(atom.at("start").value("line", 0)) + "–" +
                          std::to_string(atom.value("end_line", 0)) + ", " +
                          counted(atom.value("code_lines", std::uint64_t{0}), "line") +
                          " of code, complexity " + std::to_string(atom.value("complexity", 0))});
  table.row({"version", std::to_string(atom.value("version", 0))});
  table.row({"outgoing", counts_text(answer.at("outgoing"))});
  table.row({"incoming", counts_text(answer.at("incoming"))});
  const Json& unresolved = answer.at("unresolved");
  table.row({"unresolved", counted(unresolved.value("own_sites", std::uint64_t{0}), "site") +
                               " of its own without a target"});
  table.print(out, 2);
  if (const auto source = answer.find("source"); source != answer.end()) {
    if (source->is_string()) {
      out.line("");
      print_lines(out, Style::plain, source->get<std::string>());
    } else {
      out.line(out.paint(Style::yellow,
                         answer.contains("as_of")
                             ? "The file has changed since: history holds no source."
                             : "The file has changed since: its source is not shown. Try --sync."));
    }
  }
  render_mentions(out, answer);
}

void render_outline(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  out.line(out.paint(Style::bold, printable(answer.value("file", ""))) + "  " +
           counted(answer.value("lines", std::uint64_t{0}), "line") + ", " +
           answer.value("language", ""));
  if (answer.contains("skipped") && answer["skipped"].is_string()) {
    out.line(out.paint(Style::yellow, "Skipped: " + answer["skipped"].get<std::string>() +
                                          ". Only its name is indexed."));
  }
  if (const std::uint64_t problems = answer.value("problems", std::uint64_t{0}); problems > 0) {
    out.line(out.paint(Style::yellow, counted(problems, "problem") +
                                          " in its syntax: what can be read is indexed."));
  }
  Table table({{"", true, Style::cyan},
               {"", false, Style::plain, true},
               {"", false, Style::dim},
               {"", true, Style::dim}});
  for (const Json& item : items) {
    const Json& atom = item.at("atom");
    const std::uint64_t depth = item.value("depth", std::uint64_t{0});
    if (depth == 0) continue;
    const std::string signature = item.value("signature", "");
    std::string name(2 * (depth - 1), ' ');
    name += signature.empty() ? atom.value("name", "") : signature;
    const std::uint64_t callers = item.value("callers", std::uint64_t{0});
    table.row({std::to_string(atom.value("line", 0)) + ":" + std::to_string(atom.value("col", 0)),
               name, atom.value("kind", "") + (atom.value("exported", false) ? ", exported" : ""),
               callers == 0 ? "" : counted(callers, "caller")});
  }
  table.print(out, 2);
  render_page(out, answer, items.size());
}

void render_sql(Session& session, const Json& answer) {
  std::vector<Column> columns;
  for (const Json& name : answer.at("columns")) {
    columns.push_back({printable(name.get<std::string>()), false, Style::plain, true});
  }
  const Json& items = answer.at("items");
  if (columns.empty()) return;
  Table table(std::move(columns));
  for (const Json& cells : items) {
    std::vector<std::string> row;
    for (const Json& cell : cells)
      row.push_back(cell.is_string() ? cell.get<std::string>()
                    : cell.is_null() ? "NULL"
                                     : cell.dump());
    table.row(std::move(row));
  }
  table.print(session.out);
  if (answer.value("truncated", false)) {
    session.out.line(session.out.paint(Style::yellow, "The first " + counted(items.size(), "row") +
                                                          "; there are more: --limit N"));
  }
}

void render_definition(Session& session, const Json& answer) {
  const Json& name = answer.at("name");
  if (name.is_null()) return session.out.line("No name that is used or declared stands there.");
  if (answer.at("items").empty()) {
    return session.out.line(printable(name.value("text", "")) + " has no target in the project.");
  }
  print_atoms(session, answer.at("items"));
}

void render_resolve(Session& session, const Json& answer) {
  if (answer.at("items").empty()) session.out.line("No atom has this id, place or name.");
  print_atoms(session, answer.at("items"));
}

void render_why_ignored(Session& session, const Json& answer) {
  session.out.line(printable(answer.value("path", "")) + ": " +
                   printable(answer.value("reason", "")));
}

}  // namespace dg
