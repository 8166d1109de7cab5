#pragma once
/// \file
/// Audit: the tables as they are, beside what a commit of the same files would have written.
///
/// The expectation is made by the very writers that commit, in a private database in memory, and
/// both are read with the same statements: an edited row, a missing one and one too many are told
/// by table, key and column. Times, row numbers and what only history knows are left out.
///
/// An audit sees one commit from begin() on, on a connection of its own that writes nothing; it
/// never blocks the writer or other readers. While it lives, the write-ahead log cannot be
/// shortened beyond that commit. Thread rule: one thread at a time.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/positions.h"
#include "storage/audit/repair.h"
#include "storage/result.h"

namespace dg {

/// One thing in which the tables differ from what was committed.
struct TableFault {
  std::string table;
  FileId file{};         ///< kNoFile where no live file owns it.
  AtomId atom{};         ///< kNoAtom for what belongs to the file.
  std::string row;       ///< The rest of the row's key: `calls 12`; empty where there is none.
  std::string stored;    ///< `column=value, …` of the columns that differ; empty: no such row.
  std::string expected;  ///< Likewise; empty: there should be no such row.
};

/// The log as it is stored; what cannot be decoded is told, not skipped over.
struct LoggedEvent {
  EventHeader header;          ///< As far as it can be read.
  std::optional<Event> event;  ///< Nothing: the row is none that was written.
};
struct LoggedFile {
  Sequence sequence{};
  FileId id{};
  std::string path;  ///< Well-formed UTF-8.
  bool removed = false;
  ContentHash hash;
  std::optional<FilePlaces> places;  ///< Nothing where removed, or where it cannot be decoded.
};
struct LoggedTransaction {
  Sequence sequence{};
  std::int64_t first_event = 0, events = 0;  ///< As its row says.
};

struct RemovedAtom {
  AtomId id{};
  std::uint32_t version = 0;
  std::string id_text;
};

class Audit {
 public:
  struct Head {
    Sequence sequence{};             ///< What the audit sees; 0: nothing committed.
    std::uint64_t graph_digest = 0;  ///< As stored with that commit.
  };

  /// `extractor_options` as for Store::open.
  static Result<std::unique_ptr<Audit>> open(const std::filesystem::path& database,
                                             const std::string& extractor_options,
                                             const std::string& vfs = {});
  virtual ~Audit() = default;

  /// Looks at the newest commit from now on.
  virtual Result<Head> begin() = 0;

  // All that follows is done in parts, so that a caller can stop or give way in between.

  /// Every row that belongs to `count` atoms of the file from number `first` on; with `first` 0
  /// also those that belong to the file itself. O(rows).
  virtual Result<std::vector<TableFault>> compare(const FileVersionPtr& file, std::size_t first,
                                                  std::size_t count) = 0;
  /// Looks among the next `rows` rows for such as belong to nothing that lives, and adds them to
  /// `found`; false when all were looked at. `files` are all, the same in each call.
  virtual Result<bool> strays(std::span<const FileVersionPtr> files, std::size_t rows,
                              std::vector<TableFault>& found) = 0;
  /// Looks among the next `rows` rows for values beside the state that are not as they should be
  /// (notes.h), and adds them to `found`; false when all were looked at.
  virtual Result<bool> notes(std::size_t rows, std::vector<TableFault>& found) = 0;
  /// The stored configuration files.
  virtual Result<std::vector<ConfigFile>> configs() = 0;
  /// Pages that integrity() looks at between two questions.
  static constexpr int kPagesBetween = 64;
  /// Findings of SQLite's quick_check and of the full-text index's integrity check; empty: none.
  /// Asks `go_on` every few pages; false ends it (cancelled).
  virtual Result<std::vector<std::string>> integrity(const std::function<bool()>& go_on) = 0;

  /// Commits behind `after`, oldest first, at most `limit`.
  virtual Result<std::vector<LoggedTransaction>> transactions(Sequence after,
                                                              std::size_t limit) = 0;
  /// Events of a commit in their order, behind row `last` of atom_events, at most `limit`; `last`
  /// becomes the row of the last.
  virtual Result<std::vector<LoggedEvent>> events(Sequence commit, std::size_t limit,
                                                  std::int64_t* last) = 0;
  /// Commits that the log does not have behind its last one, as far as something else knows of
  /// them: the noted head of its chain, or atoms at versions that no event tells.
  struct Beyond {
    Sequence last{};  ///< Of the log.
    Sequence upto{};  ///< The last of those commits; 0: none is known.
    std::uint64_t atoms = 0;
    std::vector<std::string> files;  ///< Of these atoms; the first few.
  };
  virtual Result<Beyond> beyond() = 0;
  /// File rows in the order of commit and file, behind that of `file` in commit `after`; at most
  /// `limit`.
  virtual Result<std::vector<LoggedFile>> files(Sequence after, FileId file, std::size_t limit) = 0;
  /// The newest version of an atom that the log has; 0: none.
  virtual Result<std::uint32_t> logged_version(AtomId atom) = 0;
  /// Walks about so many rows more of the log's hash chain (chain.h); false when it is walked, and
  /// `check` is what was found.
  virtual Result<bool> walk_chain(std::size_t rows, ChainCheck& check) = 0;
  /// Rows of atoms that are gone, in the order of their ids behind `after`; at most `limit`.
  virtual Result<std::vector<RemovedAtom>> removed(AtomId after, std::size_t limit) = 0;
  /// What the log is known to have lost.
  virtual Result<std::vector<LogLoss>> losses() = 0;
};

}  // namespace dg
