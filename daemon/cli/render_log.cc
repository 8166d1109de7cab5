#include "daemon/cli/figures.h"
#include "daemon/cli/render.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

std::string count_text(const Json& counts, const char* key) {
  return grouped(counts.value(key, std::uint64_t{0}));
}

/// The columns that every entry begins with.
std::vector<std::string> head_of(const Json& item) {
  return {"#" + std::to_string(item.value("sequence", std::uint64_t{0})),
          date_text(item.value("time_ms", std::int64_t{0})), item.value("cause", "")};
}

/// `reached by 12`: of the change that most code depends on.
std::string impact_of(const Json& item) {
  const Json impact = item.value("impact", Json());
  if (!impact.is_number() || impact.get<std::uint64_t>() == 0) return "";
  return "reached by " + grouped(impact.get<std::uint64_t>());
}

std::string git_of(const Json& item) {
  const Json& head = item.at("git_head");
  return head.is_string() ? head.get<std::string>().substr(0, 9) : "";
}

std::string files_of(const Json& item) {
  const Json& files = item.at("files");
  const std::uint64_t total = item.at("counts").value("files", std::uint64_t{0});
  std::string text;
  for (std::size_t i = 0; i < files.size() && i < 2; ++i) {
    const std::string change = files[i].value("change", "");
    text += text.empty() ? "" : ", ";
    text += (change == "added" ? "+" : change == "removed" ? "-" : "") + files[i].value("path", "");
  }
  if (total > 2) text += " and " + grouped(total - 2) + " more";
  return text.empty() ? "configuration" : text;
}

std::string fields_of(const Json& event) {
  std::string text;
  for (const Json& field : event.at("fields")) {
    text += (text.empty() ? "" : ", ") + field.get<std::string>();
  }
  return text;
}

/// The entries without a table where lines stand between them; else all at once, aligned.
class Entries {
 public:
  Entries(Terminal& out, std::vector<Column> columns, bool apart)
      : out_(out), columns_(std::move(columns)), apart_(apart), table_(columns_) {}
  void row(std::vector<std::string> cells) {
    table_.row(std::move(cells));
    if (apart_) finish();
  }
  void finish() {
    table_.print(out_);
    table_ = Table(columns_);
  }

 private:
  Terminal& out_;
  std::vector<Column> columns_;
  bool apart_;
  Table table_;
};

std::string value_text(const Json& value) {
  if (value.is_null()) return "none";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  const std::string text = value.get<std::string>();
  return text.empty() ? "none" : text;
}

/// `signature: pay(a) -> pay(a, b)`; a value alone where there is one side only.
std::string change_text(const Json& change) {
  const std::string field = change.value("field", "");
  const Json& old_value = change.at("old");
  const Json& new_value = change.at("new");
  if (old_value.is_null()) return field + ": " + value_text(new_value);
  if (new_value.is_null()) return field + ": " + value_text(old_value);
  if (field == "body") return "body changed";
  return field + ": " + value_text(old_value) + " -> " + value_text(new_value);
}

void print_values(Terminal& out, const Json& event, const std::string& indent) {
  if (!event.contains("changes")) return;
  const auto line = [&](Style style, const std::string& text) {
    std::string shown = printable(text);
    out.line(indent + out.paint(style, shown));
  };
  const bool created = event.value("operation", "") == "create";
  for (const Json& change : event.at("changes")) {
    if (created && change.value("field", "") == "body") continue;  // A hash of nothing before.
    line(Style::yellow, change_text(change));
  }
  for (const auto& [key, sign, style] :
       {std::tuple("gained", "+ ", Style::green), std::tuple("lost", "- ", Style::red)}) {
    for (const Json& edge : event.at(key)) {
      const std::string confidence = edge.value("confidence", "");
      line(style, sign + edge.value("relation", "") + " " + edge.value("target", "") +
                      (confidence == "exact" ? "" : " (" + confidence + ")"));
    }
  }
  for (const auto& [key, sign] :
       {std::pair("opened", "+ unresolved "), std::pair("closed", "- unresolved ")}) {
    for (const Json& open : event.at(key)) {
      const std::string detail = open.value("detail", "");
      line(Style::dim, sign + open.value("relation", "") + " " + open.value("text", "") + ": " +
                           open.value("reason", "") + (detail.empty() ? "" : ":" + detail));
    }
  }
}

void print_atoms(Terminal& out, const Json& item) {
  if (!item.contains("atoms")) return;
  for (const Json& event : item.at("atoms")) {
    out.line("    " + event.value("operation", "") + " " +
             out.paint(Style::bold, printable(event.value("id", ""))) +
             out.paint(Style::dim, "  v" + std::to_string(event.value("version", 0)) + "  " +
                                       fields_of(event) + (impact_of(event).empty() ? "" : "  ") +
                                       impact_of(event)));
    print_values(out, event, "        ");
  }
  const std::uint64_t total = item.value("atoms_total", std::uint64_t{0});
  if (total > item.at("atoms").size()) {
    out.line("    and " + grouped(total - item.at("atoms").size()) + " atoms more (--all)");
  }
}

