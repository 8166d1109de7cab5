#include "storage/store.h"

#include <system_error>

#include "events/names.h"
#include "parser/facts_codec.h"
#include "storage/audit/repair.h"
#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/history/replica.h"
#include "storage/load.h"
#include "storage/logged_project.h"
#include "storage/reader.h"
#include "storage/schema/upgrade/upkeep.h"
#include "storage/transaction.h"
#include "storage/versions.h"

namespace dg {
namespace {

/// WAL pages after which a commit checkpoints by itself, should nobody else have done it: 16 MiB.
constexpr int kWalPagesBound = 4096;
/// Atoms from which the first commit builds its secondary indexes afterwards.
constexpr std::size_t kBulkAtoms = 2000;

Error conflict(const std::string& database, const std::string& reason) {
  return {ErrorKind::conflict, database, reason,
          "Load the stored state and apply the change to it again"};
}

/// Whether rows that are not what they were are written anew: their index entries may be those of
/// before, and then SQLite refuses to replace them.
bool repairs_rows(const Delta& delta) {
  return std::any_of(delta.files.begin(), delta.files.end(), [](const FileDelta& file) {
    return std::any_of(file.atoms.begin(), file.atoms.end(), [](const AtomChange& change) {
      return change.operation == Operation::reconcile;
    });
  });
}

/// As guarded(), and what only loading and committing throw.
template <typename Work>
auto guarded_store(const std::string& thing, const Work& work) -> decltype(work()) {
  return guarded(thing, [&]() -> decltype(work()) {
    try {
      return work();
    } catch (const Damage& damage) {
      return Error{ErrorKind::corrupt, thing, damage.what + " cannot be read",
                   "Move it away and index again; the sources are the truth"};
    } catch (const VersionConflict& lost) {
      return conflict(thing, "atom " + std::to_string(raw(lost.atom)) + " is not at version " +
                                 std::to_string(lost.expected));
    } catch (const SequenceConflict& lost) {
      return conflict(thing, "it is at sequence " + std::to_string(lost.stored) + ", not at " +
                                 std::to_string(lost.wanted - 1));
    } catch (const std::system_error& error) {
      return Error{ErrorKind::io, thing, error.what(), "Check the disk and the memory"};
    }
  });
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(Options options) : options_(std::move(options)) { connect(); }

  Result<StoredProject> load() override;
  Result<CommitCounts> commit(const Delta& delta, const TransactionInfo& info) override;
  std::shared_ptr<const FileFacts> cached_facts(const ContentHash& hash,
                                                Language language) override;
  Result<> note_extractor() override;
  Result<> write_derived(const Derived& derived);
  Result<> fill_versions(const StoredProject& project);
  Result<> touch(FileId file, std::int64_t mtime_ns, std::uint64_t size) override;
  Result<std::unique_ptr<Reader>> reader() const override;
  Result<> checkpoint() override;
  std::uint64_t file_size() const override;
  Result<std::string> integrity() override;

 private:
  std::string thing() const { return options_.database.string(); }
  void patiently(const std::function<void()>& work) { retry_while_busy(work, options_.waiting); }
  void connect();
  void connect_once();
  void reconnect_if_lost();
  void drop_connection() noexcept;
  void check_contents();
  void note(const Failure& failure) noexcept;
  void abandon(bool doubtful) noexcept;
  CommitCounts write(const Delta& delta, const TransactionInfo& info);
  Result<> write_beside(const std::function<void()>& work);
  void forget_facts(const std::string& key);
  bool is_bulk(const Delta& delta, const TransactionInfo& info) const;
  void checkpoint_now();

  Options options_;
  Connection connection_;
  Replica replica_;
  std::unique_ptr<TransactionWriter> writer_;
  Statement facts_by_key_, touch_;
  int wal_pages_ = 0;  ///< After the last commit.
  /// A sync failed: the kernel may have dropped what it was to write, and says so only once.
  bool contents_unknown_ = false;
};

void SqliteStore::connect() {
  patiently([this] {
    try {
      connect_once();
    } catch (...) {
      drop_connection();
      throw;
    }
  });
}

void SqliteStore::connect_once() {
  connection_ = connect_writer(options_.database, options_.vfs, options_.synchronous);
  connection_.count_in(options_.statements);
  if (!schema::may_write(static_cast<std::uint32_t>(connection_.integer("PRAGMA user_version")))) {
    // The header looked fine, but a newer program's last commits are in the WAL still: leave both.
    sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    throw Error{ErrorKind::newer, thing(), "it was written by a newer version of deltagraph",
                "Upgrade deltagraph; the file was left as it is"};
  }
  check_contents();
  schema::bring_up(connection_, {options_.database, options_.vfs, {}, options_.told});
  replica_ = ensure_replica(connection_, options_.database);
  sqlite3_wal_hook(
      connection_.handle(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &wal_pages_);
  writer_ =
      std::make_unique<TransactionWriter>(connection_, options_.extractor_options, options_.clock);
  facts_by_key_ = connection_.prepare("SELECT value FROM cache_entries WHERE key = ?1");
  touch_ = connection_.prepare("UPDATE files SET mtime_ns = ?1, size = ?2 WHERE id = ?3");
}

/// After a failed sync no page of the file is taken on trust (RELIABILITY R-05; PostgreSQL's
/// lesson, wiki.postgresql.org/wiki/Fsync_Errors). O(file), once after each such failure.
void SqliteStore::check_contents() {
  if (!contents_unknown_) return;
  Statement check = connection_.prepare("PRAGMA quick_check(1)");
  const std::string finding(check.step() ? check.text(0) : "no answer");
  if (finding != "ok") {
    throw Error{ErrorKind::corrupt, thing(), "it was damaged when the disk failed: " + finding,
                "It is set aside and rebuilt from the sources"};
  }
  contents_unknown_ = false;
}

void SqliteStore::note(const Failure& failure) noexcept {
  if (failure.code == SQLITE_IOERR_FSYNC || failure.code == SQLITE_IOERR_DIR_FSYNC)
    contents_unknown_ = true;
}

void SqliteStore::reconnect_if_lost() {
  if (!connection_) connect();
}

void SqliteStore::drop_connection() noexcept {
  writer_.reset();
  facts_by_key_ = Statement();
  touch_ = Statement();
  connection_.close();
}

/// Leaves no transaction open. After a failed read, write or sync nobody knows what the
/// connection's memory is worth (RELIABILITY R-05): the next call gets a new one, which recovers
/// from the file.
void SqliteStore::abandon(bool doubtful) noexcept {
  if (!connection_) return;
  sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  if (doubtful || connection_.in_transaction()) drop_connection();
}

bool SqliteStore::is_bulk(const Delta& delta, const TransactionInfo& info) const {
  if (raw(info.sequence) != 1) return false;
  std::size_t atoms = 0;
  for (const FileDelta& file : delta.files) atoms += file.atoms.size();
  return atoms >= kBulkAtoms;
}

CommitCounts SqliteStore::write(const Delta& delta, const TransactionInfo& info) {
  const bool bulk = is_bulk(delta, info);
  patiently([this] { connection_.execute("BEGIN IMMEDIATE"); });
  if (const std::optional<CommitCounts> counts = writer_->repeated(info.id)) {
    // This very transaction is durable: it was delivered twice, or its first attempt failed after
    // the fact.
    connection_.execute("ROLLBACK");
    return *counts;
  }
  // What the program writes itself is well-formed by its tests; checking 100,000 rows again is
  // dear.
  if (bulk) connection_.execute("PRAGMA cache_size = -131072; PRAGMA ignore_check_constraints = 1");
  if (repairs_rows(delta)) connection_.execute("REINDEX");
  if (bulk && writer_->head().sequence == 0) schema::drop_scattered_indexes(connection_);
  const CommitCounts counts = writer_->write(delta, info, replica_.id);
  if (bulk) schema::create_indexes(connection_);
  patiently([this] { connection_.execute("COMMIT"); });
  if (bulk) {
    connection_.execute("PRAGMA cache_size = -8192; PRAGMA ignore_check_constraints = 0");
    sqlite3_db_release_memory(connection_.handle());
  }
  return counts;
}

Result<CommitCounts> SqliteStore::commit(const Delta& delta, const TransactionInfo& info) {
  bool doubtful = true;
  const auto attempt = [&]() -> Result<CommitCounts> {
    return guarded_store(thing(), [&]() -> Result<CommitCounts> {
      try {
        reconnect_if_lost();
        return write(delta, info);
      } catch (const Error& error) {
        return error;
      } catch (const VersionConflict&) {
        doubtful = false;
        throw;
      } catch (const SequenceConflict&) {
        doubtful = false;
        throw;
      } catch (const Failure& failure) {
        note(failure);
        throw;
      }
    });
  };
  Result<CommitCounts> result = attempt();
  if (!result) {
    abandon(doubtful || is_bulk(delta, info));
    return result;
  }
  // A long log is put away at once, unless it is the first index's: its caller does it when idle.
  if (wal_pages_ >= kWalPagesBound && raw(info.sequence) != 1) {
    // One that fails costs nothing but time: the log stays and the next one tries again.
    static_cast<void>(checkpoint());
  }
  return result;
}

Result<StoredProject> SqliteStore::load() {
  return guarded_store(thing(), [&]() -> Result<StoredProject> {
    return read_project([this] { return connect_reader(options_.database, options_.vfs); });
  });
}

std::shared_ptr<const FileFacts> SqliteStore::cached_facts(const ContentHash& hash,
                                                           Language language) {
  try {
    reconnect_if_lost();
    FactsKey key(options_.extractor_options);
    facts_by_key_.bind_text(1, key.of(hash, language));
    std::optional<FileFacts> facts;
    const bool known = facts_by_key_.step();
    if (known) facts = decode_facts(facts_by_key_.text(0));
    facts_by_key_.reset();
    if (!facts) {
      if (known) forget_facts(key.of(hash, language));
      return nullptr;
    }
    return std::make_shared<const FileFacts>(*std::move(facts));
  } catch (const Failure&) {
    return nullptr;  // A cache that cannot be read is an empty one; a commit will report the
                     // reason.
  } catch (const Error&) {
    return nullptr;
  }
}

/// A value that cannot be decoded would stand in the way of the right one.
void SqliteStore::forget_facts(const std::string& key) {
  Statement forget = connection_.prepare("DELETE FROM cache_entries WHERE key = ?1");
  forget.bind_text(1, key);
  forget.run();
}

/// A write beside commit(): after a failure nobody knows what was written, so the connection goes.
Result<> SqliteStore::write_beside(const std::function<void()>& work) {
  return guarded_store(thing(), [&]() -> Result<> {
    try {
      reconnect_if_lost();
      work();
      return Ok{};
    } catch (const Error& error) {
      return error;
    } catch (const Failure& failure) {
      note(failure);
      abandon(true);
      throw;
    }
  });
}

Result<> SqliteStore::note_extractor() {
  // Version and options apart from each other would only cost one more parse of everything.
  return write_beside([this] { patiently([this] { writer_->note_extractor(); }); });
}

Result<> SqliteStore::write_derived(const Derived& derived) {
  return write_beside([&] {
    patiently([this] { connection_.execute("BEGIN IMMEDIATE"); });
    writer_->write_derived(derived);
    patiently([this] { connection_.execute("COMMIT"); });
  });
}

Result<> SqliteStore::fill_versions(const StoredProject& project) {
  return write_beside([&] {
    if (project.files.empty() ||
        connection_.integer("SELECT EXISTS (SELECT 1 FROM atom_versions)") != 0)
      return;
    patiently([this] { connection_.execute("BEGIN IMMEDIATE"); });
    writer_->write_versions(project.files);
    patiently([this] { connection_.execute("COMMIT"); });
  });
}

Result<> SqliteStore::touch(FileId file, std::int64_t mtime_ns, std::uint64_t size) {
  return write_beside([&] {
    touch_.bind(1, mtime_ns);
    touch_.bind(2, static_cast<std::int64_t>(size));
    touch_.bind(3, std::int64_t{raw(file)});
    patiently([this] { touch_.run(); });
  });
}

Result<std::unique_ptr<Reader>> SqliteStore::reader() const {
  return guarded_store(thing(), [&]() -> Result<std::unique_ptr<Reader>> {
    return make_reader(options_.database, options_.vfs, options_.statements);
  });
}

void SqliteStore::checkpoint_now() {
  // Neither mode waits for readers, since there is no busy handler; TRUNCATE gives the space back.
  const int mode =
      wal_pages_ >= kWalPagesBound ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int in_wal = 0, moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, &in_wal, &moved);
  if (code == SQLITE_OK || code == SQLITE_BUSY) {
    if (in_wal == moved) wal_pages_ = 0;
    return;
  }
  Failure failure;
  failure.code = sqlite3_extended_errcode(connection_.handle());
  failure.system_errno = sqlite3_system_errno(connection_.handle());
  failure.text = sqlite3_errmsg(connection_.handle());
  throw failure;
}

Result<> SqliteStore::checkpoint() {
  return write_beside([&] { checkpoint_now(); });
}

std::uint64_t SqliteStore::file_size() const {
  std::uint64_t total = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(options_.database.string() + suffix, error);
    if (!error) total += size;
  }
  return total;
}

Result<std::string> SqliteStore::integrity() {
  return guarded_store(thing(), [&]() -> Result<std::string> {
    try {
      reconnect_if_lost();
      Statement check = connection_.prepare("PRAGMA quick_check(1)");
      const std::string finding(check.step() ? check.text(0) : "no answer");
      check.reset();
      if (finding != "ok") return finding;
      // To SQLite it is a write: another process that upgrades the schema holds it up.
      patiently([this] {
        connection_.execute("INSERT INTO atom_search(atom_search) VALUES('integrity-check')");
      });
      return std::string("ok");
    } catch (const Error& error) {
      return error;
    } catch (const Failure& failure) {
      const bool damaged = (failure.code & 0xff) == SQLITE_CORRUPT;
      const std::string finding = failure.text;
      if (!damaged) throw;
      return finding;
    }
  });
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
  const std::string thing = options.database.string();
  return guarded_store(thing, [&]() -> Result<std::unique_ptr<Store>> {
    try {
      if (options.database.has_parent_path()) make_state_folder(options.database.parent_path());
      if (std::optional<Error> error = examine_header(options.database)) return *std::move(error);
      std::unique_ptr<Store> store = std::make_unique<SqliteStore>(options);
      return store;
    } catch (const Error& error) {
      return error;
    }
  });
}

Result<> write_derived(Store& store, const Derived& derived) {
  return static_cast<SqliteStore&>(store).write_derived(derived);
}

Result<> fill_versions(Store& store, const StoredProject& project) {
  return static_cast<SqliteStore&>(store).fill_versions(project);
}

namespace {

/// A database that can be read as it is, or why not.
std::optional<Error> examine_for_reading(const std::filesystem::path& database) {
  std::error_code error;
  if (!std::filesystem::exists(database, error)) {
    return Error{ErrorKind::not_found, database.string(), "there is no database",
                 "Run `deltagraph index` in the project first"};
  }
  return examine_header(database, Access::read);
}

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& database,
                                            const std::shared_ptr<StatementLog>& statements) {
  if (std::optional<Error> error = examine_for_reading(database)) return *std::move(error);
  return guarded_store(database.string(), [&]() -> Result<std::unique_ptr<Reader>> {
    return make_reader(database, {}, statements);
  });
}

Result<StoredProject> load_project(const std::filesystem::path& database) {
  if (std::optional<Error> error = examine_for_reading(database)) return *std::move(error);
  return guarded_store(database.string(), [&]() -> Result<StoredProject> {
    return read_project([&] { return connect_reader(database, {}); });
  });
}

Result<LoggedProject> load_project_by_log(const std::filesystem::path& database) {
  if (std::optional<Error> error = examine_for_reading(database)) return *std::move(error);
  return guarded(database.string(), [&]() -> Result<LoggedProject> {
    return read_project_by_log([&] { return connect_reader(database, {}); });
  });
}

}  // namespace dg
