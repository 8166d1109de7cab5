#include "storage/schema/upgrade/upkeep.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>

#include "storage/backup/copy.h"
#include "storage/schema/ddl.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/migrations/built_in.h"
#include "storage/schema/upgrade/journal.h"
#include "storage/schema/upgrade/schema_transaction.h"

namespace dg::schema {
namespace {

Error unfit(const Surroundings& at, const std::string& reason) {
  return {ErrorKind::io, at.database.string(), reason,
          "Nothing was changed. 'deltagraph db audit' shows what is there"};
}

/// A column that may not be NULL and has none to put there, or a type that a value does not fit.
Error refused(const Surroundings& at, const Step& step, const Failure& failure) {
  return unfit(at, "its schema cannot be upgraded: " + step.object + ": " + failure.text);
}

bool is_critical(const Difference& difference) {
  const Table* owner = table(difference.table);
  return is_lack(difference) && owner != nullptr && owner->critical;
}

/// The database before it is changed; in the folder of backups, where a person finds it.
void copy_before(const Surroundings& at) {
  if (at.database.empty()) return;
  const Result<Backup> made = copy_for_keeping(at.database, "before-schema-", at.vfs);
  if (!made) throw made.error();
}

/// Whether every declared object stands there word for word: then nothing is lacking, and neither
/// schema needs to be read in earnest, which takes most of what a start spends here. A database to
/// which a column was once added has other words for the same.
bool has_declared_texts(const Connection& connection) {
  std::unordered_map<std::string, std::string> texts;
  Statement rows = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  while (rows.step()) texts.emplace(rows.text(0), rows.text(1));
  const auto has = [&](std::string_view name, std::string_view sql) {
    const auto found = texts.find(std::string(name));
    return found != texts.end() && found->second == sql;
  };
  for (const Table& table : tables()) {
    if (!has(table.name, create_table_sql(table))) return false;
    for (const Index& index : table.indexes) {
      if (!has(index.name, create_index_sql(table, index))) return false;
    }
  }
  const auto has_all = [&](const auto& objects) {
    return std::all_of(objects.begin(), objects.end(),
                       [&](const auto& each) { return has(each.name, each.sql); });
  };
  return has_all(append_only_triggers()) && has_all(virtual_tables()) && has_all(views());
}

bool is_up_to_date(const Connection& connection) {
  const auto number = [&](const char* pragma) {
    return static_cast<std::uint32_t>(connection.integer(pragma));
  };
  if (number("PRAGMA user_version") != kUserVersion ||
      number("PRAGMA application_id") != kApplicationId)
    return false;
  if (!has_declared_texts(connection)) {
    for (const Difference& each : compare(declared(), inspect(connection))) {
      if (is_lack(each) && (each.cure != Cure::keep || is_critical(each))) return false;
    }
  }
  return !has_built_in_work(connection);
}

class Upgrade {
 public:
  Upgrade(Connection& connection, const Surroundings& at) : connection_(connection), at_(at) {}

  int run() {
    const auto begun = std::chrono::steady_clock::now();
    SchemaTransaction transaction(connection_);
    // Looked at again inside the transaction: another process may have been faster.
    if (is_up_to_date(connection_)) return 0;
    LiveSchema found = inspect(connection_);
    refuse_newer(found);
    fresh_ = found.tables.empty();
    if (const std::vector<Step> legacy = plan_legacy(found); !legacy.empty()) {
      execute(legacy);
      found = inspect(connection_);
    }
    execute(plan_upgrade(found));
    verify();
    journal_.write(connection_);
    for (const Step& step : run_built_in(connection_)) {
      tell("[MIGRATION] applied " + step.kind + " " + step.object);
      done_.push_back(step);
    }
    connection_.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
    connection_.execute("PRAGMA user_version = " + std::to_string(kUserVersion));
    transaction.commit();
    if (at_.applied && !fresh_) {
      for (const Step& step : done_) at_.applied(step);
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    tell("[MIGRATION] finished: " + std::to_string(done_.size()) +
         (done_.size() == 1 ? " step, " : " steps, ") + std::to_string(std::llround(took.count())) +
         " ms");
    return static_cast<int>(done_.size());
  }

 private:
  /// Its version may have been in the write-ahead log alone, where the header does not show it.
  void refuse_newer(const LiveSchema& found) const {
    if (may_write(found.user_version)) return;
    throw Error{ErrorKind::newer, at_.database.string(),
                "it was written by a newer version of deltagraph",
                "Upgrade deltagraph; the file was left as it is"};
  }

  void tell(const std::string& line) const {
    if (at_.told && !fresh_) at_.told(line);
  }

  void execute(const std::vector<Step>& steps) {
    const bool risky =
        std::any_of(steps.begin(), steps.end(), [](const Step& each) { return !each.additive; });
    if (risky && !copied_) copy_before(at_);
    copied_ = copied_ || risky;
    for (const Step& step : steps) {
      tell("[MIGRATION] applying " + step.kind + " " + step.object);
      try {
        journal_.run(connection_, step);
      } catch (const Failure& failure) {
        const int primary = failure.code & 0xff;
        if (primary == SQLITE_CONSTRAINT || primary == SQLITE_ERROR)
          throw refused(at_, step, failure);
        throw;
      }
    }
    done_.insert(done_.end(), steps.begin(), steps.end());
  }

  /// Nothing is served from a database in which a table that we need is not as declared.
  void verify() {
    for (const Difference& each : compare(declared(), inspect(connection_))) {
      if (is_critical(each)) throw unfit(at_, "its schema is not as it must be: " + each.text());
    }
    if (const std::string broken = broken_reference(connection_); !broken.empty())
      throw unfit(at_, broken);
    if (!copied_) return;
    Statement check = connection_.prepare("PRAGMA quick_check(1)");
    const std::string finding(check.step() ? check.text(0) : "no answer");
    if (finding != "ok") throw unfit(at_, "after the upgrade it would be damaged: " + finding);
  }

  Connection& connection_;
  const Surroundings& at_;
  Journal journal_;  ///< Written at the end: its table may be among what is made here.
  std::vector<Step> done_;
  bool fresh_ = false;   ///< It was empty: nobody wants to hear of each table.
  bool copied_ = false;  ///< A copy of what was there exists.
};

}  // namespace

int bring_up(Connection& connection, const Surroundings& surroundings) {
  if (is_up_to_date(connection)) return 0;
  return Upgrade(connection, surroundings).run();
}

void drop_scattered_indexes(Connection& connection) {
  for (const Table& table : tables()) {
    for (const Index& index : table.indexes) {
      if (index.scattered) connection.execute("DROP INDEX IF EXISTS " + std::string(index.name));
    }
  }
}

int create_indexes(Connection& connection) {
  int created = 0;
  for (const Table& table : tables()) {
    for (const Index& index : table.indexes) {
      Statement there = connection.prepare(
          "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = ?1");
      there.bind_text(1, index.name);
      if (there.step() && there.integer(0) != 0) continue;
      there.reset();
      connection.execute(create_index_sql(table, index));
      ++created;
    }
  }
  return created;
}

}  // namespace dg::schema
