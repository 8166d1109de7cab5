// What statements cost: SQLite's own counts, never times.

#include <gtest/gtest.h>

#include <algorithm>

#include "storage/sqlite/connection.h"
#include "storage/statement_log.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

/// What the log says of one statement.
StatementCost cost_of(const StatementLog& log, const std::string& sql) {
  for (StatementCost& cost : log.slowest(1000)) {
    if (cost.sql == sql) return std::move(cost);
  }
  return {};
}

TEST(StatementLog, CountsRunsRowsAndWhatWasScanned) {
  const auto log = std::make_shared<StatementLog>();
  Connection connection(":memory:", Connection::Mode::read_write_create);
  connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE INDEX t_x ON t(x)");
  connection.count_in(log);
  const std::string insert = "INSERT INTO t(x) VALUES(?1)";
  Statement put = connection.prepare(insert);
  for (std::int64_t i = 0; i < 100; ++i) {
    put.bind(1, i);
    put.run();
  }
  EXPECT_EQ(cost_of(*log, insert).runs, 100u);
  EXPECT_EQ(cost_of(*log, insert).scanned, 0u);

  const std::string by_index = "SELECT id FROM t WHERE x = 7",
                    scan = "SELECT id FROM t WHERE x % 2";
  for (const std::string& sql : {by_index, scan}) connection.prepare(sql).run();
  EXPECT_EQ(cost_of(*log, by_index).rows, 1u);
  EXPECT_EQ(cost_of(*log, by_index).scanned, 0u);
  EXPECT_EQ(cost_of(*log, scan).rows, 50u);
  EXPECT_EQ(cost_of(*log, scan).scanned, 99u) << "steps from one row to the next";
}

TEST(StatementLog, ARunThatIsLeftAloneCountsToo) {
  const auto log = std::make_shared<StatementLog>();
  Connection connection(":memory:", Connection::Mode::read_write_create);
  connection.count_in(log);
  const std::string sql = "SELECT 1 UNION ALL SELECT 2";
  {
    Statement rows = connection.prepare(sql);
    EXPECT_EQ(cost_of(*log, sql).runs, 0u) << "prepared is not run";
    ASSERT_TRUE(rows.step());
    Statement moved = std::move(rows);
    EXPECT_EQ(cost_of(*log, sql).runs, 0u);
    moved.reset();
    EXPECT_EQ(cost_of(*log, sql).runs, 1u);
    ASSERT_TRUE(moved.step());
  }
  const StatementCost cost = cost_of(*log, sql);
  EXPECT_EQ(cost.runs, 2u);
  EXPECT_EQ(cost.rows, 2u);
  EXPECT_LE(cost.worst_us, cost.total_us);
}

TEST(StatementLog, IsBoundedAndKeepsTheExpensive) {
  StatementLog log;
  log.entry("expensive")->add({1, 0, 1'000'000'000});
  for (int i = 0; i < 2000; ++i) log.entry("SELECT " + std::to_string(i))->add({1, 0, 1000 + i});
  const std::vector<StatementCost> all = log.slowest(10'000);
  EXPECT_LE(all.size(), 500u);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().sql, "expensive") << "by total time";
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.total_us > b.total_us; }));
  EXPECT_EQ(log.slowest(3).size(), 3u);
}

TEST(StatementLog, AStoreAndItsReadersCountInOne) {
  use_memory_disk();
  const TempProject folder;
  HandmadeProject project;
  Store::Options options{folder.root() / "state/deltagraph.db", "", {}};
  options.statements = std::make_shared<StatementLog>();
  const Result<std::unique_ptr<Store>> store = Store::open(options);
  ASSERT_TRUE(store) << store.error().message();
  ASSERT_TRUE(
      (*store)->commit(delta_of({project.put("a.js", {{"f", 1}, {"g", 7}})}), at_sequence(1)));
  const Result<std::unique_ptr<Reader>> reader = (*store)->reader();
  ASSERT_TRUE(reader);
  const std::string sql = "SELECT name FROM atoms WHERE parameter_count = 1000";
  ask(**reader, sql);
  ask(**reader, sql);
  const Result<std::vector<StatementCost>> costs = (*reader)->slowest(1000);
  ASSERT_TRUE(costs);
  const auto find = [&](auto&& fits) {
    const auto found = std::find_if(costs->begin(), costs->end(), fits);
    return found == costs->end() ? StatementCost{} : *found;
  };
  const StatementCost asked = find([&](const StatementCost& each) { return each.sql == sql; });
  EXPECT_EQ(asked.runs, 2u);
  ASSERT_EQ(asked.plan.size(), 1u);
  EXPECT_EQ(asked.plan[0], "SCAN atoms");
  const StatementCost written =
      find([](const StatementCost& each) { return each.sql.starts_with("INSERT INTO atoms("); });
  EXPECT_GE(written.runs, 2u) << "the writer's own";
  EXPECT_GE(find([](const StatementCost& each) { return each.sql == "COMMIT"; }).runs, 1u);
  const Result<std::unique_ptr<Reader>> alone = open_reader(options.database);
  ASSERT_TRUE(alone);
  EXPECT_TRUE((*alone)->slowest(10)->empty()) << "nobody counts";
}

}  // namespace
}  // namespace dg
