#include "daemon/pipeline.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "daemon/config.h"
#include "daemon/extractor_options.h"
#include "daemon/git/head.h"
#include "daemon/impacts.h"
#include "daemon/ingest.h"
#include "daemon/look.h"
#include "parser/extractor_version.h"
#include "storage/backup/backup.h"
#include "storage/backup/salvage.h"
#include "storage/clock.h"
#include "storage/statement_log.h"
#include "storage/versions.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

double since_ms(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

ino_t inode_of(const std::filesystem::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? info.st_ino : 0;
}

std::string set_aside_notice(const Error& damage, const std::filesystem::path& kept,
                             const Result<Salvage>& saved) {
  std::string text = damage.thing + ": " + damage.reason + ". It was kept as " +
                     kept.filename().string() + " and the index is rebuilt from the sources; ";
  if (!saved) return text + "of its history nothing could be read.";
  text += std::to_string(saved->saved) + " events of its history are in the table salvaged_events";
  if (saved->lost_unknown) return text + "; how many are lost cannot be told.";
  return text + ", " + std::to_string(saved->lost) + " could not be read.";
}

/// Sets a damaged database aside and puts what can be read of its history into a new one.
/// \returns what to say of it.
Result<std::string> replace_damaged(const std::filesystem::path& database, const Error& damage) {
  const Result<std::filesystem::path> aside = set_aside(database);
  if (!aside) return aside.error();
  std::string notice = set_aside_notice(damage, *aside, salvage(*aside, database));
  const FormerDatabases former = keep_newest(database, ".corrupt-", *aside);
  if (former.deleted != 0) {
    notice += " Of damaged ones the last " + std::to_string(kFormerKept) + " are kept; " +
              std::to_string(former.deleted) + " older were deleted.";
  }
  // Who opens it next says so as well. Where that cannot be noted, this notice is still said.
  static_cast<void>(note_set_aside(database, notice));
  return notice;
}

Result<std::unique_ptr<Store>> begin_anew(const Store::Options& options, const Error& damage,
                                          std::vector<std::string>& notices) {
  Result<std::string> notice = replace_damaged(options.database, damage);
  if (!notice) return notice.error();
  notices.push_back(*std::move(notice));
  return Store::open(options);
}

bool lacks_facts(const Snapshot& snapshot) {
  const std::vector<FileVersionPtr> files = snapshot.files();
  return std::any_of(files.begin(), files.end(),
                     [](const FileVersionPtr& file) { return file->hash == ContentHash{}; });
}

}  // namespace

SnapshotPtr snapshot_of(StoredProject stored) {
  std::vector<RetiredAtom> retired;
  retired.reserve(stored.retired.size());
  for (StoredProject::Retired& atom : stored.retired)
    retired.push_back({std::move(atom.id_text), atom.id, atom.version});
  return load_snapshot(stored.sequence, std::move(stored.files), std::move(stored.configs),
                       std::move(retired), stored.next_atom, stored.next_file);
}

struct Pipeline::Impl {
  std::unique_ptr<WriteLock> lock;  // First in, last out: held for as long as the store is open.
  std::string socket;               // Of the service; empty: there is none. Writer thread only.
  Store::Options store_options;
  std::unique_ptr<Store> store;
  std::unique_ptr<Ingest> ingest;
  std::string replica;  // Of the open database. Writer thread only.
  /// Of the state that the last commit left, as the snapshot would have it. Writer thread only.
  std::uint64_t logged_digest = 0;
  bool reparse = false;  // The stored facts are another extractor's.
  /// Parsed and linked anew whatever is known of them. Writer thread only.
  std::set<std::string, std::less<>> distrusted;
  std::set<std::string> dirty_paths;  // Seen, not committed. Writer thread only.
  bool dirty_rescan = false;

