#pragma once
/// \file
/// History: what the log holds, read back. Part of a Reader (store.h); its thread rule holds.
///
/// Each call sees one commit. Since history only grows, answers about sequences up to one that was
/// seen before do not change, but for `db compact`, which gives an earliest sequence to what can be
/// asked (Extent::first). Stored bytes that this program cannot have written are
/// ErrorKind::corrupt.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/file_state.h"
#include "storage/result.h"

namespace dg {

/// History that the log no longer has, by the sequence where it was found missing.
struct LogLoss {
  Sequence sequence{};
  std::string what;  ///< For people.
};

class History {
 public:
  virtual ~History() = default;

  struct Extent {
    Sequence first{};           ///< The earliest state that is known; 0: nothing committed.
    Sequence last{};            ///< The last commit; 0: nothing committed.
    std::int64_t first_ms = 0;  ///< Unix time of its commit.
    std::int64_t last_ms = 0;
    bool compacted = false;  ///< Commits before `first` are gone.
  };
  virtual Result<Extent> extent() = 0;

  /// The last `db compact`.
  struct Compacted {
    Sequence first{};                       ///< The commit that history begins with since then.
    std::int64_t first_ms = 0;              ///< Unix time of that commit.
    std::int64_t at_ms = 0;                 ///< Unix time of the compaction.
    std::uint64_t commits = 0, events = 0;  ///< What it took away.
  };
  virtual Result<std::optional<Compacted>> compacted() = 0;  ///< Nothing: there was none.

  /// What a time means in a log whose clock may have been set while it was written.
  struct Moment {
    Sequence at{};  ///< The last commit that was made at or before it; 0: none was.
    /// Commits up to `at` with a later time, which is not beyond `now` either: the clock was set
    /// back, and which of the two times was right cannot be told.
    std::uint64_t later = 0;
  };
  /// A commit was made no later than any that follows it, whatever the clock showed, so that the
  /// last commit with this time or an earlier one decides. O(commits), of an index.
  virtual Result<Moment> at_time(std::int64_t unix_ms, std::int64_t now_ms) = 0;

  struct Transaction {
    Sequence sequence{};
    std::string id;     ///< UUIDv7.
    std::string cause;  ///< As to_string(Cause).
    std::int64_t started_ms = 0, committed_ms = 0;
    std::uint32_t files = 0;
    std::uint32_t atoms_created = 0, atoms_updated = 0, atoms_deleted = 0;
    std::uint32_t relations_gained = 0, relations_lost = 0;
    std::int64_t first_event = 0;  ///< atom_events.id of its first event, were there one.
    std::uint32_t events = 0;      ///< They are contiguous, and sorted by file.
    std::uint64_t graph_digest = 0;
    std::string git_head;  ///< Empty: none.
    std::string replica;   ///< The copy of the database that wrote it: UUIDv7.
  };
  /// Those in [first, last], oldest first or newest first, at most `limit`.
  virtual Result<std::vector<Transaction>> transactions(Sequence first, Sequence last,
                                                        bool newest_first, std::size_t limit) = 0;

  /// Files that some commit in (after, upto] wrote, sorted. O(file rows of those commits).
  virtual Result<std::vector<FileId>> files_changed(Sequence after, Sequence upto) = 0;

  /// These files as they were after the commit `at`; those that were not there are left out. Each
  /// is folded from its last checkpoint up to then: at most longest_fold() (history_rows.h) events.
  virtual Result<std::vector<FileState>> files_at(Sequence at, std::span<const FileId> files) = 0;

  /// What one commit saw of a file that it wrote.
  struct FileRow {
    FileId id{};
    std::string path;  ///< As on disk.
    bool removed = false;
    ContentHash hash;  ///< Unless removed; so are the places.
    FilePlaces places;
    std::int64_t first_event = 0;
    std::uint32_t events = 0;
  };
  /// What should be in the log and is not, or cannot be read.
  struct Hole {
    Sequence sequence{};  ///< Of the commit; of several that lack, the first.
    AtomId atom{};        ///< Whose event it is; kNoAtom: it is not known, or no event.
    FileId file{};        ///< Whose row it is; kNoFile: no file's.
    std::string what;     ///< For people.
  };
  /// Takes the log apart, commit by commit in order: its events, then its file rows, then itself.
  /// An Error that a function answers ends the walk.
  struct Walk {
    std::function<Result<>(const Event&)> event;
    std::function<Result<>(const FileRow&)> file;
    std::function<Result<>(const Transaction&)> transaction;
    std::function<Result<>(const Hole&)> hole = {};  ///< Empty: the walk ends there (corrupt).
  };
  /// The commits in (after, upto], all seen at one commit. O(events).
  virtual Result<> walk(Sequence after, Sequence upto, const Walk& walk) = 0;

  /// What the log is known to have lost: a repair noted it (audit/repair.h).
  virtual Result<std::vector<LogLoss>> losses() = 0;
};

}  // namespace dg