std::string atoms_text(const Json& counts) {
  std::string text = "+" + count_text(counts, "created") + " ~" + count_text(counts, "updated") +
                     " -" + count_text(counts, "deleted");
  for (const char* key : {"renamed", "moved"}) {
    if (counts.value(key, std::uint64_t{0}) > 0) text += ", " + count_text(counts, key) + " " + key;
  }
  return text;
}

void render_project(Terminal& out, const Json& items) {
  const bool patch = !items.empty() && items.front().contains("atoms");
  Entries entries(out,
                  {{"", true, Style::bold},
                   {"", false, Style::dim},
                   {"", false, Style::plain},
                   {"", false, Style::cyan, true, true},
                   {"", false, Style::plain},
                   {"", false, Style::plain},
                   {"", false, Style::plain},
                   {"", false, Style::yellow}},
                  patch);
  for (const Json& item : items) {
    const Json& counts = item.at("counts");
    std::vector<std::string> cells = head_of(item);
    cells.push_back(files_of(item));
    cells.push_back("atoms " + atoms_text(counts));
    cells.push_back("edges +" + count_text(counts, "relations_gained") + " -" +
                    count_text(counts, "relations_lost"));
    cells.push_back(impact_of(item));
    cells.push_back(git_of(item));
    entries.row(std::move(cells));
    print_atoms(out, item);
  }
  entries.finish();
}

void render_file(Terminal& out, const Json& items) {
  const bool patch = !items.empty() && items.front().contains("atoms");
  Entries entries(out,
                  {{"", true, Style::bold},
                   {"", false, Style::dim},
                   {"", false, Style::plain},
                   {"", false, Style::cyan},
                   {"", false, Style::plain},
                   {"", false, Style::plain},
                   {"", false, Style::yellow}},
                  patch);
  for (const Json& item : items) {
    std::vector<std::string> cells = head_of(item);
    const std::string change = item.value("change", "");
    cells.push_back(change == "none" ? "elsewhere" : change);
    cells.push_back("atoms " + atoms_text(item.at("counts")));
    cells.push_back(impact_of(item));
    cells.push_back(git_of(item));
    entries.row(std::move(cells));
    print_atoms(out, item);
  }
  entries.finish();
}

void render_atom(Terminal& out, const Json& items, const std::string& id) {
  const bool patch = !items.empty() && items.front().contains("changes");
  Entries entries(out,
                  {{"", true, Style::bold},
                   {"", false, Style::dim},
                   {"", false, Style::plain},
                   {"", true, Style::dim},
                   {"", false, Style::cyan},
                   {"", false, Style::plain, true},
                   {"", false, Style::plain},
                   {"", false, Style::yellow}},
                  patch);
  for (const Json& item : items) {
    std::vector<std::string> cells = head_of(item);
    cells.push_back("v" + std::to_string(item.value("version", 0)));
    cells.push_back(item.value("operation", ""));
    std::string what = fields_of(item);
    // What it was called then, where that is not what it is called now.
    if (item.value("id", "") != id) {
      what += (what.empty() ? "as " : ", as ") + item.value("id", "");
    }
    cells.push_back(what);
    cells.push_back(impact_of(item));
    cells.push_back(git_of(item));
    entries.row(std::move(cells));
    print_values(out, item, "    ");
  }
  entries.finish();
}

void render_compacted(Terminal& out, const Json& compacted) {
  out.line(out.paint(
      Style::yellow,
      "What happened before #" + std::to_string(compacted.value("first", std::uint64_t{0})) + " (" +
          date_text(compacted.value("first_ms", std::int64_t{0})) + ") was compacted away on " +
          date_text(compacted.value("at_ms", std::int64_t{0})) + ": " +
          counted(compacted.value("commits", std::uint64_t{0}), "commit") + ", " +
          counted(compacted.value("events", std::uint64_t{0}), "event") + "."));
}

}  // namespace

void render_log(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& of = answer.at("of");
  const Json& items = answer.at("items");
  const std::string kind = of.value("kind", "");
  const std::string id = of.value("id", "");
  if (kind != "project") {
    out.line(out.paint(Style::bold, printable(id)) +
             (of.value("removed", false) ? out.paint(Style::red, " (gone)") : ""));
  }
  const Json compacted = answer.value("compacted", Json());
  // The beginning of what is left is reached: what is before it cannot be told any more.
  const bool at_begin = compacted.is_object() && !answer.value("truncated", false);
  if (items.empty())
    out.line(at_begin ? "Nothing that is left in the log happened in that range."
                      : "Nothing happened in that range.");
  if (kind == "project") {
    render_project(out, items);
  } else if (kind == "file") {
    render_file(out, items);
  } else {
    render_atom(out, items, id);
  }
  if (at_begin) render_compacted(out, compacted);
  render_page(out, answer, items.size());
}

}  // namespace dg
