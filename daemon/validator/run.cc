#include "daemon/validator/run.h"

#include <algorithm>

#include "daemon/validator/repair.h"
#include "storage/clock.h"

namespace dg {
namespace {

constexpr int kRounds = 4;

void add(ValidationWork& sum, const ValidationWork& work) {
  sum.files += work.files;
  sum.atoms += work.atoms;
  sum.events += work.events;
  sum.read += work.read;
  sum.parsed += work.parsed;
  sum.steps += work.steps;
  sum.units += work.units;
  sum.most_units = std::max(sum.most_units, work.most_units);
  sum.total_ms += work.total_ms;
  if (work.longest_ms > sum.longest_ms) {
    sum.longest_ms = work.longest_ms;
    sum.longest_in = work.longest_in;
  }
}

/// Plans and makes one round of repairs; false where nothing more can be done.
bool mend(Pipeline& pipeline, const ValidateOptions& options, const Evidence& evidence,
          Validation& result) {
  const Result<Repair> plan = plan_repair(pipeline, evidence);
  if (!plan) {
    result.failure = plan.error().message();
    return false;
  }
  const Result<Outcome> outcome = options.write ? options.write(*plan) : pipeline.repair(*plan);
  if (!outcome) {
    result.failure = outcome.error().message();
    // Somebody saved meanwhile: the next round looks at what is there then.
    return outcome.error().kind == ErrorKind::conflict;
  }
  result.failure.clear();
  if (!outcome->delta.empty()) result.reconciled.push_back(outcome->sequence);
  return true;
}

Json finding_json(const Finding& finding) {
  return {{"stage", to_string(finding.stage)},
          {"file", finding.file.empty() ? Json() : Json(finding.file)},
          {"atom", finding.atom.empty() ? Json() : Json(finding.atom)},
          {"thing", finding.thing},
          {"a", {{"side", finding.side_a}, {"says", finding.says_a}}},
          {"b", {{"side", finding.side_b}, {"says", finding.says_b}}}};
}

Json findings_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) list.push_back(finding_json(finding));
  return list;
}

}  // namespace

const char* to_string(Depth depth) noexcept {
  return depth == Depth::light ? "light" : depth == Depth::full ? "full" : "deep";
}

Validation validate(Pipeline& pipeline, const ValidateOptions& options) {
  Validation result;
  result.depth = options.depth;
  result.repair = options.repair;
  result.started_ms = unix_ms();
  for (int round = 0; round < kRounds; ++round) {
    Validator validator(pipeline, options.depth, {options.settle, options.go_on});
    while (validator.step()) {
    }
    if (validator.stopped()) return result;
    const Evidence& evidence = validator.evidence();
    add(result.work, validator.work());
    if (round == 0) {
      result.sequence = evidence.snapshot->sequence();
      result.found = evidence.total;
      std::copy(std::begin(evidence.by_stage), std::end(evidence.by_stage), result.by_stage);
      result.findings = evidence.findings;
    }
    result.left = evidence.findings;
    result.left_count = evidence.total;
    result.lost = evidence.known_losses;
    if (evidence.clean() || !options.repair || !mend(pipeline, options, evidence, result)) break;
  }
  return result;
}

Json to_json(const Validation& validation) {
  Json json = summary_json(validation);
  Json stages = Json::object();
  for (int i = 0; i < kStageCount; ++i)
    stages[to_string(static_cast<Stage>(i))] = validation.by_stage[i];
  json["by_stage"] = stages;
  json["findings"] = findings_json(validation.findings);
  json["left"] = validation.repair ? findings_json(validation.left) : Json::array();
  Json reconciled = Json::array();
  for (const Sequence sequence : validation.reconciled) reconciled.push_back(raw(sequence));
  json["reconciled"] = reconciled;
  Json lost = Json::array();
  for (const LogLoss& loss : validation.lost)
    lost.push_back({{"sequence", raw(loss.sequence)}, {"what", loss.what}});
  json["lost_history"] = lost;
  const ValidationWork& work = validation.work;
  json["work"] = {{"files", work.files},
                  {"atoms", work.atoms},
                  {"events", work.events},
                  {"read", work.read},
                  {"parsed", work.parsed},
                  {"steps", work.steps},
                  {"units", work.units},
                  {"most_units_in_a_step", work.most_units},
                  {"ms", work.total_ms},
                  {"longest_step_ms", work.longest_ms},
                  {"longest_step", to_string(work.longest_in)}};
  return json;
}

Json summary_json(const Validation& validation) {
  return {{"consistent", validation.consistent()},
          {"depth", to_string(validation.depth)},
          {"sequence", raw(validation.sequence)},
          {"started_ms", validation.started_ms},
          {"found", validation.found},
          {"repaired", validation.repair ? Json(validation.left_count == 0) : Json()},
          {"failure", validation.failure.empty() ? Json() : Json(validation.failure)},
          {"ms", validation.work.total_ms},
          {"longest_step_ms", validation.work.longest_ms},
          {"longest_step", to_string(validation.work.longest_in)}};
}

}  // namespace dg
