// Every column of every table that can be changed, from the registry: a value that is planted in it
// is found and repaired, or the column is named here with the reason why not.

#include <map>
#include <set>

#include "storage/schema/registry.h"
#include "tests/integration/validator_test_support.h"

namespace dg {
namespace {

using Reasons = std::map<std::string, std::string, std::less<>>;

/// Whole tables (`table`) and columns (`table.column`) whose values are believed; README says so.
const Reasons& believed() {
  static const Reasons kReasons{
      {"system_files", "nothing writes or reads it; what a predecessor left there is kept"},
      {"semantic_connections", "likewise"},
      {"imported_atoms", "what another program told: nothing else knows it"},
      {"salvaged_events", "what was read from a wreck: nothing else tells it"},
      {"schema_migrations", "told by nothing else; the schema that they made is checked at open"},
      {"cache_unused", "only bounds the cache; a fact that it drops is parsed again"},
      {"cache_entries.created_at", "when it came into the cache; nothing else tells it"},
      {"cache_entries.updated_at", "likewise"},
      {"config_files.updated_at", "when it was read; nothing else tells it"},
      {"system_metadata.updated_at", "when it was noted; nothing else tells it"},
      {"files.mtime_ns", "what the disk said; the next scan compares the bytes and writes it"},
      {"system_metadata.key", "a note that is gone is made anew or missed by the log check"},
  };
  return kReasons;
}

/// A value of the column's type that is not the one that is there.
std::string other_value(const schema::Column& column) {
  using enum schema::ColumnType;
  const std::string name(column.name);
  switch (column.type) {
    case boolean:
      return "CASE WHEN " + name + " THEN 0 ELSE 1 END";
    case integer:
      return "coalesce(" + name + ", 0) + 1000";
    case real:
      return "coalesce(" + name + ", 0) + 0.5";
    case json:
      return "'{\"planted\":1}'";
    case blob:
      return "x'00112233445566778899aabbccddeeff'";
    case text:
    case any:
      break;
  }
  // Where only some values are allowed, one of them.
  if (name == "confidence") return "CASE " + name + " WHEN 'name' THEN 'exact' ELSE 'name' END";
  if (name == "state") return "'removed'";
  return "'planted'";
}

/// The row that a value is planted in.
std::string row_of(const schema::Table& table) {
  static const std::map<std::string_view, std::string> kRows{
      {"atoms", "id = 'a.js::pay'"},
      {"files", "path = 'a.js'"},
      {"cache_entries", "id = (SELECT facts_id FROM files WHERE path = 'a.js')"},
      {"atom_relations",
       "relation_type = 'calls' AND source_id = (SELECT rowid FROM atoms WHERE id = 'a.js::pay')"},
      {"unresolved_references", "text = 'bank.take'"},
      {"atom_versions", "atom_id = (SELECT rowid FROM atoms WHERE id = 'a.js::pay')"},
      {"file_links", "file_id = (SELECT id FROM files WHERE path = 'a.js')"},
      {"config_files", "path = 'package.json'"},
      {"system_metadata", "key = 'next_file'"}};
  const auto row = kRows.find(table.name);
  return row == kRows.end() ? "" : row->second;
}

class EveryColumn : public ValidatorTest {
 protected:
  void expect_found(const schema::Table& table, const schema::Column& column) {
    const std::string name = std::string(table.name) + "." + std::string(column.name);
    SCOPED_TRACE(name);
    const std::string row = row_of(table);
    ASSERT_NE(row, "") << "a new table: say which row, or why its values are believed";
    const std::string set = std::string(column.name) + " = " + other_value(column);
    plant("UPDATE " + std::string(table.name) + " SET " + set + " WHERE " + row);
    const Validation found = look(Depth::full);
    EXPECT_FALSE(found.consistent()) << "not found";
    const Validation repaired = look(Depth::full, true);
    EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
    EXPECT_EQ(repaired.failure, "");
  }
};

TEST_F(EveryColumn, ThatAValueIsPlantedInIsFoundAndRepaired) {
  project_.write("package.json", "{\"name\": \"shop\"}\n");
  apply("package.json");
  std::set<std::string> excused;
  int planted = 0;
  for (const schema::Table& table : schema::tables()) {
    if (table.mutability != schema::Mutability::free) continue;
    for (const schema::Column& column : table.columns) {
      const std::string name = std::string(table.name) + "." + std::string(column.name);
      for (const std::string& each : {std::string(table.name), name}) {
        if (believed().contains(each)) excused.insert(each);
      }
      if (believed().contains(table.name) || believed().contains(name)) continue;
      expect_found(table, column);
      ++planted;
    }
  }
  EXPECT_GT(planted, 90);
  EXPECT_EQ(excused.size(), believed().size()) << "each excuse is one for something";
  expect_clean();
  EXPECT_EQ(first_violation(*pipeline_), "");
}

TEST_F(ValidatorTest, AnEventTellsWhatACommitNotedOfAnAtom) {
  const std::string known =
      ask("SELECT sequence || ' ' || extracted_at || ' ' || updated_at FROM "
          "atoms WHERE id = 'a.js::pay'");
  plant("UPDATE atoms SET sequence = 1, extracted_at = 2, updated_at = 3 WHERE id = 'a.js::pay'");
  const Validation repaired = look(Depth::full, true);
  EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
  EXPECT_TRUE(repaired.reconciled.empty()) << "nothing happened to any atom";
  EXPECT_EQ(ask("SELECT sequence || ' ' || extracted_at || ' ' || updated_at FROM atoms WHERE id = "
                "'a.js::pay'"),
            known);
}

constexpr const char* kVersions =
    "SELECT group_concat(v.atom_id || v.hash || v.field_hashes_json || v.last_modified || "
    "v.file_path || v.atom_name, ' ') FROM (SELECT * FROM atom_versions ORDER BY atom_id) v";

TEST_F(ValidatorTest, ADatabaseWithoutVersionsOfItsAtomsGetsThemAtTheNextStart) {
  const std::string known = ask(kVersions);
  EXPECT_EQ(ask("SELECT count(*) = (SELECT count(*) FROM atoms WHERE state = 'live') FROM "
                "atom_versions"),
            "1");
  pipeline_.reset();
  plant("DELETE FROM atom_versions");
  open();
  EXPECT_EQ(ask(kVersions), known) << "the log tells their times";
  expect_clean();
}

TEST_F(ValidatorTest, AVersionThatIsMissingOrBelongsToNothingIsFoundAndRepaired) {
  const std::string known = ask(kVersions);
  const char* const faults[] = {
      "DELETE FROM atom_versions WHERE atom_id = (SELECT rowid FROM atoms WHERE id = 'a.js::pay')",
      "INSERT INTO atom_versions VALUES (9999, 'x', '{}', 1, 'a.js', 'planted')",
      "INSERT INTO atom_versions SELECT rowid, 'x', '{}', 1, 'd.js', 'planted' FROM atoms WHERE "
      "state = 'removed' LIMIT 1"};
  for (const char* fault : faults) {
    SCOPED_TRACE(fault);
    plant(fault);
    EXPECT_FALSE(look(Depth::light).consistent());
    const Validation repaired = look(Depth::full, true);
    EXPECT_EQ(repaired.left_count, 0u) << story(repaired);
    EXPECT_TRUE(repaired.reconciled.empty()) << "nothing happened to any atom";
    EXPECT_EQ(ask(kVersions), known);
  }
}

TEST_F(ValidatorTest, ANumberOfTheNextFileThatIsNoneCostsNothing) {
  pipeline_.reset();
  plant("UPDATE system_metadata SET value = 'x' WHERE key = 'next_file'");
  open();
  EXPECT_TRUE(pipeline_->notices().empty());
  EXPECT_EQ(ask("SELECT count(*) FROM atom_events WHERE transaction_id = 1") == "0", false);
  EXPECT_FALSE(look(Depth::full).consistent());
  save("f.js", "export const six = 6;\n");
  EXPECT_EQ(look(Depth::full, true).left_count, 0u);
  expect_clean();
  EXPECT_EQ(ask("SELECT count(DISTINCT path) = count(DISTINCT file_id) FROM transaction_files"),
            "1")
      << "no id was given twice";
}

}  // namespace
}  // namespace dg
