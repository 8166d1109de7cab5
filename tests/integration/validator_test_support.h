#pragma once
/// \file
/// A small project with a history, for the validator's tests: faults are planted behind its back.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "daemon/replay.h"
#include "daemon/requests/delta_json.h"
#include "daemon/validator/run.h"
#include "tests/support/invariants.h"
#include "tests/support/temp_project.h"

namespace dg {

class ValidatorTest : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("a.js",
                   "/** Takes the money. */\nexport function pay(order) { fee(order); }\n\n"
                   "function fee(order) { return bank.take(order); }\n");
    project_.write("b.js",
                   "import { pay } from './a.js';\n\nexport class Cart {\n"
                   "  checkout() { pay(this); }\n}\n");
    project_.write("c.js", "import { Cart } from './b.js';\nnew Cart().checkout();\n");
    open();
    rescan();
    // A history: changes, an atom that goes and one that comes back.
    save("b.js",
         "import { pay } from './a.js';\n\nexport class Cart {\n"
         "  checkout() { pay(this); this.empty(); }\n  empty() {}\n}\n");
    save("a.js", "export function pay(order) { return order; }\n");
    save("a.js",
         "/** Takes the money. */\nexport function pay(order) { fee(order); }\n\n"
         "function fee(order) { return bank.take(order); }\n\nexport function refund() { fee(); "
         "}\n");
    save("d.js", "import { refund } from './a.js';\nrefund();\n");
    project_.remove("d.js");
    apply("d.js");
    ASSERT_EQ(raw(pipeline_->snapshot()->sequence()), 6u);
  }

  void open() {
    pipeline_.reset();
    PipelineOptions options;
    options.root = project_.root();
    options.threads = 1;
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    pipeline_ = std::move(*pipeline);
  }
  void rescan() {
    SettledChange all;
    all.rescan = true;
    all.cause = Cause::reconcile;
    const Result<Outcome> outcome = pipeline_->apply(all);
    ASSERT_TRUE(outcome) << outcome.error().message();
  }
  void apply(const std::string& path) {
    SettledChange change;
    change.paths = {path};
    const Result<Outcome> outcome = pipeline_->apply(change);
    ASSERT_TRUE(outcome) << outcome.error().message();
  }
  void save(const std::string& path, const std::string& text) {
    project_.write(path, text);
    apply(path);
  }

  std::string database() const { return project_.path(".deltagraph/deltagraph.db").string(); }

  /// Changes the database behind the program's back.
  void plant(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    char* message = nullptr;
    const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message);
    const std::string text = message == nullptr ? "" : message;
    const int changes = sqlite3_total_changes(db);
    sqlite3_free(message);
    sqlite3_close(db);
    ASSERT_EQ(code, SQLITE_OK) << text;
    ASSERT_GT(changes, 0) << "the fault changes nothing: " << sql;
  }
  void plant_in_log(const std::string& sql) {
    plant(
        "DROP TRIGGER atom_events_no_delete; DROP TRIGGER atom_events_no_update;"
        "DROP TRIGGER transactions_no_delete; DROP TRIGGER transactions_no_update;"
        "DROP TRIGGER transaction_files_no_delete;"
        "DROP TRIGGER transaction_files_no_update;" +
        sql);
  }
  std::string ask(const std::string& sql) {
    Result<std::unique_ptr<Reader>> reader = pipeline_->reader();
    if (!reader) return reader.error().message();
    const Result<Reader::Table> table = (*reader)->sql(sql, 1, 10'000);
    if (!table) return table.error().message();
    return table->rows.empty() ? "none" : table->rows[0][0].value_or("NULL");
  }

  static std::string hexadecimal(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
      text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return text;
  }

  Validation look(Depth depth, bool repair = false) {
    ValidateOptions options;
    options.depth = depth;
    options.repair = repair;
    options.write = [this](const Repair& wanted) {
      Result<Outcome> outcome = pipeline_->repair(wanted);
      // As a service tells those who watch.
      if (outcome) static_cast<void>(delta_to_json(*outcome, 0));
      return outcome;
    };
    return validate(*pipeline_, options);
  }
  static std::string story(const Validation& validation) { return to_json(validation).dump(1); }

  void expect_clean() {
    const Validation deep = look(Depth::deep);
    EXPECT_TRUE(deep.consistent()) << story(deep);
  }
  /// The fault is found by this stage, and repaired; answers what was found.
  Validation expect_repaired(Stage stage, Depth depth) {
    const Validation found = look(depth);
    EXPECT_FALSE(found.consistent());
    EXPECT_GT(found.by_stage[static_cast<int>(stage)], 0u) << story(found);
    const Validation repaired = look(depth, true);
    EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
    EXPECT_EQ(repaired.failure, "");
    expect_clean();
    return repaired;
  }
  /// As above, and the log is whole, so that the independent checks of the invariants hold as well.
  Validation expect_whole(Stage stage, Depth depth = Depth::light) {
    Validation repaired = expect_repaired(stage, depth);
    EXPECT_EQ(first_violation(*pipeline_), "");
    open();
    rescan();
    expect_clean();
    return repaired;
  }

  /// `db replay --verify` goes on past what a repair noted as lost, and says so.
  void expect_replayed_past_losses() {
    const Result<ReplayReport> report = replay_log(database(), true, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_FALSE(report->broken) << raw(*report->broken) << ": " << report->reason;
    EXPECT_EQ(report->last, pipeline_->snapshot()->sequence());
    EXPECT_FALSE(report->lost.empty());
    EXPECT_GT(report->digests, 0u) << "from the repair on digests hold again";
  }

  TempProject project_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace dg
