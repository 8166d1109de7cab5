#include "daemon/cli/delta_lines.h"

#include "daemon/cli/figures.h"

namespace dg {
namespace {

constexpr std::size_t kBrokenShown = 8, kRenamesShown = 8;

std::uint64_t count_of(const Json& counts, const char* key) {
  return counts.value(key, std::uint64_t{0});
}

std::string files_text(const Json& delta, std::uint64_t total) {
  const Json& files = delta.at("files");
  std::string text;
  for (std::size_t i = 0; i < files.size() && i < 2; ++i) {
    const std::string change = files[i].value("change", "changed");
    if (!text.empty()) text += ", ";
    text += change == "added" ? "+" : change == "removed" ? "-" : "";
    text += files[i].value("path", "");
  }
  if (total > 2) text += " and " + counted(total - 2, "file") + " more";
  return text.empty() ? "configuration" : text;
}

std::string changes_text(const Terminal& out, const Json& counts) {
  const auto part = [&](const char* sign, const char* key, Style style) {
    const std::uint64_t count = count_of(counts, key);
    return out.paint(count > 0 ? style : Style::dim, sign + grouped(count));
  };
  std::string text = "atoms " + part("+", "created", Style::green) + " " +
                     part("~", "updated", Style::yellow) + " " + part("-", "deleted", Style::red);
  for (const char* key : {"renamed", "moved"}) {
    const std::uint64_t count = count_of(counts, key);
    if (count > 0) text += " " + out.paint(Style::yellow, grouped(count) + " " + key);
  }
  text += "  edges " + part("+", "relations_gained", Style::green) + " " +
          part("-", "relations_lost", Style::red);
  return text;
}

/// Atoms that were renamed or moved. What is nested in one of them goes with it, unsaid.
void print_renames(Terminal& out, const Json& atoms) {
  std::size_t shown = 0, all = 0;
  std::string owner;
  for (const Json& atom : atoms) {
    const std::string from = atom.value("from", "");
    if (from.empty() || (!owner.empty() && from.starts_with(owner))) continue;
    owner = from + ".";
    if (++all > kRenamesShown) continue;
    ++shown;
    const std::string verb = atom.value("operation", "") == "move" ? "moved " : "renamed ";
    out.line("  " + out.paint(Style::yellow, verb) +
             printable(from + " -> " + atom.value("id", "")));
  }
  if (all > shown) out.line("  and " + grouped(all - shown) + " more renamed or moved");
}

}  // namespace

void print_delta(Terminal& out, const Json& delta) {
  const Json& counts = delta.at("counts");
  std::string line =
      out.paint(Style::dim, clock_text(delta.value("committed_ms", std::int64_t{0})));
  line +=
      " " + out.paint(Style::bold, "#" + std::to_string(delta.value("sequence", std::uint64_t{0})));
  line += " " + delta.value("cause", "");
  line += "  " + out.paint(Style::cyan, printable(files_text(delta, count_of(counts, "files"))));
  line += "  " + changes_text(out, counts);
  if (const auto latency = delta.find("latency_ms");
      latency != delta.end() && latency->is_number()) {
    line += "  " + out.paint(Style::dim, duration_text(latency->get<double>()));
  }
  out.line(line);

  print_renames(out, delta.at("atoms"));
  const Json& broken = delta.at("broken");
  for (std::size_t i = 0; i < broken.size() && i < kBrokenShown; ++i) {
    const Json& each = broken[i];
    out.line("  " + out.paint(Style::red, "broken") + " " +
             printable(each.value("place", "") + "  " + each.value("source", "") + " " +
                       each.value("relation", "") + " " + each.value("text", "") + ": " +
                       each.value("reason", "")));
  }
  if (broken.size() > kBrokenShown) {
    out.line(
        out.paint(Style::red, "  and " + grouped(broken.size() - kBrokenShown) + " more broken"));
  }
}

}  // namespace dg