  mutable std::mutex mutex;  // Guards what follows.
  SnapshotPtr snapshot;
  std::int64_t committed_ms = 0;
  std::vector<std::string> notices;
  ino_t inode = 0;  // Of the database file, to notice that it was replaced.
  std::atomic<std::uint64_t> generation{1};
  std::atomic<std::size_t> dirty{0};
  std::atomic<bool> began_anew{false};

  Result<> take_lock(const std::filesystem::path& folder) {
    lock.reset();
    Result<std::unique_ptr<WriteLock>> taken = WriteLock::acquire(folder, "index");
    if (!taken) return taken.error();
    lock = std::move(*taken);
    if (!socket.empty()) announce();
    return Ok{};
  }
  void announce() const {
    if (lock != nullptr) lock->sign("service", socket);
  }
  /// Opens the store and reads all of it; a damaged database is set aside and a new one is begun.
  Result<StoredProject> open_store(std::vector<std::string>& said) {
    store.reset();
    Result<std::unique_ptr<Store>> opened = Store::open(store_options);
    Result<StoredProject> stored = opened ? (*opened)->load() : opened.error();
    if (!stored && stored.error().kind == ErrorKind::corrupt) {
      opened = Error{};  // Closed before its file is moved.
      opened = begin_anew(store_options, stored.error(), said);
      began_anew = true;
      stored = opened ? (*opened)->load() : opened.error();
    }
    if (!stored) return stored;
    store = *std::move(opened);
    replica = stored->replica;
    return stored;
  }
  void publish(SnapshotPtr next, std::int64_t at_ms) {
    const std::lock_guard guard(mutex);
    snapshot = std::move(next);
    committed_ms = at_ms;
  }
  void publish_stored(StoredProject stored, std::uint64_t from_log_digest = 0) {
    const std::int64_t at_ms = stored.committed_ms;
    logged_digest = stored.graph_digest - from_log_digest;
    publish(snapshot_of(std::move(stored)), at_ms);
  }
  void publish_committed(const SnapshotPtr& next, std::int64_t at_ms) {
    logged_digest = next->digest();
    publish(next, at_ms);
  }
  void forget_inode() {
    const std::lock_guard guard(mutex);
    inode = 0;
  }
  void say(const std::string& notice) {
    const std::lock_guard guard(mutex);
    notices.push_back(notice);
  }
  void note_replaced(const std::vector<std::string>& said) {
    const std::lock_guard guard(mutex);
    inode = inode_of(store_options.database);
    notices.insert(notices.end(), said.begin(), said.end());
    ++generation;
  }
  SettledChange with_dirty(const SettledChange& change) const {
    SettledChange all = change;
    all.paths.insert(all.paths.end(), dirty_paths.begin(), dirty_paths.end());
    all.paths.insert(all.paths.end(), distrusted.begin(), distrusted.end());
    if (!distrusted.empty()) all.cause = Cause::reconcile;
    all.rescan = all.rescan || dirty_rescan || reparse;
    std::sort(all.paths.begin(), all.paths.end());
    all.paths.erase(std::unique(all.paths.begin(), all.paths.end()), all.paths.end());
    return all;
  }
  /// The tables hold another commit than the snapshot: one that had failed is durable after all, or
  /// somebody else wrote. What is stored becomes the snapshot; the disk decides about the rest.
  void take_stored() {
    Result<StoredProject> stored = store->load();
    if (!stored) return;  // The commit's own failure is told; it is tried again.
    publish_stored(*std::move(stored));
    SettledChange everything;
    everything.rescan = true;
    keep_dirty(everything);
  }
  void keep_dirty(const SettledChange& change) {
    dirty_paths.insert(change.paths.begin(), change.paths.end());
    dirty_rescan = dirty_rescan || change.rescan;
    dirty = dirty_paths.size() + (dirty_rescan ? 1 : 0);
  }
  void clear_dirty() {
    dirty_paths.clear();
    dirty_rescan = false;
    dirty = 0;
  }
};

