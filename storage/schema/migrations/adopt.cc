#include <algorithm>

#include "storage/clock.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/guard.h"
#include "storage/schema/migrations/scratch.h"
#include "storage/schema/migrations/session.h"
#include "storage/uuid.h"

namespace dg::schema {
namespace {

const Migration* named(const std::vector<Migration>& files, const std::string& id) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const Migration& each) {
    return each.name == id || std::to_string(each.number) == id || each.name.starts_with(id + "_");
  });
  return found == files.end() ? nullptr : &*found;
}

bool only_defines(const std::string& statement) {
  const std::vector<Token> tokens = tokens_of(statement);
  return !tokens.empty() &&
         (tokens[0].is_word("create") || tokens[0].is_word("alter") || tokens[0].is_word("drop"));
}

/// `CREATE TABLE x`: its type and name; the column of an ADD COLUMN.
struct Made {
  std::string type, name, column;
};

Made made_by(const std::string& statement) {
  Made made;
  const std::vector<Token> tokens = tokens_of(statement);
  std::size_t at = 1;
  while (at < tokens.size() && (tokens[at].is_word("unique") || tokens[at].is_word("temp"))) ++at;
  if (at >= tokens.size()) return made;
  made.type = tokens[at].text;
  for (++at; at < tokens.size(); ++at) {
    if (tokens[at].is_word("if") || tokens[at].is_word("not") || tokens[at].is_word("exists"))
      continue;
    made.name = tokens[at].text;
    break;
  }
  if (!tokens[0].is_word("alter")) return made;
  ++at;
  if (at < tokens.size() && tokens[at].is_word("add")) ++at;
  if (at < tokens.size() && tokens[at].is_word("column")) ++at;
  if (at < tokens.size()) made.column = tokens[at].text;
  return made;
}

/// Takes what the statement would make out of the scratch, so that it can make it.
void make_room(Connection& scratch, const std::string& statement) {
  const Made made = made_by(statement);
  if (made.column.empty()) {
    scratch.execute("DROP " + made.type + " " + quoted_name(made.name));
  } else {
    scratch.execute("ALTER TABLE " + quoted_name(made.name) + " DROP COLUMN " +
                    quoted_name(made.column));
  }
}

/// Whether what a definition would leave is there: its objects are taken out of a copy of the
/// schema, it is run on that, and the result must be the schema as it is. Throws Failure and Error.
void check_definitions(const Migration& migration, const LiveSchema& live) {
  Connection scratch = scratch_of(live);
  const std::vector<std::string> statements = statements_of(migration.up);
  for (const std::string& statement : statements) {
    if (only_defines(statement)) continue;
    throw Error{ErrorKind::usage, migration.name, "changes rows, of which no schema tells",
                "Give it a section '-- verify' with a SELECT that gives 1 where its effect is "
                "there"};
  }
  for (auto each = statements.rbegin(); each != statements.rend(); ++each) {
    if (tokens_of(*each)[0].is_word("drop")) continue;
    try {
      make_room(scratch, *each);
    } catch (const Failure&) {  // NOLINT(bugprone-empty-catch): what is not there needs no room.
    }
  }
  for (const std::string& statement : statements) {
    // What is to be dropped is gone already where the effect is there.
    if (!tokens_of(statement)[0].is_word("drop")) scratch.execute(statement);
  }
  for (const Difference& each : compare(inspect(scratch), live)) {
    throw Error{ErrorKind::conflict, migration.name, "its effect is not there: " + each.text(),
                "Run it with 'deltagraph db migrate'"};
  }
  for (const std::string& statement : statements) {
    if (!tokens_of(statement)[0].is_word("drop")) continue;
    const Made gone = made_by(statement);
    const bool there = live.table(gone.name) != nullptr || live.view(gone.name) != nullptr ||
                       live.index(gone.name) != nullptr || live.trigger(gone.name) != nullptr;
    if (!there) continue;
    throw Error{ErrorKind::conflict, migration.name,
                "its effect is not there: " + gone.name + " exists",
                "Run it with 'deltagraph db migrate'"};
  }
}

}  // namespace

Result<Migration> adopt(const MigrateTarget& target, const std::string& id) {
  return guarded(target.database.string(), [&]() -> Result<Migration> {
    const Result<std::vector<Migration>> files = load_migrations(target.folder);
    if (!files) return files.error();
    const Migration* migration = named(*files, id);
    if (migration == nullptr) {
      return Error{ErrorKind::not_found, id,
                   "there is no such migration in " + target.folder.string(),
                   "'deltagraph db status' lists them"};
    }
    MigrationSession session(target);
    for (const MigrationRecord& record : session.records()) {
      if (record.name == migration->name && record.state == MigrationState::applied)
        return Error{ErrorKind::usage, migration->name, "is applied already",
                     "There is nothing to adopt"};
    }
    if (migration->verify.empty()) {
      check_definitions(*migration, inspect(session.connection()));
    } else if (session.connection().integer(migration->verify) != 1) {
      return Error{ErrorKind::conflict, migration->name,
                   "its effect is not there: its verification does not give 1",
                   "Run it with 'deltagraph db migrate'"};
    }
    const MigrationRecord record = applied_record(*migration, make_uuid_v7(unix_ms()), {});
    session.connection().execute("BEGIN IMMEDIATE");
    put_record(session.connection(), record);
    session.connection().execute("COMMIT");
    return *migration;
  });
}

}  // namespace dg::schema
