#include "storage/requests/rehearse.h"

#include <optional>

#include "storage/backup/copy.h"
#include "storage/requests/shape.h"
#include "storage/schema/live/inspect.h"
#include "storage/schema/migrations/scratch.h"

namespace dg::requests {
namespace {

/// Throws Failure for what the script and the foreign keys say.
void run(Connection& scratch, std::string_view script) {
  scratch.execute(std::string(script));
  const std::string broken = schema::broken_reference(scratch);
  if (broken.empty()) return;
  Failure failure;
  failure.code = SQLITE_CONSTRAINT_FOREIGNKEY;
  failure.text = broken;
  throw failure;
}

/// Without rows.
std::string round_trip(const schema::LiveSchema& before, const Change& change,
                       const Migration& migration) {
  const schema::Trial trial{run,
                            [](const schema::LiveSchema& wanted, const schema::LiveSchema& found) {
                              return first_difference(shape_of_all(wanted), shape_of_all(found));
                            }};
  const Result<schema::LiveSchema> after =
      schema::round_trip(before, migration.up, migration.down, trial);
  if (!after) return after.error().thing + ": " + after.error().reason;
  const std::string difference =
      first_difference(shape_of(change.after), shape_of(*after, change.after.name.text()));
  return difference.empty() ? "" : "up makes another table than asked for: " + difference;
}

/// What went wrong, or nothing.
std::string trouble(Connection& copy, const std::string& script) {
  try {
    run(copy, script);
    return {};
  } catch (const Failure& failure) {
    return failure.text;
  }
}

}  // namespace

Rehearsal rehearse(const std::filesystem::path& database, const std::string& vfs,
                   const Change& change, const Migration& migration) {
  // One that has begun to write cannot be copied from, but another connection can.
  const Connection committed(database, Connection::Mode::read_only, vfs);
  Rehearsal rehearsal;
  rehearsal.failure = round_trip(schema::inspect(committed), change, migration);
  if (!rehearsal.failure.empty()) return rehearsal;
  Connection full("", Connection::Mode::read_write_create);
  copy_pages(committed, full);
  if (const std::string failure = trouble(full, migration.up); !failure.empty()) {
    rehearsal.failure = "up, with the rows that are there: " + failure;
    return rehearsal;
  }
  rehearsal.down_failure = trouble(full, migration.down);
  return rehearsal;
}

}  // namespace dg::requests