Pipeline::Pipeline(PipelineOptions options, std::unique_ptr<Impl> impl)
    : options_(std::move(options)), impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::open(const PipelineOptions& given) {
  PipelineOptions options = given;
  if (options.state_folder.empty()) options.state_folder = options.root / ".deltagraph";
  auto impl = std::make_unique<Impl>();
  const Result<Config> config = read_config(options.state_folder);
  if (!config) return config.error();
  // What the caller's environment says goes before the project's own choice.
  if (config->max_file_bytes && options.parse.max_bytes == ParseOptions().max_bytes)
    options.parse.max_bytes = *config->max_file_bytes;

  if (const Result<> locked = impl->take_lock(options.state_folder); !locked) return locked.error();
  impl->store_options = {options.state_folder / "deltagraph.db",
                         extractor_options_text(options.parse), options.vfs, config->synchronous};
  impl->store_options.clock = options.clock;
  impl->store_options.statements = std::make_shared<StatementLog>();
  impl->store_options.told = options.told;
  Result<StoredProject> stored = impl->open_store(impl->notices);
  if (!stored) return stored.error();

  const bool used = raw(stored->sequence) != 0;
  impl->reparse = used && (stored->extractor_version != kExtractorVersion ||
                           stored->options != impl->store_options.extractor_options);
  if (impl->reparse)
    impl->notices.push_back("The extractor or its options changed: all files are parsed anew.");
  // What this very opening set aside is among them.
  for (std::string& notice : set_aside_notes(impl->store_options.database)) {
    if (std::find(impl->notices.begin(), impl->notices.end(), notice) == impl->notices.end())
      impl->notices.push_back(std::move(notice));
  }
  // Nothing is read from it: where it cannot be written now, the next start does it.
  static_cast<void>(fill_versions(*impl->store, *stored));
  impl->publish_stored(*std::move(stored));
  impl->inode = inode_of(impl->store_options.database);
  impl->ingest =
      std::make_unique<Ingest>(options.root, options.parse, options.threads, options.stopping);
  std::unique_ptr<Pipeline> pipeline(new Pipeline(std::move(options), std::move(impl)));
  // A file whose facts could not be read came from the log already: what of the rest?
  if (lacks_facts(*pipeline->snapshot())) {
    if (const Result<> trusted = pipeline->trust_log(); !trusted) return trusted.error();
  }
  return pipeline;
}

Result<Outcome> Pipeline::apply(const SettledChange& change,
                                const std::function<void(const Progress&)>& progress,
                                const Listing* listing) {
  return apply(change, progress, listing, nullptr);
}

