// The schema as data: declared and found, and where the two differ.

#include <gtest/gtest.h>

#include <algorithm>

#include "storage/schema/ddl.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/report/health.h"
#include "storage/sqlite/connection.h"
#include "tests/support/temp_project.h"

namespace dg::schema {
namespace {

Connection in_memory(const std::string& sql) {
  Connection connection(":memory:", Connection::Mode::read_write_create);
  connection.execute(sql);
  return connection;
}

/// A database that is as declared, then changed.
LiveSchema changed(const std::string& sql) {
  Connection connection = in_memory("BEGIN;" + schema_sql() + "COMMIT;");
  connection.execute(sql);
  return inspect(connection);
}

std::vector<std::string> texts(const std::vector<Difference>& differences) {
  std::vector<std::string> all;
  for (const Difference& each : differences) all.push_back(each.text());
  return all;
}

using Texts = std::vector<std::string>;

TEST(SqlTokens, LayoutCommentsCaseAndNeedlessQuotesDoNotCount) {
  EXPECT_EQ(normalized("SELECT a.B FROM \"T\" WHERE x='It''s' -- why\n"),
            normalized("select A . b /* all */ from t\nwhere X = 'It''s'"));
  EXPECT_NE(normalized("SELECT 'a'"), normalized("SELECT 'A'"));
  EXPECT_NE(normalized("SELECT \"a b\""), normalized("SELECT a b"));
  EXPECT_EQ("x'00ff' <= 1e+5 ->> 0x1f", normalized("X'00FF'<=1E+5->>0X1F"));
  EXPECT_EQ("'open", normalized("'open")) << "a string without an end is taken as it is";
}

TEST(SqlTokens, ConditionsOfATable) {
  EXPECT_EQ((Texts{"a in ( 0 , 1 )", "length ( b ) < 3"}),
            checks_of("CREATE TABLE t(a CHECK (a IN (0, 1)), b TEXT, CHECK(length(b)<3))"));
  EXPECT_TRUE(checks_of("CREATE TABLE t(a DEFAULT 'CHECK (1)')").empty());
}

TEST(SqlTokens, NamesAndTextsAreQuoted) {
  EXPECT_EQ("\"a\"\"b; DROP TABLE x\"", quoted_name("a\"b; DROP TABLE x"));
  EXPECT_EQ("'it''s'", quoted_text("it's"));
}

TEST(SchemaInspect, S1_13_ReadsWhatSqliteKnows) {
  const Connection connection = in_memory(
      "CREATE TABLE p(x INT, y TEXT, PRIMARY KEY(y, x)) WITHOUT ROWID;"
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'q' UNIQUE, b INT, c TEXT,"
      " g AS (b + 1), CHECK (b > 0), FOREIGN KEY (b, c) REFERENCES p(x, y) ON DELETE SET NULL);"
      "CREATE INDEX i ON t(b DESC, a COLLATE NOCASE) WHERE b IS NOT NULL;"
      "CREATE VIEW v AS SELECT 1; CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;"
      "CREATE VIRTUAL TABLE f USING fts5(x); PRAGMA user_version = 7");
  const LiveSchema schema = inspect(connection);
  EXPECT_EQ(7u, schema.user_version);
  ASSERT_EQ(3u, schema.tables.size()) << "shadow tables belong to their virtual table";
  EXPECT_EQ((Texts{"y", "x"}), schema.table("p")->primary_key());
  EXPECT_TRUE(schema.table("p")->without_rowid);
  const LiveTable& t = *schema.table("t");
  EXPECT_EQ("TEXT NOT NULL DEFAULT 'q'", text_of(*t.column("a")));
  EXPECT_TRUE(t.column("g")->generated);
  EXPECT_EQ(Texts{"b > 0"}, t.checks);
  ASSERT_EQ(1u, t.foreign_keys.size());
  EXPECT_EQ("(b, c) -> p(x, y) ON DELETE SET NULL", text_of(t.foreign_keys[0]));
  EXPECT_EQ("(b DESC, a COLLATE NOCASE) WHERE b is not null", text_of(*schema.index("i")));
  EXPECT_NE(nullptr, schema.view("v"));
  EXPECT_EQ("t", schema.trigger("r")->table);
  EXPECT_TRUE(schema.table("f")->virtual_table);
}

TEST(SchemaDrift, S1_01_TheRegistrysSqlHasNone) {
  EXPECT_EQ(Texts(), texts(compare(declared(), changed(""))));
}

TEST(SchemaDrift, AnotherLayoutOfTheSameIsNone) {
  EXPECT_EQ(Texts(),
            texts(compare(declared(), changed("DROP VIEW live_atoms; CREATE VIEW live_atoms AS\n"
                                              "select * from \"atoms\" where state='live'"))));
}

/// Each kind of difference is found, and nothing else with it.
TEST(SchemaDrift, S1_18_S1_22_S1_23_EachKindIsTold) {
  const std::pair<std::string, Texts> cases[] = {
      {"DROP TABLE atom_versions",
       {"atom_versions: missing table",
        "atom_versions.idx_atom_versions_file_path: missing index"}},
      {"CREATE TABLE notes(x)", {"notes: extra table"}},
      {"DROP VIEW live_atoms; DROP VIEW functions; ALTER TABLE atoms DROP COLUMN dna_json;" +
           declared_sql("live_atoms") + ";" + declared_sql("functions"),
       {"atoms.dna_json: missing column"}},
      {"ALTER TABLE atoms ADD COLUMN team TEXT CHECK (team <> '')", {"atoms.team: extra column"}},
      {"DROP INDEX idx_atoms_name", {"atoms.idx_atoms_name: missing index"}},
      {"CREATE INDEX mine ON atoms(name)", {"atoms.mine: extra index"}},
      {"DROP INDEX idx_atoms_name; CREATE INDEX idx_atoms_name ON atoms(name, line_start)",
       {"atoms.idx_atoms_name: index: wanted (name), found (name, line_start)"}},
      {"DROP TRIGGER transactions_no_delete",
       {"transactions.transactions_no_delete: missing trigger"}},
      {"CREATE TRIGGER mine AFTER INSERT ON files BEGIN SELECT 1; END",
       {"files.mine: extra trigger"}},
      {"DROP VIEW call_graph", {"call_graph: missing view"}},
      {"CREATE VIEW mine AS SELECT 1", {"mine: extra view"}},
  };
  for (const auto& [sql, expected] : cases)
    EXPECT_EQ(expected, texts(compare(declared(), changed(sql)))) << sql;
}

TEST(SchemaDrift, DefinitionsOfAColumnAreCompared) {
  const std::string old = declared_sql("config_files");
  const auto with = [&](const std::string& sql) {
    return texts(compare(declared(), changed("DROP TABLE config_files;" + sql)));
  };
  const std::string rest = " content TEXT NOT NULL, updated_at INTEGER NOT NULL";
  EXPECT_EQ((Texts{"config_files.content: nullability: wanted not nullable, found nullable"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL, content TEXT, updated_at INTEGER "
                 "NOT NULL, PRIMARY KEY(path)) STRICT"));
  EXPECT_EQ((Texts{"config_files.updated_at: type: wanted INTEGER, found TEXT"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL, content TEXT NOT NULL, updated_at "
                 "TEXT NOT NULL, PRIMARY KEY(path)) STRICT"));
  EXPECT_EQ((Texts{"config_files.content: default: wanted none, found 'x'"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL, content TEXT NOT NULL DEFAULT 'x', "
                 "updated_at INTEGER NOT NULL, PRIMARY KEY(path)) STRICT"));
  EXPECT_EQ((Texts{"config_files: table option: wanted STRICT, found not STRICT"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL," + rest + ", PRIMARY KEY(path))"));
  EXPECT_EQ((Texts{"config_files: primary key: wanted path, found content"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL," + rest +
                 ", PRIMARY KEY(content)) STRICT"));
  EXPECT_EQ((Texts{"config_files: unique: wanted none, found UNIQUE (content)"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL," + rest +
                 ", PRIMARY KEY(path), UNIQUE(content)) STRICT"));
  EXPECT_EQ((Texts{"config_files: foreign key: wanted none, found (path) -> files(path)"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL REFERENCES files(path)," + rest +
                 ", PRIMARY KEY(path)) STRICT"));
  EXPECT_EQ((Texts{"config_files: check: wanted none, found updated_at > 0"}),
            with("CREATE TABLE config_files(path TEXT NOT NULL," + rest +
                 ", PRIMARY KEY(path), CHECK (updated_at > 0)) STRICT"));
  EXPECT_EQ(Texts(), with(old));
}

TEST(SchemaHealth, S1_36_AWholeDatabaseIsHealthy) {
  const Health health = health_of(report_of(changed("")));
  EXPECT_EQ(100, health.score);
  EXPECT_EQ('A', health.grade);
  EXPECT_EQ("healthy", health.status);
  ASSERT_EQ(1u, health.recommendations.size());
  EXPECT_EQ(Severity::info, health.recommendations[0].severity);
}

TEST(SchemaHealth, S1_36_S1_38_PlantedFaultsLowerTheScore) {
  const auto health = [](const std::string& sql) { return health_of(report_of(changed(sql))); };
  const std::string column = "ALTER TABLE system_files DROP COLUMN ";
  EXPECT_EQ(60, health("DROP TABLE atom_versions").score);
  EXPECT_EQ("critical", health("DROP TABLE atom_versions").status);
  EXPECT_EQ('C', health("DROP TABLE atom_versions").grade);
  EXPECT_EQ(60, health("DROP TABLE atom_versions; DROP TABLE system_files").score);
  EXPECT_EQ(95, health(column + "exports_json;" + column + "calls_json").score)
      << "by table, not by column";
  EXPECT_EQ("warning", health(column + "exports_json").status);
  EXPECT_EQ(97, health("ALTER TABLE files ADD COLUMN x TEXT").score);
  EXPECT_EQ(97, health("DROP INDEX idx_atoms_name").score);
  EXPECT_EQ(100, health("CREATE TABLE notes(x)").score) << "an extra table is somebody's";
  // A missing table is found whatever others there are: never registered minus all that exist.
  EXPECT_EQ(60, health("DROP TABLE atom_versions; CREATE TABLE x(a); CREATE TABLE y(a)").score);
  const Health two = health("DROP TABLE atom_versions; ALTER TABLE files ADD COLUMN x TEXT");
  EXPECT_EQ(57, two.score);
  ASSERT_EQ(2u, two.recommendations.size());
  EXPECT_EQ(Severity::high, two.recommendations[0].severity) << "the gravest first";
  EXPECT_EQ("missing tables: atom_versions", two.recommendations[0].message);
  EXPECT_EQ("columns that nobody declares: files: x", two.recommendations[1].message);
}

/// Tables as the registry may have them in some later version.
constexpr Column kKey[] = {
    {"id", ColumnType::integer, false, false, "0.1", "", "The key.", {}, {}}};
constexpr Table kAging[] = {{"old_notes",
                             "Kept.",
                             kKey,
                             "id",
                             {},
                             {},
                             {},
                             false,
                             false,
                             Mutability::free,
                             false,
                             LifeCycle::legacy_readonly},
                            {"going",
                             "Still written.",
                             kKey,
                             "id",
                             {},
                             {},
                             {},
                             false,
                             false,
                             Mutability::free,
                             false,
                             LifeCycle::deprecated},
                            {"used",
                             "In use.",
                             kKey,
                             "id",
                             {},
                             {},
                             {},
                             false,
                             false,
                             Mutability::free,
                             false,
                             LifeCycle::active}};

TEST(SchemaLifeCycle, S4_11_WhatIsLegacyRefusesWritesAndWhatIsDeprecatedIsTold) {
  std::string sql;
  for (const Table& table : kAging) {
    sql += create_table_sql(table) + ";INSERT INTO " + std::string(table.name) + " VALUES(1);";
    for (const Trigger& trigger : append_only_triggers(table)) sql += trigger.sql + ";";
  }
  Connection connection = in_memory(sql);
  for (const char* write : {"INSERT INTO old_notes VALUES(2)", "UPDATE old_notes SET id = 3",
                            "DELETE FROM old_notes"}) {
    try {
      connection.execute(write);
      ADD_FAILURE() << write;
    } catch (const Failure& failure) {
      EXPECT_EQ("old_notes is legacy and refuses writes", failure.text);
    }
  }
  EXPECT_EQ(1, connection.integer("SELECT count(*) FROM old_notes")) << "and is still read";
  connection.execute("INSERT INTO going VALUES(2); DELETE FROM used");
  const Report report = report_of(inspect(connection), kAging);
  EXPECT_EQ(Texts{"going"}, report.deprecated_tables);
  const Health health = health_of(report);
  EXPECT_EQ(100, health.score);
  ASSERT_EQ(1u, health.recommendations.size());
  EXPECT_EQ("deprecated tables: going", health.recommendations[0].message);
  EXPECT_EQ(Severity::info, health.recommendations[0].severity);
}

TEST(SchemaGenerated, S1_15_S1_16_TheRegistrysStatementsMakeWhatItSays) {
  for (const Table& table : tables()) {
    if (!table.documented) continue;
    std::string sql = create_table_sql(table) + ";";
    for (const Index& index : table.indexes) sql += create_index_sql(table, index) + ";";
    const LiveSchema made = inspect(in_memory(sql));
    ASSERT_NE(nullptr, made.table(table.name)) << table.name;
    EXPECT_EQ(table.columns.size(), made.table(table.name)->columns.size()) << table.name;
    for (const Index& index : table.indexes)
      EXPECT_NE(nullptr, made.index(index.name)) << index.name;
  }
}

TEST(SqlTokens, TablesThatAScriptMakes) {
  EXPECT_EQ((Texts{"a", "B c", "f"}),
            tables_made_by("CREATE TABLE a(x); create table if not exists \"B c\"(y);"
                           "CREATE INDEX i ON a(x); DROP TABLE z; INSERT INTO q VALUES('CREATE "
                           "TABLE no(x)'); CREATE VIRTUAL TABLE f USING fts5(x)"));
}

TEST(SchemaHealth, TheLossesAreBounded) {
  std::string extra, types;
  for (const Table& table : tables()) {
    if (table.name != "schema_journal")
      extra += "ALTER TABLE " + std::string(table.name) + " ADD COLUMN extra_one TEXT;";
  }
  EXPECT_EQ(80, health_of(report_of(changed(extra))).score);
}

}  // namespace
}  // namespace dg::schema
