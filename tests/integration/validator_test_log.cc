// The validator's mutation check of the log: what is missing from it or edited in it is found and
// told; it can be folded from the repair on, and what is lost stays noted.

#include "storage/backup/backup.h"
#include "storage/history/compact.h"
#include "tests/integration/validator_test_support.h"

namespace dg {
namespace {

class DamagedLog : public ValidatorTest, public testing::WithParamInterface<const char*> {};

TEST_P(DamagedLog, IsToldAndCanBeReplayedFromTheRepairOn) {
  plant_in_log(GetParam());
  const Validation repaired = expect_repaired(Stage::log, Depth::full);
  EXPECT_FALSE(repaired.reconciled.empty()) << story(repaired);
  open();
  rescan();
  save("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  expect_clean();
  expect_replayed_past_losses();
}

INSTANTIATE_TEST_SUITE_P(
    All, DamagedLog,
    testing::Values(
        "DELETE FROM atom_events WHERE transaction_id = 6",
        "DELETE FROM atom_events WHERE id > (SELECT max(id) FROM atom_events) - 3",
        "DELETE FROM atom_events WHERE transaction_id = 1",
        "DELETE FROM atom_events WHERE transaction_id = 4",
        "DELETE FROM transaction_files WHERE sequence = 6",
        // A commit's own row alone: what is left of it belongs to nothing any more.
        "DELETE FROM transactions WHERE sequence = 3",
        "DELETE FROM transactions WHERE sequence = 6",
        "DELETE FROM transactions WHERE sequence = 3; "
        "DELETE FROM atom_events WHERE transaction_id = 3; "
        "DELETE FROM transaction_files WHERE sequence = 3",
        "UPDATE atom_events SET state = unhex(replace(hex(state), hex('bank.take'), "
        "hex('shop.take'))) WHERE instr(state, CAST('bank.take' AS BLOB)) > 0",
        "UPDATE atom_events SET delta = replace(delta, 'Takes the money', 'Takes the honey') "
        "WHERE transaction_id = 4",
        "UPDATE atom_events SET delta = '{}' WHERE transaction_id = 2",
        "UPDATE atom_events SET state = x'00' WHERE transaction_id = 4 AND event_type = "
        "'create'",
        "UPDATE atom_events SET state = substr(state, 1, length(state) - 1) WHERE "
        "transaction_id = 1"));

class EditedCommit : public ValidatorTest, public testing::WithParamInterface<const char*> {};

TEST_P(EditedCommit, IsToldAndNoAtomIsAnotherOne) {
  plant_in_log(GetParam());
  const Validation repaired = expect_repaired(Stage::log, Depth::full);
  const Validation later = look(Depth::full);
  EXPECT_EQ(later.lost.size(), 1u) << "and no other commit is accused: " << story(later);
  expect_replayed_past_losses();
  save("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  expect_clean();
  expect_replayed_past_losses();
}

INSTANTIATE_TEST_SUITE_P(
    All, EditedCommit,
    testing::Values("UPDATE transactions SET first_event = first_event + 1 WHERE sequence = 3",
                    "UPDATE transactions SET first_event = 1 WHERE sequence = 4",
                    "UPDATE transactions SET events = events - 1 WHERE sequence = 3",
                    "UPDATE transactions SET events = events + 2 WHERE sequence = 6",
                    "UPDATE transactions SET committed_ms = committed_ms + 1 WHERE sequence = 2",
                    "UPDATE transactions SET graph_digest = graph_digest + 1 WHERE sequence = 6"));

TEST_F(ValidatorTest, ABackupIsFitWhereItsLogSaysItselfWhatItLost) {
  const auto checked = [this](const char* name) {
    const auto copy = project_.path(name);
    const Result<Backup> made = back_up(database(), copy);
    EXPECT_TRUE(made) << made.error().message();
    return check_backup(copy);
  };
  plant_in_log("DELETE FROM atom_events WHERE transaction_id = 4");
  const Result<Backup> unknown = checked("unknown.db");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().reason.find("transaction 4 "), std::string::npos)
      << unknown.error().message();
  const Validation repaired = look(Depth::full, true);
  ASSERT_EQ(repaired.left_count, 0u) << story(repaired);
  const Result<Backup> known = checked("known.db");
  EXPECT_TRUE(known) << known.error().message();
  plant("UPDATE transactions SET committed_ms = committed_ms + 1 WHERE sequence = 2");
  const Result<Backup> other = checked("other.db");
  ASSERT_FALSE(other) << "other damage is none that the log tells of";
  EXPECT_NE(other.error().reason.find("transaction 2 "), std::string::npos)
      << other.error().message();
}

TEST_F(ValidatorTest, WhatACutLogLostIsToldAndItsNumbersAreNotUsedAgain) {
  save("a.js", "export function pay(order) { return cost(order); }\nfunction cost() {}\n");
  save("b.js", "export class Cart {}\n");
  pipeline_.reset();
  plant_in_log(
      "DELETE FROM atom_events WHERE transaction_id > 6;"
      "DELETE FROM transaction_files WHERE sequence > 6;"
      "DELETE FROM transactions WHERE sequence > 6");
  open();
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  EXPECT_EQ(repaired.failure, "");
  EXPECT_EQ(ask("SELECT max(sequence) FROM transactions"), "9") << story(repaired);
  EXPECT_EQ(ask("SELECT count(*) FROM transactions WHERE sequence IN (7, 8)"), "0");
  const Validation later = look(Depth::deep);
  EXPECT_TRUE(later.consistent()) << story(later);
  ASSERT_EQ(later.lost.size(), 1u);
  EXPECT_EQ(raw(later.lost[0].sequence), 7u);
  EXPECT_TRUE(later.lost[0].what.starts_with("commits 7 to 8, which wrote at least "))
      << later.lost[0].what;
  EXPECT_NE(later.lost[0].what.find("a.js, b.js"), std::string::npos) << later.lost[0].what;
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, AtomsAloneTellOfCommitsThatEverythingElseForgot) {
  save("a.js", "export function pay(order) { return cost(order); }\nfunction cost() {}\n");
  pipeline_.reset();
  plant_in_log(
      "DELETE FROM atom_events WHERE transaction_id > 6;"
      "DELETE FROM transaction_files WHERE sequence > 6;"
      "DELETE FROM transactions WHERE sequence > 6;"
      "UPDATE system_metadata SET value = '6 ' || (SELECT lower(hex(chain)) FROM transactions "
      "WHERE sequence = 6) WHERE key = 'chain_head'");
  open();
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  EXPECT_EQ(ask("SELECT max(sequence) FROM transactions"), "8") << story(repaired);
  expect_clean();
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, ALogAndItsNotedHeadThatAreCutUnderTheGraphAreNumberedOn) {
  save("a.js", "export function pay(order) { return cost(order); }\nfunction cost() {}\n");
  plant_in_log(
      "DELETE FROM atom_events WHERE transaction_id > 6;"
      "DELETE FROM transaction_files WHERE sequence > 6;"
      "DELETE FROM transactions WHERE sequence > 6;"
      "DELETE FROM system_metadata WHERE key = 'chain_head'");
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  EXPECT_EQ(ask("SELECT max(sequence) FROM transactions"), "8") << story(repaired);
  expect_clean();
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, ALogThatLosesItsEndUnderTheGraphIsFollowed) {
  save("a.js", "export function pay(order) { return cost(order); }\nfunction cost() {}\n");
  plant_in_log(
      "DELETE FROM atom_events WHERE transaction_id = (SELECT max(sequence) FROM transactions);"
      "DELETE FROM transaction_files WHERE sequence = (SELECT max(sequence) FROM transactions);"
      "DELETE FROM transactions WHERE sequence = (SELECT max(sequence) FROM transactions)");
  const Validation repaired = expect_repaired(Stage::memory, Depth::full);
  EXPECT_FALSE(repaired.reconciled.empty()) << story(repaired);
  open();
  rescan();
  save("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  expect_clean();
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, AFileWhoseRemovalTheLogLostIsToldToBeGoneOnce) {
  save("a.js", "export function pay(order) { return order; }\n");
  plant_in_log(
      "DELETE FROM transactions WHERE sequence = 6; "
      "DELETE FROM atom_events WHERE transaction_id = 6; "
      "DELETE FROM transaction_files WHERE sequence = 6");
  const Validation found = look(Depth::full);
  EXPECT_NE(story(found).find("\"file\": \"d.js\""), std::string::npos) << story(found);
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  expect_clean();
  EXPECT_EQ(ask("SELECT content_hash IS NULL FROM transaction_files WHERE path = 'd.js' ORDER BY "
                "sequence DESC LIMIT 1"),
            "1");
  expect_replayed_past_losses();
}

TEST_F(ValidatorTest, AReplayEndsAtWhatNobodyNotedAsLost) {
  plant_in_log("DELETE FROM atom_events WHERE transaction_id = 4");
  const Result<ReplayReport> report = replay_log(database(), true, {});
  ASSERT_TRUE(report);
  ASSERT_TRUE(report->broken);
  EXPECT_EQ(raw(*report->broken), 4u);
  EXPECT_TRUE(report->lost.empty());
}

TEST_F(ValidatorTest, WhatTheLogLostStaysNoted) {
  plant_in_log("DELETE FROM atom_events WHERE transaction_id = 2");
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  const Validation later = look(Depth::full);
  EXPECT_TRUE(later.consistent()) << story(later);
  ASSERT_EQ(later.lost.size(), 1u);
  EXPECT_EQ(raw(later.lost[0].sequence), 2u);
}

TEST_F(ValidatorTest, AnEditThatTheFoldCannotSeeBreaksTheChain) {
  plant_in_log("UPDATE atom_events SET timestamp = timestamp + 1 WHERE transaction_id = 2");
  const Validation repaired = expect_repaired(Stage::log, Depth::full);
  EXPECT_TRUE(repaired.reconciled.empty()) << "no atom is another one";
}

TEST_F(ValidatorTest, ACompactedLogIsConsistent) {
  pipeline_.reset();
  const Result<Compaction> compacted = compact(database(), Sequence{4});
  ASSERT_TRUE(compacted) << compacted.error().message();
  open();
  expect_clean();
  save("d.js", "import { refund } from './a.js';\nrefund();\n");
  expect_clean();
}

TEST_F(ValidatorTest, EditedFilePlacesAreWrittenAgain) {
  plant_in_log("UPDATE transaction_files SET positions = x'00' WHERE path = 'b.js'");
  expect_repaired(Stage::log, Depth::full);
}

TEST_F(ValidatorTest, AnEditedVersionOfARemovedAtomIsFound) {
  plant("UPDATE atoms SET version = version + 3 WHERE state = 'removed'");
  expect_repaired(Stage::log, Depth::full);
  open();
  rescan();
  save("d.js", "import { refund } from './a.js';\nrefund();\n");
  expect_clean();
}

}  // namespace
}  // namespace dg