Result<Outcome> Pipeline::apply(const SettledChange& change,
                                const std::function<void(const Progress&)>& progress,
                                const Listing* listing, const Repair* repair) {
  if (impl_->store == nullptr) {
    impl_->keep_dirty(change);
    return Error{ErrorKind::io, impl_->store_options.database.string(), "it is not open",
                 "It is opened again with the next change"};
  }
  Outcome outcome;
  const auto start = Clock::now();
  TransactionInfo info;
  info.started_ms = options_.clock();
  SettledChange all = impl_->with_dirty(change);
  outcome.cause = info.cause = all.cause;
  outcome.before = outcome.after = snapshot();
  outcome.sequence = outcome.before->sequence();

  const Distrust distrust{impl_->reparse, impl_->distrusted};
  std::optional<Advance> looked =
      Look(options_, *impl_->ingest, *impl_->store, distrust, progress)
          .run(all, listing, repair != nullptr || listing != nullptr, outcome);
  if (!looked) {
    impl_->keep_dirty(all);
    outcome.overtaken = true;
    return outcome;
  }
  Advance advanced = *std::move(looked);
  if (repair != nullptr && !repair->record.empty())
    advanced = reconcile(outcome.before, std::move(advanced), repair->record);

  if (!advanced.delta.empty()) {
    if (repair == nullptr && doubted()) {
      impl_->keep_dirty(all);
      return Error{ErrorKind::conflict, impl_->store_options.database.string(),
                   "its tables are not what its last commit left",
                   "'deltagraph validate --repair' mends them"};
    }
    if (progress && advanced.delta.files.size() > kBulkFiles)
      progress({"commit", 0, advanced.delta.files.size()});
    const auto commit_start = Clock::now();
    info.sequence = advanced.next->sequence();
    info.git_head = git_head(options_.root);
    info.graph_digest = advanced.next->digest();
    info.impacts = impacts_of(advanced.delta, *outcome.before, *advanced.next);
    info.live_atoms = advanced.next->totals().atoms;
    Result<CommitCounts> committed = impl_->store->commit(advanced.delta, info);
    if (!committed) {
      impl_->keep_dirty(all);
      if (committed.error().kind == ErrorKind::conflict) impl_->take_stored();
      return committed.error();
    }
    outcome.timings.commit_ms = since_ms(commit_start);
    outcome.work.rows_written = committed->rows_written;
    outcome.work.events = committed->events;
    impl_->publish_committed(advanced.next, committed->committed_ms);
    outcome.after = advanced.next;
    outcome.sequence = advanced.next->sequence();
    outcome.replica = impl_->replica;
    outcome.delta = std::move(advanced.delta);
    if (all.first_event != Clock::time_point())
      outcome.timings.visible_ms = since_ms(all.first_event);
  }
  const bool root_unreadable =
      std::any_of(outcome.troubles.begin(), outcome.troubles.end(),
                  [](const Listing::Trouble& trouble) { return trouble.path.empty(); });
  if (root_unreadable) {
    impl_->keep_dirty(all);
  } else {
    impl_->clear_dirty();
    impl_->distrusted.clear();
    // Where this fails, the next start parses everything once more.
    if (impl_->reparse && impl_->store->note_extractor()) impl_->reparse = false;
  }
  outcome.timings.total_ms = since_ms(start);
  return outcome;
}

Result<Outcome> Pipeline::repair(const Repair& repair) {
  const Published now = published();
  if (now.snapshot->sequence() != repair.sequence) {
    return Error{ErrorKind::conflict, impl_->store_options.database.string(),
                 "it changed since it was validated", "Validate again"};
  }
  if (repair.new_database) {
    impl_->store.reset();
    const std::filesystem::path& database = impl_->store_options.database;
    const Result<std::string> notice = replace_damaged(
        database, {ErrorKind::corrupt, database.string(), "a part of it cannot be read", ""});
    if (!notice) {
      // It is still there, and nobody has it open: the next change tries again.
      impl_->forget_inode();
      return notice.error();
    }
    // Said at once: where making the new one fails, it is made later by another call.
    impl_->say(*notice);
    impl_->began_anew = true;
    return recreate_database("");
  }
  if (repair.base != nullptr) impl_->publish(repair.base, now.committed_ms);
  if (!repair.derived.empty()) {
    const Result<> written = write_derived(*impl_->store, repair.derived);
    if (!written) return written.error();
  }
  SettledChange change;
  change.cause = Cause::reconcile;
  change.paths = repair.changed;
  impl_->distrusted.insert(repair.distrusted.begin(), repair.distrusted.end());
  Result<Outcome> outcome = apply(change, {}, nullptr, &repair);
  // Without a file there is nothing that a commit could tell again: the next one notes the digest.
  if (outcome && snapshot()->totals().files == 0) impl_->logged_digest = snapshot()->digest();
  return outcome;
}

Pipeline::Published Pipeline::published() const {
  const std::lock_guard guard(impl_->mutex);
  return {impl_->snapshot, impl_->committed_ms};
}

std::size_t Pipeline::dirty() const noexcept {
  return impl_->dirty;
}
Result<std::unique_ptr<Reader>> Pipeline::reader() const {
  return open_reader(impl_->store_options.database, impl_->store_options.statements);
}
Result<std::unique_ptr<Audit>> Pipeline::audit() const {
  return Audit::open(impl_->store_options.database, impl_->store_options.extractor_options);
}
Result<StoredProject> Pipeline::stored() const {
  return load_project(impl_->store_options.database);
}
Result<LoggedProject> Pipeline::stored_by_log() const {
  return load_project_by_log(impl_->store_options.database);
}

