#pragma once
/// \file
/// The storage module: one SQLite file per project, and the only way to write it.
///
/// It turns deltas into durable rows and rows back into FileVersions. It knows nothing of the
/// graph, of watching or of wire formats; it alone knows SQLite. All tables are declared once, in
/// storage/schema/registry.h; DDL and statements derive from that.
///
/// One process holds the write lock (lock.h) and in it one connection writes and checkpoints
/// (sqlite.org/wal.html#walresetbug). Thread rule: Store from one thread at a time (the writer);
/// each Reader from one thread at a time; any number of Readers.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/delta.h"
#include "storage/clock.h"
#include "storage/result.h"
#include "storage/retry.h"

namespace dg {

class History;

/// Why a transaction happened. Values are stored as text.
enum class Cause {
  initial_scan,
  file_watcher,
  atomic_edit,
  overlay,
  cli,
  mcp,
  reconcile,
  migration
};
std::string_view to_string(Cause cause) noexcept;

/// How many atoms reach a changed one, directly or through others.
struct AtomImpact {
  AtomId atom{};
  std::uint32_t reached_by = 0;
};

struct TransactionInfo {
  /// UUID that makes redelivery harmless: a transaction whose id is stored already changes nothing.
  /// Empty: one is made.
  std::string id;
  Sequence sequence{};  ///< Must be the stored sequence + 1.
  Cause cause = Cause::initial_scan;
  std::int64_t started_ms = 0;      ///< Unix time, UTC.
  std::string git_head;             ///< Empty: none.
  std::uint64_t graph_digest = 0;   ///< Of the graph after it.
  std::vector<AtomImpact> impacts;  ///< Sorted by atom. An atom that is not in it: not computed.
  std::uint64_t live_atoms = 0;     ///< After it; what impacts are shares of.
};

/// Everything that starting needs, so that no file is parsed or linked again.
struct StoredProject {
  Sequence sequence{};
  std::int64_t committed_ms = 0;  ///< Unix time of the last commit, as the clock was; 0: none.
  std::uint64_t graph_digest = 0;
  std::uint32_t extractor_version = 0;
  std::string replica;                ///< Which copy this is: UUIDv7.
  std::string copied_from;            ///< The replica it is a copy of; empty: of none.
  std::string options;                ///< As given to Store::open when it was written.
  std::vector<FileVersionPtr> files;  ///< Sorted by path.
  std::vector<ConfigFile> configs;    ///< Sorted by path.
  struct Retired {
    std::string id_text;
    AtomId id{};
    std::uint32_t version = 0;
  };
  std::vector<Retired> retired;
  AtomId next_atom{1};
  FileId next_file{1};
};

struct CommitCounts {
  std::uint32_t rows_written = 0;
  std::uint32_t events = 0;
  std::int64_t committed_ms = 0;
  bool repeated = false;  ///< It was stored before: these are the counts of that commit.
};

/// One transaction that is not as it was committed.
struct ChainBreak {
  Sequence sequence{};
  std::string reason;  ///< Gap, repeat, edit, fork or missing end.
};

/// What verifying the log found (events/chain.h). Beyond a break the log is verified again from
/// the first link that is stored behind it.
struct ChainCheck {
  std::uint64_t transactions = 0;    ///< Looked at.
  std::uint64_t without_digest = 0;  ///< Of these written before there were digests.
  std::vector<ChainBreak> breaks;    ///< In order; of each transaction the first.
  std::string head;                  ///< The last link, hexadecimal; empty: there is none.
  const ChainBreak* broken() const noexcept { return breaks.empty() ? nullptr : &breaks.front(); }
};

struct SearchHit {
  AtomId id{};
  double rank = 0;
};

class EventLog;

/// A read-only connection (query_only, no checkpoints): sees whole commits, never blocks the
/// writer.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Full text over names (split at camelCase and `_`), signatures and doc comments: every word
  /// must match, the last as a prefix; best first. Never a syntax error: any text is a query. The
  /// sequence read at is written to `at`.
  virtual Result<std::vector<SearchHit>> search(std::string_view text, std::size_t limit,
                                                Sequence* at) = 0;
  virtual EventLog& log() = 0;  ///< storage/history/event_log.h.

  struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    /// As rows: whether the value is a number (INTEGER or REAL), which the text shows as SQLite
    /// does.
    std::vector<std::vector<bool>> is_number;
    bool truncated = false;
  };
  /// One read-only SELECT, EXPLAIN or PRAGMA without side effect; stops at `max_rows` or
  /// `deadline_ms`.
  virtual Result<Table> sql(std::string_view statement, std::size_t max_rows, int deadline_ms) = 0;

  /// Whether the log is whole and each transaction as it was committed. O(rows of the log).
  virtual Result<ChainCheck> verify_chain() = 0;
  virtual History& history() = 0;  ///< storage/history/history.h.
};

/// When a commit counts as durable (sqlite.org/pragma.html#pragma_synchronous). With both, what was
/// committed outlives the death of the process. A loss of power takes nothing with `full`; with
/// `normal` it may take the last commits since the last checkpoint, each of them whole.
enum class Synchronous { normal, full };

class Store {
 public:
  struct Options {
    std::filesystem::path database;  ///< …/.deltagraph/deltagraph.db; its folder is made.
    std::string extractor_options;   ///< Facts depend on them; stored.
    std::string vfs;                 ///< Empty: the default one. Tests inject faults here.
    Synchronous synchronous = Synchronous::normal;
    Waiting waiting = {};        ///< For another connection's lock.
    UnixClock clock = &unix_ms;  ///< For tests.
  };
  /// Opens, creates or upgrades. The caller holds the write lock. A database newer than the program
  /// is refused (ErrorKind::newer) and left untouched; a damaged one is refused (corrupt): see
  /// set_aside().
  static Result<std::unique_ptr<Store>> open(const Options& options);
  virtual ~Store() = default;

  virtual Result<StoredProject> load() = 0;
  /// One transaction: files, atoms, relations, open references, full text, events, transaction row.
  /// All or nothing. Facts are stored by content hash. A transaction whose id is stored already
  /// changes nothing and gets the counts of its first commit. Another stored sequence or version
  /// than the delta starts from is a conflict, and nothing is written.
  virtual Result<CommitCounts> commit(const Delta& delta, const TransactionInfo& info) = 0;
  /// Facts of a version of a file seen before, from the bounded cache; null where it is not there.
  virtual std::shared_ptr<const FileFacts> cached_facts(const ContentHash& hash,
                                                        Language language) = 0;
  /// Notes that all stored facts are the running extractor's, made with Options::extractor_options.
  /// The first commit does it by itself.
  virtual Result<> note_extractor() = 0;
  /// New mtime and size of a file whose bytes did not change.
  virtual Result<> touch(FileId file, std::int64_t mtime_ns, std::uint64_t size) = 0;
  virtual Result<std::unique_ptr<Reader>> reader() const = 0;
  virtual Result<> checkpoint() = 0;            ///< Never waits for readers.
  virtual std::uint64_t file_size() const = 0;  ///< Database and WAL, bytes.
  virtual Result<std::string>
  integrity() = 0;  ///< "ok" or the first finding (quick_check, FTS5 integrity-check).
};

/// A Reader without a Store: for queries when no service runs. Never creates or changes the file.
Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& database);
/// As Store::load, read-only.
Result<StoredProject> load_project(const std::filesystem::path& database);

/// Renames a damaged database (with its -wal and -shm) to `<name>.corrupt-<UTC time>`; deletes
/// nothing (keep_newest() of storage/backup/backup.h does).
Result<std::filesystem::path> set_aside(const std::filesystem::path& database);

}  // namespace dg
