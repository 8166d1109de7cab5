#include <memory>

#include "bench/benchmarks.h"
#include "bench/measure.h"
#include "daemon/pipeline.h"
#include "storage/schema/live/declared.h"
#include "storage/schema/live/drift.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/migrations/migrate.h"
#include "storage/sqlite/connection.h"
#include "storage/statement_log.h"

namespace dg::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 100, kFunctions = 1000;
constexpr std::int64_t kAtoms = kFiles * (kFunctions + 1);  // Each file is one too.

/// 100 files of 1,000 functions.
void write_sources(const fs::path& root) {
  fs::create_directories(root);
  for (int file = 0; file < kFiles; ++file) {
    std::string text;
    for (int i = 0; i < kFunctions; ++i) {
      const std::string number = std::to_string(i);
      text += "function f" + number + "(a) { return a + " + number + "; }\n";
    }
    save(root / ("file" + std::to_string(file) + ".js"), text);
  }
}

void index(const fs::path& root, const Options& options) {
  PipelineOptions chosen;
  chosen.root = root;
  chosen.threads = options.threads;
  const Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(chosen);
  require(static_cast<bool>(pipeline), pipeline ? "" : pipeline.error().message());
  SettledChange all;
  all.rescan = true;
  const Result<Outcome> outcome = (*pipeline)->apply(all);
  require(static_cast<bool>(outcome), outcome ? "" : outcome.error().message());
  require(static_cast<bool>((*pipeline)->checkpoint()), "no checkpoint");
}

std::int64_t journalled(const fs::path& database) {
  return Connection(database, Connection::Mode::read_only)
      .integer("SELECT count(*) FROM schema_journal");
}

/// Changes a copy of the database behind the program's back, opens it and looks at what became.
double upgrade(const fs::path& root, const std::string& damage) {
  const fs::path database = root / "old/deltagraph.db";
  fs::remove_all(database.parent_path());
  fs::create_directories(database.parent_path());
  fs::copy_file(root / ".deltagraph/deltagraph.db", database);
  Connection(database, Connection::Mode::read_write).execute(damage);
  const std::int64_t before = journalled(database);
  const Stopwatch watch;
  {
    const Result<std::unique_ptr<Store>> store = Store::open({database, "", {}});
    require(static_cast<bool>(store), store ? "" : store.error().message());
  }
  const double took = watch.ms();
  require(journalled(database) > before, "nothing was upgraded");
  const Connection now(database, Connection::Mode::read_only);
  for (const schema::Difference& each : compare(schema::declared(), schema::inspect(now)))
    require(!is_lack(each), each.text());
  require(now.integer("SELECT count(*) FROM atoms") == kAtoms, "atoms were lost");
  return took;
}

/// A data migration of a team's own that reads every atom.
double migrate(const fs::path& root) {
  const schema::MigrateTarget target{root / ".deltagraph/deltagraph.db", root / "migrations", {}};
  fs::create_directories(target.folder);
  save(target.folder / "0001_make_owners.sql",
       "-- up\nCREATE TABLE owners(atom TEXT PRIMARY KEY, team TEXT NOT NULL) STRICT;\n"
       "INSERT INTO owners SELECT id, substr(file_path, 1, 5) FROM live_atoms;\n"
       "CREATE INDEX owners_team ON owners(team);\n-- down\nDROP TABLE owners;\n"
       "-- verify\nSELECT count(*) = " +
           std::to_string(kAtoms) + " FROM owners\n");
  const Stopwatch watch;
  const Result<schema::MigrationRun> run = schema::migrate(target);
  const double took = watch.ms();
  require(static_cast<bool>(run), run ? "" : run.error().message());
  require(run->done.size() == 1, "the migration was not run");
  const Connection now(target.database, Connection::Mode::read_only);
  require(now.integer("SELECT count(*) FROM owners WHERE team = 'file1'") > kFunctions,
          "the migration had not its effect");
  return took;
}

}  // namespace

void bench_schema(const fs::path& root, const Options& options, Report& report) {
  write_sources(root);
  index(root, options);
  const auto add = [&](const char* name, double value) {
    report.add({"100,000 atoms", name, value, "ms", {}});
  };
  add("upgrade: two columns and a view are added",
      upgrade(root,
              "DROP VIEW live_atoms; DROP VIEW functions;"
              "ALTER TABLE atoms DROP COLUMN called_by_json;"
              "ALTER TABLE atoms DROP COLUMN function_type"));
  add("upgrade: three indexes of atoms are made anew",
      upgrade(root,
              "DROP INDEX idx_atoms_name; DROP INDEX idx_atoms_file_path;"
              "DROP INDEX idx_atoms_complexity"));
  // A column that once could be NULL: the table is copied, after a backup.
  add("upgrade: atoms is rebuilt, backup and checks included",
      upgrade(root,
              "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
              "'name TEXT NOT NULL', 'name TEXT') WHERE name = 'atoms';"
              "PRAGMA writable_schema = RESET"));
  add("migration of one's own over all atoms, backup included", migrate(root));
}

}  // namespace dg::bench