bool Pipeline::doubted() const {
  return impl_->logged_digest != snapshot()->digest();
}

Result<> Pipeline::trust_log() {
  Result<LoggedProject> logged = stored_by_log();
  if (!logged) return logged.error();
  impl_->publish_stored(std::move(logged->project), logged->from_log_digest);
  return Ok{};
}
std::uint64_t Pipeline::database_size() const {
  std::uint64_t size = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code missing;
    const auto part =
        std::filesystem::file_size(impl_->store_options.database.string() + suffix, missing);
    if (!missing) size += part;
  }
  return size;
}

Result<> Pipeline::checkpoint() {
  if (impl_->store == nullptr) return Ok{};  // recreate_database() failed and is tried again.
  return impl_->store->checkpoint();
}

bool Pipeline::database_present() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->inode == inode_of(impl_->store_options.database);
}

void Pipeline::announce(const std::string& socket) {
  impl_->socket = socket;
  impl_->announce();
}

std::uint64_t Pipeline::database_generation() const noexcept {
  return impl_->generation;
}

Result<Outcome> Pipeline::recreate_database() {
  return recreate_database(
      "The database was removed while the service ran: a new one was begun; its history starts "
      "here.");
}

Result<Outcome> Pipeline::recreate_database(const std::string& notice) {
  const Published old = published();
  impl_->store.reset();
  if (const Result<> locked = impl_->take_lock(options_.state_folder); !locked)
    return locked.error();
  std::vector<std::string> said;
  if (!notice.empty()) said.push_back(notice);
  Result<StoredProject> stored = impl_->open_store(said);
  if (!stored) return stored.error();
  if (raw(stored->sequence) != 0) return adopt(*std::move(stored));

  ChangeSet everything;
  for (const FileVersionPtr& file : old.snapshot->files()) {
    everything.sources.push_back({file->path, file->hash, file->mtime_ns, file->size, file->facts});
  }
  everything.configs = old.snapshot->configs();
  Outcome outcome;
  outcome.before = empty_snapshot();
  outcome.cause = Cause::reconcile;
  Advance advanced = advance(outcome.before, std::move(everything), threads_of(options_));
  TransactionInfo info;
  info.sequence = advanced.next->sequence();
  info.cause = Cause::reconcile;
  info.started_ms = options_.clock();
  info.git_head = git_head(options_.root);
  info.graph_digest = advanced.next->digest();
  std::int64_t committed_ms = 0;
  if (!advanced.delta.empty()) {
    const Result<CommitCounts> committed = impl_->store->commit(advanced.delta, info);
    if (!committed) return committed.error();
    committed_ms = committed->committed_ms;
  }
  outcome.sequence = info.sequence;
  outcome.replica = impl_->replica;
  outcome.after = advanced.next;
  outcome.delta = std::move(advanced.delta);
  impl_->publish_committed(advanced.next, committed_ms);
  impl_->note_replaced(said);
  return outcome;
}

/// Somebody put another database in the place of the open one, as an older copy: it is what counts
/// now, and the disk says what it lacks.
Result<Outcome> Pipeline::adopt(StoredProject stored) {
  const std::string at = std::to_string(raw(stored.sequence));
  impl_->publish_stored(std::move(stored));
  impl_->note_replaced(
      {"The database was replaced by another one while the service ran: it goes on "
       "from that one's sequence " +
       at + "."});
  SettledChange everything;
  everything.rescan = true;
  everything.cause = Cause::reconcile;
  return apply(everything);
}

bool Pipeline::began_anew() const {
  return impl_->began_anew;
}

std::vector<std::string> Pipeline::notices() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->notices;
}

}  // namespace dg
