#include "daemon/requests/stats.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"
#include "graph/queries/stats.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"files": {"total", "skipped", "skipped_by_reason": {"minified": 3}, "with_problems",
   "by_language": {"javascript": 12}, "lines", "bytes"}, "atoms": {"total", "exported",
   "by_kind": {"function": 120, …}}, "relations": {"total", "by_relation": {"calls":
   {"edges", "sites"}, …}, "by_confidence": {"exact", "inferred", "name"}}, "call_sites":
   {"total", "edges": {"exact", "inferred", "name"}, "external": {"total", "packages",
   "by_package": {"react": 40, …}}, "unresolved": {"total", "by_reason"}, "missing": 0}, "unresolved":
   {"total", "by_reason": {"external": 40, …}}, "skipped_files": [{"file", "reason"}],
   "problem_files": [{"file", "problems", "first": {"line", "col", "kind"}}], "truncated"}
)";

struct FileLists {
  Json skipped = Json::array();
  Json problems = Json::array();
  bool truncated = false;
};

Json problem_entry(const FileVersion& file) {
  const Problem& first = file.facts->problems.front();
  return {
      {"file", file.path},
      {"problems", file.facts->problem_count},
      {"first", {{"line", first.at.line}, {"col", first.at.col}, {"kind", to_string(first.kind)}}}};
}

/// Appends unless the list is full.
void add(Json& list, Json entry, std::size_t most, bool& truncated) {
  if (list.size() < most) {
    list.push_back(std::move(entry));
  } else {
    truncated = true;
  }
}

void list_file(const FileVersion& file, std::size_t most, FileLists& lists) {
  if (file.facts->skipped != SkipReason::none) {
    add(lists.skipped, {{"file", file.path}, {"reason", to_string(file.facts->skipped)}}, most,
        lists.truncated);
  }
  if (!file.facts->problems.empty())
    add(lists.problems, problem_entry(file), most, lists.truncated);
}

template <typename Value, std::size_t kValues>
Json named_counts(const std::array<std::uint64_t, kValues>& counts) {
  Json named = Json::object();
  for (std::size_t i = 0; i < kValues; ++i) {
    if (counts[i] > 0) named[std::string(to_string(static_cast<Value>(i)))] = counts[i];
  }
  return named;
}

Json relations_json(const Totals& totals) {
  std::uint64_t total = 0;
  Json by_relation = Json::object();
  for (int i = 0; i < kRelationCount; ++i) {
    if (totals.edges[i] == 0) continue;
    total += totals.edges[i];
    by_relation[std::string(to_string(static_cast<Relation>(i)))] = {{"edges", totals.edges[i]},
                                                                     {"sites", totals.sites[i]}};
  }
  Json by_confidence = Json::object();
  for (int i = 0; i < 3; ++i) {
    by_confidence[std::string(to_string(static_cast<Confidence>(i)))] =
        totals.edges_by_confidence[i];
  }
  return {{"total", total}, {"by_relation", by_relation}, {"by_confidence", by_confidence}};
}

Json unresolved_json(const Totals& totals) {
  std::uint64_t total = 0;
  Json by_reason = Json::object();
  for (std::size_t i = 0; i < std::size(totals.open); ++i) {
    if (totals.open[i] == 0) continue;
    total += totals.open[i];
    by_reason[std::string(to_string(static_cast<OpenReason>(i)))] = totals.open[i];
  }
  return {{"total", total}, {"by_reason", by_reason}};
}

/// The packages that most call sites go to.
Json packages_json(const CallSites& sites, std::size_t most) {
  std::vector<std::pair<std::string, std::uint64_t>> packages(sites.packages.begin(),
                                                              sites.packages.end());
  std::stable_sort(packages.begin(), packages.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (packages.size() > most) packages.resize(most);
  Json json = Json::object();
  for (const auto& [name, count] : packages) json[name] = count;
  return json;
}

}  // namespace

Json call_sites_json(const Snapshot& snapshot, std::size_t most) {
  const CallSites sites = call_sites_of(snapshot);
  Json edges = Json::object(), unresolved = Json::object();
  for (int i = 0; i < 3; ++i)
    edges[std::string(to_string(static_cast<Confidence>(i)))] = sites.edges[i];
  std::uint64_t open = 0;
  for (std::size_t i = 0; i < sites.open.size(); ++i) {
    const auto reason = static_cast<OpenReason>(i);
    if (reason == OpenReason::external || sites.open[i] == 0) continue;
    unresolved[std::string(to_string(reason))] = sites.open[i];
    open += sites.open[i];
  }
  return {{"total", sites.total},
          {"edges", std::move(edges)},
          {"external",
           {{"total", sites.open[static_cast<std::size_t>(OpenReason::external)]},
            {"packages", sites.packages.size()},
            {"by_package", packages_json(sites, most)}}},
          {"unresolved", {{"total", open}, {"by_reason", std::move(unresolved)}}},
          {"missing", sites.missing}};
}

Json stats_json(const Snapshot& snapshot, std::size_t most_files) {
  const Stats stats = stats_of(snapshot);
  const Totals& totals = stats.totals;
  FileLists lists;
  for (const FileVersionPtr& file : snapshot.files()) list_file(*file, most_files, lists);
  Json answer;
  answer["files"] = {{"total", totals.files},
                     {"skipped", totals.skipped_files},
                     {"skipped_by_reason", named_counts<SkipReason>(stats.skipped_by_reason)},
                     {"with_problems", totals.files_with_problems},
                     {"by_language", named_counts<Language>(stats.files_by_language)},
                     {"lines", totals.lines},
                     {"bytes", totals.bytes}};
  answer["atoms"] = {{"total", totals.atoms},
                     {"exported", stats.exported_atoms},
                     {"by_kind", named_counts<AtomKind>(stats.atoms_by_kind)}};
  answer["relations"] = relations_json(totals);
  answer["unresolved"] = unresolved_json(totals);
  answer["skipped_files"] = std::move(lists.skipped);
  answer["problem_files"] = std::move(lists.problems);
  answer["truncated"] = lists.truncated;
  return answer;
}

Method stats_method() {
  static const std::vector<Parameter> parameters{
      {"limit", "integer", "most files of each list (20)", false, "", 0, kMostLimit}};
  return {"stats",
          "what the index holds, by kind, relation, confidence and reason",
          parameters,
          [](const RequestContext& context, const Json& given) -> Result<Json> {
            const Result<Params> params = Params::check("stats", parameters, given);
            if (!params) return params.error();
            const auto limit = static_cast<std::size_t>(params->integer("limit", 20));
            Json answer = stats_json(*context.snapshot, limit);
            // History does not hold which references are calls.
            if (!context.freshness.as_of)
              answer["call_sites"] = call_sites_json(*context.snapshot, limit);
            return with_freshness(std::move(answer), context);
          },
          kAnswer,
          true};
}

}  // namespace dg
