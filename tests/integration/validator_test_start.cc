// Faults that were planted while nothing ran: the next start, index or validation finds them,
// mends them for what they concern, and never commits on top of them.

#include "daemon/validator/mend.h"
#include "tests/integration/validator_test_support.h"

namespace dg {
namespace {

class StoppedFault : public ValidatorTest, public testing::WithParamInterface<const char*> {
 protected:
  std::string history() {
    return ask(
        "SELECT group_concat(e, ' ') FROM (SELECT atom_id || ':' || event_type || ':' || "
        "new_version AS e FROM atom_events WHERE transaction_id <= 6 ORDER BY id)");
  }
  void expect_mended(const std::string& before) {
    EXPECT_EQ(history(), before) << "history is kept";
    EXPECT_EQ(ask("SELECT count(*) FROM salvaged_events"), "0");
    EXPECT_TRUE(pipeline_->notices().empty());
    EXPECT_EQ(first_violation(*pipeline_), "");
    save("b.js",
         "import { pay } from './a.js';\n\nexport class Cart {\n  checkout() { pay(1); }\n}\n");
    expect_clean();
    const Result<ReplayReport> report = replay_log(database(), true, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_FALSE(report->broken) << raw(*report->broken) << ": " << report->reason;
  }
};

TEST_P(StoppedFault, IsToldByAValidationAndRepairedAsOneReconcile) {
  const std::string before = history();
  pipeline_.reset();
  plant(GetParam());
  open();
  ASSERT_TRUE(pipeline_->doubted());
  ASSERT_TRUE(pipeline_->trust_log());
  const Validation found = look(Depth::full);
  EXPECT_FALSE(found.consistent());
  for (const Finding& finding : found.findings)
    EXPECT_TRUE(finding.file == "b.js" || finding.thing.starts_with("files ")) << story(found);
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  EXPECT_EQ(repaired.reconciled.size(), 1u) << story(repaired);
  EXPECT_EQ(ask("SELECT count(*) FROM transaction_files WHERE sequence = 7"), "1");
  EXPECT_EQ(ask("SELECT count(*) FROM atom_events WHERE transaction_id = 7"), "0");
  expect_mended(before);
}

TEST_P(StoppedFault, IsMendedBeforeAnythingElseIsCommitted) {
  const std::string before = history();
  pipeline_.reset();
  plant(GetParam());
  open();
  SettledChange all;
  all.rescan = true;
  const MendedApply applied = apply_mended(*pipeline_, all);
  ASSERT_TRUE(applied.outcome) << applied.outcome.error().message();
  ASSERT_TRUE(applied.mended);
  EXPECT_EQ(applied.mended->left_count, 0u) << story(*applied.mended);
  EXPECT_EQ(ask("SELECT group_concat(DISTINCT cause) FROM transactions WHERE sequence > 6"),
            "reconcile");
  expect_mended(before);
}

TEST_P(StoppedFault, IsNeverCommittedOnTopOf) {
  pipeline_.reset();
  plant(GetParam());
  project_.write("e.js", "export const late = 1;\n");
  open();
  SettledChange all;
  all.rescan = true;
  const Result<Outcome> outcome = pipeline_->apply(all);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::conflict) << outcome.error().message();
  EXPECT_EQ(ask("SELECT max(sequence) FROM transactions"), "6");
  const MendedApply again = apply_mended(*pipeline_, all);
  ASSERT_TRUE(again.outcome) << again.outcome.error().message();
  EXPECT_TRUE(pipeline_->snapshot()->atom_with_id("e.js::late"));
  expect_clean();
}

INSTANTIATE_TEST_SUITE_P(
    All, StoppedFault,
    testing::Values("DELETE FROM files WHERE path = 'b.js'",
                    "UPDATE files SET id = 9 WHERE path = 'b.js'",
                    "UPDATE files SET path = 'b.jz' WHERE path = 'b.js'",
                    "UPDATE files SET content_hash = randomblob(16) WHERE path = 'b.js'",
                    "DELETE FROM file_links WHERE file_id = (SELECT id FROM files WHERE path = "
                    "'b.js'); DELETE FROM files WHERE path = 'b.js'"));

TEST_F(ValidatorTest, AFileRowAndItsAtomsThatWereDeletedComeBackWithTheirHistory) {
  pipeline_.reset();
  plant("DELETE FROM atoms WHERE file_path = 'b.js'; DELETE FROM files WHERE path = 'b.js'");
  open();
  SettledChange all;
  all.rescan = true;
  const MendedApply applied = apply_mended(*pipeline_, all);
  ASSERT_TRUE(applied.outcome) << applied.outcome.error().message();
  EXPECT_EQ(applied.mended->left_count, 0u) << story(*applied.mended);
  EXPECT_EQ(first_violation(*pipeline_), "");
  expect_clean();
}

TEST_F(ValidatorTest, ARowThatIsAtAnotherVersionHoldsNoSaveUp) {
  plant("UPDATE atoms SET version = version + 7 WHERE id = 'a.js::pay'");
  project_.write("a.js", "export function pay(order) { return order + 1; }\n");
  SettledChange change;
  change.paths = {"a.js"};
  const MendedApply applied = apply_mended(*pipeline_, change);
  ASSERT_TRUE(applied.outcome) << applied.outcome.error().message();
  ASSERT_TRUE(applied.mended);
  EXPECT_EQ(first_violation(*pipeline_), "");
  expect_clean();
}

}  // namespace
}  // namespace dg
