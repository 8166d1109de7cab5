// The validator works in steps that are bounded by counts of work, and can be stopped between them.

#include <set>

#include "tests/integration/validator_test_support.h"

namespace dg {
namespace {

TEST_F(ValidatorTest, NoStepDoesMoreThanItsShareHoweverLargeFilesAndCommitsAre) {
  std::string large;
  for (int i = 0; i < 700; ++i) {
    const std::string n = std::to_string(i);
    large +=
        "export function f" + n + "() { return f" + std::to_string(i / 2) + "(g" + n + "); }\n";
  }
  save("large.js", large);
  project_.remove("large.js");
  apply("large.js");
  for (int i = 0; i < 300; ++i)
    project_.write("many/" + std::to_string(i) + ".js", "export const v = () => 1;\n");
  project_.write("large.js", large);
  rescan();
  const Validation full = look(Depth::full);
  EXPECT_TRUE(full.consistent()) << story(full);
  EXPECT_GT(full.work.events, 2100u);
  EXPECT_GT(full.work.units, 5000u);
  // A step ends with the part that fills it: at most 33 rows more.
  EXPECT_LE(full.work.most_units, Pace::kMostUnits + 33);
  EXPECT_GT(full.work.steps, full.work.units / (Pace::kMostUnits + 33));
}

TEST_F(ValidatorTest, TheWholeFileCheckOfSqliteCanBeStoppedEveryFewPages) {
  for (int i = 0; i < 300; ++i)
    project_.write("many/" + std::to_string(i) + ".js", "export const v = () => 1;\n");
  rescan();
  const Result<std::unique_ptr<Audit>> audit = pipeline_->audit();
  ASSERT_TRUE(audit);
  ASSERT_TRUE((*audit)->begin());
  const int pages = std::stoi(ask("PRAGMA page_count"));
  ASSERT_GT(pages, 2 * Audit::kPagesBetween);
  int asked = 0;
  const auto findings = (*audit)->integrity([&] {
    ++asked;
    return true;
  });
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->empty());
  EXPECT_GE(asked, pages / Audit::kPagesBetween);
  const auto stopped = (*audit)->integrity([] { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
}

TEST_F(ValidatorTest, AValidationThatIsHeldInAStepHoldsNeitherASaveNorAQuestionUp) {
  // Between any two marks the validation stands still, with all that it holds, until a save is
  // committed and a question is answered by this same thread: a lock would be a deadlock.
  std::set<std::string> stages;
  int saves = 0;
  Validator* held = nullptr;
  Validator validator(
      *pipeline_, Depth::deep,
      {{}, [&] {
         const std::string text = "export const n = " + std::to_string(++saves) + ";\n";
         save("busy.js", text);
         const Sequence committed = pipeline_->snapshot()->sequence();
         EXPECT_EQ(ask("SELECT max(sequence) FROM transactions"), std::to_string(raw(committed)));
         EXPECT_TRUE(pipeline_->checkpoint());
         if (held != nullptr) stages.insert(to_string(held->stage()));
         return true;
       }});
  held = &validator;
  const Sequence before = pipeline_->snapshot()->sequence();
  while (validator.step()) {
  }
  EXPECT_EQ(stages, (std::set<std::string>{"memory", "database", "tables", "log", "parse",
                                           "rebuild", "disk"}));
  EXPECT_GE(raw(pipeline_->snapshot()->sequence()), raw(before) + stages.size());
  EXPECT_EQ(raw(validator.evidence().snapshot->sequence()), raw(before) + 1)
      << "it looks at one commit throughout";
  // What was saved between a look at the disk and the next one may be told as being on its way.
  for (const Finding& finding : validator.evidence().findings)
    EXPECT_EQ(finding.file, "busy.js") << finding.thing;
}

TEST_F(ValidatorTest, EndsBetweenTwoStepsWhereItIsToldTo) {
  int asked = 0;
  Validator validator(*pipeline_, Depth::full, {{}, [&] { return ++asked < 3; }});
  while (validator.step()) {
  }
  EXPECT_TRUE(validator.stopped());
  EXPECT_GE(validator.work().steps, 3u);
  EXPECT_EQ(asked, 3) << "not once more";
}

}  // namespace
}  // namespace dg
