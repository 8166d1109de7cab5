#pragma once
/// \file
/// EventLog: what happened, newest first, as `log` shows it. Part of a Reader (store.h); its thread
/// rule holds. Times are ms since 1970, UTC.
///
/// History (history.h) reads states back; this reads the events themselves and who took part.

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/positions.h"
#include "storage/history/history.h"
#include "storage/result.h"

namespace dg {

class EventLog {
 public:
  virtual ~EventLog() = default;

  /// What the stored facts were made with, as given to Store::open.
  virtual Result<std::string> extractor_options() = 0;

  struct Filter {
    Sequence first{1}, last{std::numeric_limits<std::int64_t>::max()};
    std::string cause;  ///< As to_string(Cause); empty: any.
    std::size_t limit = 100;
  };
  /// A page, newest first, and how many entries the filter lets through in all.
  template <typename Entry>
  struct Page {
    std::vector<Entry> entries;
    std::uint64_t total = 0;
  };

  /// O(transactions in the range).
  virtual Result<Page<History::Transaction>> transactions(const Filter& filter) = 0;

  struct Renames {
    std::uint32_t renamed = 0, moved = 0;
  };
  /// How many atoms each of these commits renamed and moved; those that did neither are left out.
  /// O(renames and moves of the range).
  virtual Result<std::map<Sequence, Renames>> renames(Sequence first, Sequence last) = 0;

  /// The largest impact of any atom that these commits changed; those of which none was computed
  /// are left out. O(events of the range).
  virtual Result<std::map<Sequence, std::uint32_t>> impacts(Sequence first, Sequence last) = 0;

  struct AtomEntry {
    Event event;
    std::optional<std::uint32_t> impact;  ///< Atoms that reached it; nothing: not computed.
    std::int64_t committed_ms = 0;
    std::string cause, git_head;
  };
  /// The events of one atom, whatever its names were. O(its events).
  virtual Result<Page<AtomEntry>> events_of(AtomId atom, const Filter& filter) = 0;

  struct FileEntry {
    History::Transaction transaction;
    bool existed = false, removed = false;                ///< There before; not there after.
    bool written = false;                                 ///< With other bytes than before.
    std::uint32_t created = 0, updated = 0, deleted = 0;  ///< Of its atoms,
    std::uint32_t renamed = 0, moved = 0;                 ///< which are not among the updated.
    std::optional<std::uint32_t> impact;                  ///< The largest of theirs.
  };
  /// Commits that wrote a file of this path or changed what its atoms link to.
  virtual Result<Page<FileEntry>> events_at(std::string_view path, const Filter& filter) = 0;
  /// Whether a file of this path was ever there.
  virtual Result<bool> knows_file(std::string_view path) = 0;

  /// The events of one commit in their order, at most `limit`.
  virtual Result<std::vector<Event>> events_in(Sequence sequence, std::size_t limit) = 0;

  /// Of each atom that one commit changed, how many atoms reached it; those of which it was not
  /// computed are left out.
  virtual Result<std::map<AtomId, std::uint32_t>> impacts_in(Sequence sequence) = 0;

  struct TouchedFile {
    FileId id{};
    std::string path;
    bool existed = false, removed = false;  ///< Whether it was there before; whether it is after.
  };
  /// The files that one commit wrote, by path, at most `limit`.
  virtual Result<std::vector<TouchedFile>> files_in(Sequence sequence, std::size_t limit) = 0;
  /// Where the atoms and references of a file stood after a commit that wrote it; nothing where it
  /// did not write it, or removed it.
  virtual Result<std::optional<FilePlaces>> places_in(Sequence sequence, FileId file) = 0;

  /// The facts of a version of a file, live or former; null where they are not kept (any more).
  virtual Result<std::shared_ptr<const FileFacts>> facts(const ContentHash& hash,
                                                         Language language) = 0;

  struct AtomRow {
    AtomId id{};
    std::string id_text, kind, file;
    bool removed = false;
  };
  /// The atom with this id text, live or gone; else those that are gone and have this qualified or
  /// simple name; else those that had this id text before they were renamed or moved.
  virtual Result<std::vector<AtomRow>> find_atoms(std::string_view text) = 0;

  struct AtomName {
    std::string id_text, name;
    FileId file{};
  };
  /// What an atom was called after a commit, or was called last where it was gone by then; empty
  /// texts for an atom that never was. O(its events since).
  virtual Result<AtomName> name_at(AtomId atom, Sequence sequence) = 0;
};

}  // namespace dg
