#include <map>
#include <utility>

#include "daemon/cli/figures.h"
#include "daemon/cli/render.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

Style confidence_style(const std::string& confidence) {
  return confidence == "exact"      ? Style::plain
         : confidence == "inferred" ? Style::yellow
                                    : Style::red;
}

std::string site_place(const std::string& file, const Json& site) {
  return file + ":" + std::to_string(site.value("line", 0)) + ":" +
         std::to_string(site.value("col", 0));
}

/// The source line of a site, where it was asked for and could be read.
std::string line_text(const Json& site) {
  const auto text = site.find("line_text");
  return text != site.end() && text->is_string() ? text->get<std::string>() : std::string();
}

Table edge_table() {
  return Table({{"", false, Style::cyan, true, true},
                {"", false, Style::bold, true, true},
                {"", false, Style::plain},
                {"", false, Style::dim},
                {"", false, Style::green, true}});
}

/// One row for each site; the neighbour is named on its first.
void add_neighbour(Table& table, const Json& item, const std::string& site_file) {
  bool first = true;
  for (const Json& site : item.at("sites")) {
    std::string confidence = site.value("confidence", "");
    if (item.contains("declared")) confidence += "  as " + item.value("declared", "");
    if (first) {
      table.row({site_place(site_file, site), item.at("atom").value("id", ""),
                 item.value("relation", ""), confidence, line_text(site)});
    } else {
      table.row({site_place(site_file, site), "", "", confidence, line_text(site)});
    }
    first = false;
  }
}

std::string heading(const Terminal& out, const Json& atom) {
  return out.paint(Style::bold, printable(atom.value("id", ""))) + " " +
         out.paint(Style::cyan, printable(place_of(atom)));
}

void render_other_relations(Terminal& out, const Json& answer) {
  const Json others = answer.value("other_relations", Json::object());
  if (others.empty()) return;
  std::string line = "Also: ";
  for (const auto& [relation, count] : others.items()) {
    line += relation + " " + grouped(count.get<std::uint64_t>()) + ", ";
  }
  line.resize(line.size() - 2);
  out.line(out.paint(Style::dim, line + " (--relations all)"));
}

void render_stood_for(Terminal& out, const Json& answer) {
  for (const Json& other : answer.value("stands_for", Json::array())) {
    out.line("It stands for " + heading(out, other.at("atom")) + ", which has " +
             counted(other.value("callers", std::uint64_t{0}), "caller"));
  }
}

void render_less_sure(Terminal& out, const Json& answer) {
  const std::uint64_t count = answer.value("less_sure", std::uint64_t{0});
  if (count == 0) return;
  out.line(out.paint(Style::dim,
                     counted(count, "edge") + " less sure than asked for (--confidence name)"));
}

void render_mentioning_sites(Terminal& out, const Json& answer) {
  const Json unresolved = answer.value("unresolved", Json::object());
  if (!unresolved.contains("sites") || !unresolved["sites"].is_array()) return;
  Table table({{"", false, Style::cyan, true, true},
               {"", false, Style::plain, true, true},
               {"", false, Style::plain, true},
               {"", false, Style::dim}});
  for (const Json& site : unresolved["sites"]) {
    table.row({site.value("place", ""), site.value("source", ""), site.value("text", ""),
               site.value("reason", "")});
  }
  table.print(out, 2);
}

}  // namespace

void render_callers(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  const std::uint64_t total = answer.value("total", std::uint64_t{0});
  const std::string head = heading(out, answer.at("atom"));
  out.line(total == 0 ? "No callers of " + head : counted(total, "caller") + " of " + head);
  Table table = edge_table();
  for (const Json& item : items) add_neighbour(table, item, item.at("atom").value("file", ""));
  table.print(out, 2);
  render_page(out, answer, items.size());
  render_stood_for(out, answer);
  render_other_relations(out, answer);
  render_less_sure(out, answer);
  render_mentions(out, answer);
  render_mentioning_sites(out, answer);
}

void render_callees(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  const std::string file = answer.at("atom").value("file", "");
  const std::uint64_t total = answer.value("total", std::uint64_t{0});
  const std::string head = heading(out, answer.at("atom"));
  out.line(total == 0 ? "No callees of " + head : counted(total, "callee") + " of " + head);
  Table table = edge_table();
  for (const Json& item : items) add_neighbour(table, item, file);
  table.print(out, 2);
  render_page(out, answer, items.size());
  render_less_sure(out, answer);

  const Json& open = answer.at("open");
  if (!open.empty()) {
    out.line(out.paint(Style::yellow,
                       counted(answer.at("unresolved").value("sites", std::uint64_t{0}), "site") +
                           " without a target in the project:"));
    Table targets({{"", false, Style::cyan, true, true},
                   {"", false, Style::plain, true},
                   {"", false, Style::dim}});
    for (const Json& use : open) {
      std::string reason = use.value("reason", "");
      if (!use.value("detail", "").empty()) reason += ": " + use.value("detail", "");
      const Json& sites = use.at("sites");
      if (sites.size() > 1) reason += ", " + counted(sites.size(), "site");
      targets.row(
          {sites.empty() ? file : site_place(file, sites.front()), use.value("text", ""), reason});
    }
    targets.print(out, 2);
  }
}

void render_impact(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  const std::uint64_t total = answer.value("total", std::uint64_t{0});
  const std::string head = heading(out, answer.at("atom"));
  if (total == 0) {
    out.line("Nothing reaches " + head);
  } else {
    out.line(counted(total, "atom") + " in " +
             counted(answer.value("files", std::uint64_t{0}), "file") + " reach" +
             (total == 1 ? "es " : " ") + head);
  }
  Table table({{"", true, Style::dim},
               {"", false, Style::cyan, true, true},
               {"", false, Style::bold, true, true},
               {"", false, Style::dim, true, true},
               {"", false, Style::green, true}});
  for (const Json& item : items) {
    const std::uint64_t level = item.value("level", std::uint64_t{1});
    const std::string via = level == 1 ? "" : "via " + item.value("via", "");
    const std::string& id = item.at("atom").at("id").get_ref<const std::string&>();
    const Json sites = item.value("sites", Json::array());
    if (sites.empty()) table.row({std::to_string(level), place_of(item.at("atom")), id, via});
    bool first = true;
    for (const Json& site : sites) {
      const std::string place = site_place(item.at("atom").value("file", ""), site);
      if (std::exchange(first, false)) {
        table.row({std::to_string(level), place, id, via, line_text(site)});
      } else {
        table.row({"", place, "", "", line_text(site)});
      }
    }
  }
  table.print(out, 2);
  render_page(out, answer, items.size());
  if (answer.value("cut", false)) {
    out.line(out.paint(Style::yellow, "There are more beyond this depth: --depth N"));
  }
  render_mentions(out, answer);
}

void render_path(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& items = answer.at("items");
  if (!answer.value("found", false)) {
    out.line("No way from " + heading(out, answer.at("from")) + " to " +
             heading(out, answer.at("to")));
    render_mentions(out, answer);
    return;
  }
  out.line(heading(out, answer.at("from")));
  for (const Json& step : items) {
    const Json& sites = step.at("sites");
    const std::string file = step.at("source").value("file", "");
    const std::string confidence = step.value("confidence", "");
    out.line(
        "  " + step.value("relation", "") + " " +
        out.paint(Style::cyan, printable(sites.empty() ? file : site_place(file, sites.front()))) +
        " " + out.paint(confidence_style(confidence), confidence));
    out.line(heading(out, step.at("target")));
  }
}

}  // namespace dg
