#include "daemon/requests/stats.h"

#include <array>
#include <string>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"

namespace dg {
namespace {

constexpr std::size_t kKinds = 32;

struct FileStats {
  std::array<std::uint64_t, kKinds> kinds{};
  std::array<std::uint64_t, kKinds> languages{};
  std::array<std::uint64_t, kKinds> skips{};
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

void count_file(const FileVersion& file, std::size_t most_files, FileStats& stats) {
  const FileFacts& facts = *file.facts;
  for (const Atom& atom : facts.atoms) ++stats.kinds[static_cast<std::size_t>(atom.kind)];
  ++stats.languages[static_cast<std::size_t>(facts.language)];
  if (facts.skipped != SkipReason::none) {
    ++stats.skips[static_cast<std::size_t>(facts.skipped)];
    if (stats.skipped.size() < most_files) {
      stats.skipped.push_back({{"file", file.path}, {"reason", to_string(facts.skipped)}});
    } else {
      stats.truncated = true;
    }
  }
  if (!facts.problems.empty()) {
    if (stats.problems.size() < most_files) {
      stats.problems.push_back(problem_entry(file));
    } else {
      stats.truncated = true;
    }
  }
}

template <typename Value>
Json named_counts(const std::array<std::uint64_t, kKinds>& counts) {
  Json named = Json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
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

}  // namespace

Json stats_of(const Snapshot& snapshot, std::size_t most_files) {
  const Totals& totals = snapshot.totals();
  FileStats stats;
  for (const FileVersionPtr& file : snapshot.files()) count_file(*file, most_files, stats);
  Json answer;
  answer["files"] = {{"total", totals.files},
                     {"skipped", totals.skipped_files},
                     {"skipped_by_reason", named_counts<SkipReason>(stats.skips)},
                     {"with_problems", totals.files_with_problems},
                     {"by_language", named_counts<Language>(stats.languages)},
                     {"lines", totals.lines},
                     {"bytes", totals.bytes}};
  answer["atoms"] = {{"total", totals.atoms}, {"by_kind", named_counts<AtomKind>(stats.kinds)}};
  answer["relations"] = relations_json(totals);
  answer["unresolved"] = unresolved_json(totals);
  answer["skipped_files"] = std::move(stats.skipped);
  answer["problem_files"] = std::move(stats.problems);
  answer["truncated"] = stats.truncated;
  return answer;
}

Method stats_method() {
  static const std::vector<Parameter> parameters{
      {"limit", "integer", "most files of each list (20)", false, "", 0, kMostLimit}};
  return {"stats", "what the index holds, by kind, relation, confidence and reason", parameters,
          [](const RequestContext& context, const Json& given) -> Result<Json> {
            const Result<Params> params = Params::check("stats", parameters, given);
            if (!params) return params.error();
            const auto limit = static_cast<std::size_t>(params->integer("limit", 20));
            return with_freshness(stats_of(*context.snapshot, limit), context);
          }};
}

}  // namespace dg
