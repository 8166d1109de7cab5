#include "storage/schema/migrations/scratch.h"

#include <algorithm>

#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/guard.h"

namespace dg::schema {
Connection scratch_of(const LiveSchema& schema) {
  Connection scratch(":memory:", Connection::Mode::read_write_create);
  scratch.execute("BEGIN");
  for (const LiveTable& table : schema.tables) scratch.execute(table.sql);
  for (const LiveIndex& index : schema.indexes) {
    if (!index.sql.empty()) scratch.execute(index.sql);
  }
  for (const LiveProgram& view : schema.views) scratch.execute(view.sql);
  for (const LiveProgram& trigger : schema.triggers) scratch.execute(trigger.sql);
  scratch.execute("COMMIT");
  return scratch;
}

std::vector<std::string> statements_of(std::string_view script) {
  std::vector<std::string> all;
  std::string pending;
  // Statements end where SQLite says so: triggers hold semicolons of their own.
  while (!script.empty()) {
    const std::size_t end = std::min(script.find(';'), script.size() - 1) + 1;
    pending.append(script.substr(0, end));
    script.remove_prefix(end);
    if (sqlite3_complete(pending.c_str()) == 0 && !script.empty()) continue;
    if (const std::vector<Token> tokens = tokens_of(pending);
        !tokens.empty() && !(tokens.size() == 1 && tokens[0].text == ";")) {
      const std::size_t begin = pending.find_first_not_of(" \t\r\n");
      all.push_back(pending.substr(begin));
    }
    pending.clear();
  }
  return all;
}

void try_script(Connection& scratch, std::string_view script) {
  const Guard guard(scratch, MigrationKind::schema);
  for (const std::string& statement : statements_of(script)) scratch.execute(statement);
}

std::vector<Difference> losses_of(const LiveSchema& schema, std::string_view script) {
  Connection scratch = scratch_of(schema);
  try_script(scratch, script);
  std::vector<Difference> losses = compare(schema, inspect(scratch));
  std::erase_if(losses, [](const Difference& each) {
    return each.aspect != Aspect::missing_table && each.aspect != Aspect::missing_column;
  });
  return losses;
}

std::string first_difference(const LiveSchema& wanted, const LiveSchema& found) {
  const std::vector<Difference> differences = compare(wanted, found);
  return differences.empty() ? std::string() : differences.front().text();
}

Result<LiveSchema> round_trip(const LiveSchema& schema, std::string_view up, std::string_view down,
                              const Trial& trial) {
  Connection scratch = scratch_of(schema);
  const char* at = "up";
  const auto require_same = [&](const LiveSchema& wanted) {
    const std::string difference = trial.difference(wanted, inspect(scratch));
    if (difference.empty()) return;
    throw Error{ErrorKind::conflict, at, "leaves another schema: " + difference,
                "Correct `down` so that it takes back all that `up` does"};
  };
  try {
    trial.run(scratch, up);
    LiveSchema after = inspect(scratch);
    at = "down";
    trial.run(scratch, down);
    require_same(schema);
    at = "up after down";
    trial.run(scratch, up);
    require_same(after);
    return after;
  } catch (const Error& error) {
    return error;
  } catch (const Failure& failure) {
    return Error{ErrorKind::conflict, at, failure.text, hint_for(failure)};
  }
}

}  // namespace dg::schema
