#include "storage/history/compact.h"

#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "storage/clock.h"
#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/history/file_history.h"
#include "storage/load.h"
#include "storage/schema/ddl.h"

namespace dg {
namespace {

std::int64_t number(Sequence sequence) {
  return static_cast<std::int64_t>(raw(sequence));
}

std::uint64_t size_of(const std::filesystem::path& database) {
  std::error_code error;
  const auto size = std::filesystem::file_size(database, error);
  return error ? 0 : size;
}

struct NoSuchCommit {};

std::int64_t count(Connection& connection, std::string_view sql, std::int64_t first) {
  Statement row = connection.prepare(sql);
  row.bind(1, first);
  return row.step() ? row.integer(0) : 0;
}

Compaction plan(Connection& connection, const std::filesystem::path& database, Sequence first) {
  Compaction compaction;
  compaction.first = first;
  const std::int64_t at = number(first);
  Statement commit =
      connection.prepare("SELECT committed_ms, first_event FROM transactions WHERE sequence = ?1");
  commit.bind(1, at);
  if (!commit.step()) throw NoSuchCommit{};
  compaction.first_ms = commit.integer(0);
  const std::int64_t first_event = commit.integer(1);
  compaction.commits = static_cast<std::uint64_t>(
      count(connection, "SELECT count(*) FROM transactions WHERE sequence < ?1", at));
  compaction.events = static_cast<std::uint64_t>(
      count(connection, "SELECT count(*) FROM atom_events WHERE id < ?1", first_event));
  compaction.bytes_before = compaction.bytes_after = size_of(database);
  return compaction;
}

void put_checkpoints(Connection& connection, std::int64_t first) {
  FileHistory history(connection);
  Statement insert = connection.prepare(
      "INSERT INTO file_snapshots(file_id, sequence, state) VALUES(?1, ?2, ?3) "
      "ON CONFLICT(file_id, sequence) DO NOTHING");
  for (const FileId file : files_in_log(connection, static_cast<Sequence>(first))) {
    const std::optional<FileState> state = history.at(file, static_cast<Sequence>(first));
    if (!state) throw Damage{"the history of file " + std::to_string(raw(file))};
    const std::string atoms = encode_atoms(*state);
    insert.bind(1, std::int64_t{raw(file)});
    insert.bind(2, first);
    insert.bind_blob(3, atoms);
    insert.run();
  }
}

void run(Connection& connection, std::string_view sql, std::int64_t value) {
  Statement statement = connection.prepare(sql);
  statement.bind(1, value);
  statement.run();
}

void delete_older(Connection& connection, std::int64_t first) {
  for (const schema::Trigger& trigger : schema::append_only_triggers()) {
    connection.execute("DROP TRIGGER IF EXISTS " + trigger.name);
  }
  run(connection,
      "DELETE FROM atom_events WHERE id < (SELECT first_event FROM transactions "
      "WHERE sequence = ?1)",
      first);
  // A file that is there keeps the row that says where its atoms are.
  run(connection,
      "DELETE FROM transaction_files WHERE sequence < ?1 AND (content_hash IS NULL OR "
      "sequence < (SELECT max(f.sequence) FROM transaction_files AS f "
      "WHERE f.file_id = transaction_files.file_id AND f.sequence <= ?1))",
      first);
  run(connection, "DELETE FROM file_snapshots WHERE sequence < ?1", first);
  run(connection, "DELETE FROM transactions WHERE sequence < ?1", first);
  for (const schema::Trigger& trigger : schema::append_only_triggers()) {
    connection.execute(trigger.sql);
  }
}

void put_metadata(Connection& connection, std::string_view key, const std::string& value) {
  Statement put = connection.prepare(
      "INSERT INTO system_metadata(key, value, updated_at) VALUES(?1, ?2, ?3) "
      "ON CONFLICT(key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at");
  put.bind_text(1, key);
  put.bind_text(2, value);
  put.bind(3, unix_ms());
  put.run();
}

/// The link that the first commit left follows: verifying the chain begins with it.
void keep_chain(Connection& connection, std::int64_t first) {
  if (schema::table("transactions")->column("chain") == nullptr) return;
  Statement row = connection.prepare(
      "SELECT sequence || ' ' || lower(hex(chain)) FROM transactions WHERE sequence = ?1 - 1 "
      "AND chain IS NOT NULL");
  row.bind(1, first);
  if (row.step()) put_metadata(connection, "chain_base", std::string(row.text(0)));
}

template <typename Work>
Result<Compaction> guarded(const std::string& thing, Sequence first, const Work& work) {
  return dg::guarded(thing, [&]() -> Result<Compaction> {
    try {
      return work();
    } catch (const Damage& damage) {
      return Error{
          ErrorKind::corrupt, thing, damage.what + " cannot be read",
          "'deltagraph db replay --verify' tells where the log breaks; nothing was changed"};
    } catch (const NoSuchCommit&) {
      return Error{ErrorKind::not_found, "#" + std::to_string(raw(first)),
                   "is no commit of the log", "'deltagraph log' lists them"};
    }
  });
}

}  // namespace

Result<Compaction> plan_compaction(const std::filesystem::path& database, Sequence first) {
  return guarded(database.string(), first, [&]() -> Result<Compaction> {
    Connection connection = connect_reader(database, {});
    const ReadTransaction transaction(connection);
    return plan(connection, database, first);
  });
}

Result<Compaction> compact(const std::filesystem::path& database, Sequence first) {
  return guarded(database.string(), first, [&]() -> Result<Compaction> {
    Connection connection = connect_writer(database, {}, Synchronous::full);
    connection.execute("BEGIN IMMEDIATE");
    Compaction done = plan(connection, database, first);
    if (done.commits == 0) {
      connection.execute("ROLLBACK");
      return done;
    }
    put_checkpoints(connection, number(first));
    keep_chain(connection, number(first));
    put_metadata(connection, "compacted",
                 "{\"first\":" + std::to_string(raw(first)) +
                     ",\"commits_lost\":" + std::to_string(done.commits) +
                     ",\"events_lost\":" + std::to_string(done.events) + "}");
    delete_older(connection, number(first));
    connection.execute("COMMIT");
    connection.execute("VACUUM");
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    done.bytes_after = size_of(database);
    return done;
  });
}

}  // namespace dg
