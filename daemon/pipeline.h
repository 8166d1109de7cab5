#pragma once
/// \file
/// The flow of the whole program on one screen:
///
///     settled change -> read -> parse -> link -> delta -> one transaction -> publish ->
///     subscribers
///
/// Pipeline is the one writer: it owns the write lock, the Store and the current snapshot. apply()
/// runs on one thread at a time; snapshot() and the other readers from any thread.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/watch/change.h"
#include "daemon/watch/crawl.h"
#include "graph/reconcile.h"
#include "graph/snapshot.h"
#include "parser/parse.h"
#include "storage/audit/audit.h"
#include "storage/lock.h"
#include "storage/logged_project.h"
#include "storage/store.h"

namespace dg {

struct PipelineOptions {
  std::filesystem::path root;          ///< The project, canonical.
  std::filesystem::path state_folder;  ///< Empty: <root>/.deltagraph.
  ParseOptions parse;
  unsigned threads = 0;        ///< 0: as many as the machine has.
  std::string vfs;             ///< For tests; see Store::Options.
  UnixClock clock = &unix_ms;  ///< For tests.
  /// Asked when several files were read: whether one of them was written again meanwhile, so that
  /// what was read is no state that the disk ever had. Empty: never. Writer thread.
  std::function<bool(const SettledChange&)> overtaken;
  /// Asked before a commit that atoms come or go with: what has settled meanwhile. It becomes part
  /// of the same change set, so that code which is cut out of one file and put into another is
  /// moved, though each was saved by itself and in whatever order. Empty: nothing joins. Writer
  /// thread.
  std::function<SettledChange()> arrived;
  /// Asked between the files of a change set that is read: whether to give it up, because the
  /// program ends. It is then left as an overtaken one. Empty: never. Any thread.
  std::function<bool()> stopping;
  /// Hears of each step of an upgrade of the database; empty: nobody does.
  std::function<void(const std::string&)> told;
};

/// Work counted, which tests assert instead of time.
struct WorkDone {
  std::uint32_t read = 0, parsed = 0, from_cache = 0, relinked = 0, rows_written = 0, events = 0;
};

struct Timings {
  double read_ms = 0, parse_ms = 0, link_ms = 0, commit_ms = 0, total_ms = 0;
  double visible_ms = 0;  ///< From the first file event to publication; 0 where there was none.
};

/// What one apply() did. `delta` is empty where nothing changed.
struct Outcome {
  Sequence sequence{};
  Delta delta;
  std::string replica;  ///< Of the database that it was committed to (History::Transaction).
  SnapshotPtr before, after;
  WorkDone work;
  Timings timings;
  Cause cause = Cause::file_watcher;
  /// PipelineOptions::overtaken or ::stopping said so: nothing was committed, the paths are part of
  /// the next apply() (invariant 5).
  bool overtaken = false;
  std::vector<Listing::Trouble>
      troubles;              ///< Files that could not be read; they keep their last known state.
  Listing::Ignored ignored;  ///< Where the whole tree was walked.
};

/// The snapshot that a stored project stands for.
SnapshotPtr snapshot_of(StoredProject stored);

/// How far a long apply() is; called from the applying thread a few times a second.
struct Progress {
  std::string_view stage;
  std::size_t done = 0, total = 0;
};

/// What a validation wants mended (validator/repair.h makes it), at the state it was made for.
struct Repair {
  Sequence sequence{};                  ///< Of that state; at any other one nothing is done.
  SnapshotPtr base;                     ///< Published in place of the current one; null: keep it.
  bool new_database = false;            ///< Set the database aside and begin one from memory.
  Derived derived;                      ///< Written first, without an event.
  std::vector<std::string> changed;     ///< Paths to read again: a change like any other.
  std::vector<std::string> distrusted;  ///< Paths to parse and link anew though they are known.
  Reconciling record;
};

class Pipeline {
 public:
  /// Takes the lock, opens the database (a damaged one is set aside and made anew: see notices())
  /// and loads the last snapshot. Parses nothing.
  static Result<std::unique_ptr<Pipeline>> open(const PipelineOptions& options);
  ~Pipeline();

  /// Has the lock file say that a service holds the project, and where it listens. Writer thread,
  /// or before there is one.
  void announce(const std::string& socket);

  /// Brings database and snapshot up to date with the named paths (or the whole tree on `rescan`),
  /// commits, then publishes. On an Error nothing is published and the paths stay dirty: they are
  /// part of the next apply(). `listing` is a crawl made for this very change, if there is one.
  Result<Outcome> apply(const SettledChange& change,
                        const std::function<void(const Progress&)>& progress = {},
                        const Listing* listing = nullptr);

  /// Whether the state is not the one that the last commit noted: the tables were changed behind
  /// the program's back, or memory is wrong. Until a repair() nothing is committed on top of it:
  /// apply() fails with `conflict` where something is to be committed. Writer thread.
  bool doubted() const;
  /// Takes what the log tells of files whose rows are missing or are not what was committed
  /// (load_project_by_log()) in place of these. Writes nothing. Writer thread.
  Result<> trust_log();

  /// Mends what was found; one `reconcile` transaction where anything but what is derived is
  /// written. Fails with `conflict` where the state is another one by now. Writer thread.
  Result<Outcome> repair(const Repair& repair);

  struct Published {
    SnapshotPtr snapshot;           ///< Never null.
    std::int64_t committed_ms = 0;  ///< Unix time of its commit; 0: none.
  };
  Published published() const;  ///< Any thread.
  SnapshotPtr snapshot() const { return published().snapshot; }
  std::size_t dirty() const noexcept;  ///< Paths whose change could not be committed yet.
  Result<std::unique_ptr<Reader>> reader() const;  ///< Any thread.
  Result<std::unique_ptr<Audit>> audit() const;    ///< Any thread.
  Result<StoredProject> stored() const;            ///< The tables, loaded anew. Any thread.
  Result<LoggedProject> stored_by_log() const;     ///< As load_project_by_log(). Any thread.
  std::uint64_t database_size() const;             ///< Database and WAL, bytes. Any thread.
  /// False when the database file was deleted or replaced under the running program (RELIABILITY
  ///
  bool database_present() const;
  /// Moves the write-ahead log into the database as far as readers allow; never waits. Writer
  /// thread.
  Result<> checkpoint();
  /// Begins a new database from the current snapshot, as one `reconcile` transaction. History is
  /// lost; notices() says so. Where somebody put another database there, goes on from that one.
  /// Writer thread.
  Result<Outcome> recreate_database();
  /// Rises with each recreate_database(): readers opened before it read the old file.
  std::uint64_t database_generation() const noexcept;  ///< Any thread.
  std::vector<std::string> notices() const;  ///< What a person should know: set aside, rebuilt, ….
  bool began_anew() const;  ///< A damaged database was set aside since this was opened. Any thread.
  const PipelineOptions& options() const noexcept { return options_; }

 private:
  struct Impl;
  Result<Outcome> apply(const SettledChange& change,
                        const std::function<void(const Progress&)>& progress,
                        const Listing* listing, const Repair* repair);
  Result<Outcome> recreate_database(const std::string& notice);
  Result<Outcome> adopt(StoredProject stored);
  Pipeline(PipelineOptions options, std::unique_ptr<Impl> impl);
  PipelineOptions options_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dg
