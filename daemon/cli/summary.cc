#include "daemon/cli/summary.h"

#include <algorithm>

#include "daemon/cli/figures.h"
#include "daemon/cli/table.h"
#include "daemon/requests/stats.h"

namespace dg {
namespace {

/// Why a file was skipped, and what would have it read.
std::string skip_text(const std::string& reason) {
  if (reason == "too_large") return reason + " (max_file_bytes in .deltagraph/config.json)";
  if (reason == "too_complex") return reason + " (its parse was given up)";
  return reason;
}

const Json& at(const Json& json, const char* key) {
  static const Json none;
  const auto found = json.is_object() ? json.find(key) : json.end();
  return json.is_object() && found != json.end() ? *found : none;
}
std::uint64_t number(const Json& json, const char* key) {
  const Json& value = at(json, key);
  return value.is_number_unsigned() || value.is_number_integer() ? value.get<std::uint64_t>() : 0;
}
double real(const Json& json, const char* key) {
  const Json& value = at(json, key);
  return value.is_number() ? value.get<double>() : 0;
}

/// `calls 120, contains 40`: most first, then by name.
std::string breakdown(const Json& counts, const char* inner = nullptr) {
  std::vector<std::pair<std::uint64_t, std::string>> sorted;
  for (const auto& [name, value] : counts.items()) {
    const std::uint64_t count =
        inner != nullptr ? number(value, inner) : value.get<std::uint64_t>();
    if (count > 0) sorted.emplace_back(count, name);
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::string text;
  for (const auto& [count, name] : sorted) {
    if (!text.empty()) text += ", ";
    text += name + " " + grouped(count);
  }
  return text;
}

void add_ignored(Table& table, const Json& ignored) {
  const std::uint64_t folders = number(ignored, "folders"), files = number(ignored, "files");
  if (folders + files == 0) return;
  std::string text = counted(folders, "folder") + ", " + counted(files, "file");
  for (const Json& each : at(ignored, "first")) {
    text += (&each == &at(ignored, "first").front() ? ": " : ", ") + each.value("path", "") + " (" +
            each.value("source", "") + ")";
  }
  table.row({"  ignored", grouped(folders + files), text});
}

/// `exact 62 %, inferred 3 %, …`: shares of all call sites.
void add_call_sites(Table& table, const Json& sites) {
  const std::uint64_t total = number(sites, "total");
  if (total == 0) return;
  std::string text;
  const auto add = [&](const std::string& name, std::uint64_t count) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + name + " " +
            share_text(static_cast<double>(count) / static_cast<double>(total));
  };
  for (const auto& [confidence, count] : at(sites, "edges").items()) {
    add(confidence, count.get<std::uint64_t>());
  }
  const Json& external = at(sites, "external");
  add("external", number(external, "total"));
  for (const auto& [reason, count] : at(at(sites, "unresolved"), "by_reason").items()) {
    add(reason, count.get<std::uint64_t>());
  }
  table.row({"call sites", grouped(total), text});
  if (number(external, "total") > 0) {
    std::string packages;
    std::size_t shown = 0;
    for (const auto& [name, count] : at(external, "by_package").items()) {
      if (++shown > 8) break;
      packages += (shown == 1 ? "" : ", ") + name + " " + grouped(count.get<std::uint64_t>());
    }
    table.row({"  external to", grouped(number(external, "packages")),
               packages + (number(external, "packages") > 8 ? ", …" : "")});
  }
}

void add_counts(Table& table, const Json& summary) {
  const Json& files = at(summary, "files");
  const bool some = number(files, "total") > 0;
  table.row({"files", grouped(number(files, "total")),
             some ? counted(number(files, "lines"), "line") + ", " +
                        bytes_text(number(files, "bytes")) + "; " +
                        breakdown(at(files, "by_language"))
                  : "no JavaScript or TypeScript here that is not ignored"});
  add_ignored(table, at(summary, "ignored"));
  if (number(files, "skipped") > 0) {
    table.row({"  skipped", grouped(number(files, "skipped")),
               breakdown(at(files, "skipped_by_reason"))});
  }
  if (number(files, "with_problems") > 0) {
    table.row({"  with problems", grouped(number(files, "with_problems")),
               "what can be read of them is indexed"});
  }
  const Json& atoms = at(summary, "atoms");
  table.row({"atoms", grouped(number(atoms, "total")), breakdown(at(atoms, "by_kind"))});
  const Json& relations = at(summary, "relations");
  table.row({"relations", grouped(number(relations, "total")),
             breakdown(at(relations, "by_relation"), "edges")});
  if (number(relations, "total") > 0) {
    table.row({"  by confidence", "", breakdown(at(relations, "by_confidence"))});
  }
  add_call_sites(table, at(summary, "call_sites"));
  const Json& unresolved = at(summary, "unresolved");
  table.row(
      {"unresolved", grouped(number(unresolved, "total")), breakdown(at(unresolved, "by_reason"))});
}

void add_times(Table& table, const Json& summary) {
  if (const Json& times = at(summary, "timings"); times.is_object()) {
    const Json& work = at(summary, "work");
    table.row({"time", duration_text(real(times, "total_ms")),
               "parse " + duration_text(real(times, "parse_ms")) + ", link " +
                   duration_text(real(times, "link_ms")) + ", commit " +
                   duration_text(real(times, "commit_ms")) + "; " +
                   counted(number(work, "parsed"), "file") + " parsed, " +
                   grouped(number(work, "from_cache")) + " from cache, " +
                   grouped(number(work, "relinked")) + " linked"});
  }
  if (at(summary, "database_bytes").is_number()) {
    table.row({"database", bytes_text(number(summary, "database_bytes")), ""});
  }
}

void print_files(Session& session, const char* title, const Json& list, std::uint64_t total,
                 std::size_t most, const std::function<std::string(const Json&)>& text) {
  if (list.empty()) return;
  session.out.line(session.out.paint(Style::bold, title));
  const std::size_t shown = std::min(most, list.size());
  for (std::size_t i = 0; i < shown; ++i) session.out.line("  " + printable(text(list[i])));
  if (total > shown) {
    session.out.line(session.out.paint(
        Style::dim, "  and " + grouped(total - shown) + " more: deltagraph stats --limit 10000"));
  }
}

std::string text_of(const Json& json, const char* key) {
  const Json& value = at(json, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

Json summary_json(const std::string& project, const Outcome& outcome, std::uint64_t database_bytes,
                  const std::vector<std::string>& notices) {
  Json summary{{"project", project}};
  summary.update(stats_json(*outcome.after, 20));
  summary["call_sites"] = call_sites_json(*outcome.after, 20);
  summary["sequence"] = raw(outcome.sequence);
  summary["changed"] = !outcome.delta.empty();
  summary["timings"] = {{"parse_ms", outcome.timings.parse_ms},
                        {"link_ms", outcome.timings.link_ms},
                        {"commit_ms", outcome.timings.commit_ms},
                        {"total_ms", outcome.timings.total_ms}};
  summary["work"] = {{"read", outcome.work.read},
                     {"parsed", outcome.work.parsed},
                     {"from_cache", outcome.work.from_cache},
                     {"relinked", outcome.work.relinked},
                     {"rows_written", outcome.work.rows_written}};
  summary["database_bytes"] = database_bytes;
  Json first = Json::array();
  for (const Listing::Ignored::Rule& rule : outcome.ignored.first) {
    first.push_back({{"path", rule.path}, {"source", rule.source}, {"pattern", rule.pattern}});
  }
  summary["ignored"] = {{"folders", outcome.ignored.folders},
                        {"files", outcome.ignored.files},
                        {"first", std::move(first)}};
  Json unreadable = Json::array();
  for (const Listing::Trouble& trouble : outcome.troubles) {
    unreadable.push_back({{"path", trouble.path}, {"reason", trouble.reason}});
  }
  summary["unreadable"] = std::move(unreadable);
  summary["notices"] = notices;
  return summary;
}

void print_summary(Session& session, const Json& summary, std::size_t files_shown) {
  Table table({{"", false, Style::bold}, {"", true}, {"", false, Style::dim, false, false, true}});
  add_counts(table, summary);
  add_times(table, summary);
  table.print(session.out);
  const Json& files = at(summary, "files");
  print_files(session, "skipped", at(summary, "skipped_files"), number(files, "skipped"),
              files_shown, [](const Json& file) {
                return text_of(file, "file") + ": " + skip_text(text_of(file, "reason"));
              });
  print_files(session, "with problems", at(summary, "problem_files"),
              number(files, "with_problems"), files_shown, [](const Json& file) {
                const Json& first = at(file, "first");
                return text_of(file, "file") + ":" + std::to_string(number(first, "line")) + ":" +
                       std::to_string(number(first, "col")) + ": " + text_of(first, "kind");
              });
  const Json& unreadable = at(summary, "unreadable");
  print_files(session, "could not be read", unreadable, unreadable.size(), files_shown,
              [](const Json& file) {
                const std::string path = text_of(file, "path");
                return (path.empty() ? "." : path) + ": " + text_of(file, "reason");
              });
}

}  // namespace dg
