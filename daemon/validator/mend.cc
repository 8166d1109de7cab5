#include "daemon/validator/mend.h"

#include <utility>

namespace dg {
namespace {

void mend(Pipeline& pipeline, MendedApply& applied) {
  // Where the log cannot be read either, the validation says so.
  if (pipeline.doubted()) static_cast<void>(pipeline.trust_log());
  ValidateOptions options;
  options.repair = true;
  options.write = [&](const Repair& repair) {
    Result<Outcome> outcome = pipeline.repair(repair);
    if (outcome && !outcome->delta.empty()) applied.repaired.push_back(*outcome);
    return outcome;
  };
  applied.mended = validate(pipeline, options);
}

}  // namespace

MendedApply apply_mended(Pipeline& pipeline, const SettledChange& change,
                         const std::function<void(const Progress&)>& progress,
                         const Listing* listing) {
  MendedApply applied{Error{}, std::nullopt, {}};
  if (pipeline.doubted()) mend(pipeline, applied);
  applied.outcome = pipeline.apply(change, progress, listing);
  const bool in_the_way =
      !applied.outcome && applied.outcome.error().kind == ErrorKind::conflict && !applied.mended;
  if (!in_the_way) return applied;
  mend(pipeline, applied);
  applied.outcome = pipeline.apply(change, progress);
  return applied;
}

std::string told(const Validation& validation) {
  std::string text = "Validation at sequence " + std::to_string(raw(validation.sequence)) +
                     " found " + std::to_string(validation.found) + " differences";
  if (!validation.findings.empty()) {
    const Finding& first = validation.findings.front();
    const std::string& where = first.atom.empty() ? first.file : first.atom;
    text += std::string(", first ") + to_string(first.stage) + ": " +
            (where.empty() ? "" : where + " ") + first.thing + ", " + first.side_a + " " +
            first.says_a + ", " + first.side_b + " " + first.says_b;
  }
  return text + ". " +
         (validation.left_count == 0 ? "All are repaired." : "See 'deltagraph validate'.");
}

}  // namespace dg
