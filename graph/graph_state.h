#pragma once
/// \file
/// GraphState: the data of a snapshot, and its lookups. Internal to graph/: snapshot.cc wraps it
/// for readers, advance.cc makes the next one from a copy.
///
/// A copy costs pointers; see persistent.h. Thread rule: frozen, any number of readers; before that
/// one thread writes, and any number read while nobody writes (linking).

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "graph/incoming.h"
#include "graph/link/file_index.h"
#include "graph/modules/modules.h"
#include "graph/persistent.h"
#include "graph/snapshot.h"

namespace dg {

/// The linker's tables of one file, made by whoever asks first: after a start from stored links
/// most files are never asked.
class LazyFileIndex {
 public:
  const FileIndex& get(const FileVersion& file) const;  ///< Any thread.

 private:
  mutable std::once_flag once_;
  mutable std::shared_ptr<const FileIndex> index_;
};

/// A file and what is known about it beside its version.
struct FileEntry {
  FileVersionPtr version;                    ///< Null: no such file (any more).
  std::shared_ptr<const Incoming> incoming;  ///< Null: nothing points here.
  std::shared_ptr<const LazyFileIndex> index;
  std::uint64_t digest = 0;
};

/// Where an atom is. File 0: nowhere, it never was or is retired.
struct AtomLocation {
  FileId file{};
  AtomIndex index{};
};

/// Open sites by the last name of what they mention.
struct OpenNameCount {
  std::uint64_t hash = 0;
  std::uint32_t possible = 0;
  std::uint32_t elsewhere = 0;
  struct Traits {
    static std::uint64_t key(const OpenNameCount& entry) noexcept { return entry.hash; }
  };
};

struct GraphState {
  Sequence sequence{};
  Totals totals;
  std::uint64_t digest = 0;
  AtomId next_atom{1};
  FileId next_file{1};
  ModuleConfigs configs;

  PersistentVector<FileEntry, 64> files;                              ///< By FileId.
  PersistentVector<AtomLocation, 512> atoms;                          ///< By AtomId.
  PersistentVector<std::shared_ptr<const RetiredAtom>, 256> retired;  ///< By AtomId.

  HashIndex paths;       ///< path -> FileId
  HashIndex ids;         ///< id text -> AtomId, for good: retired atoms stay in it.
  HashIndex names;       ///< simple and qualified name -> AtomId
  HashIndex words;       ///< word_key of each word of the simple name -> AtomId
  HashIndex members;     ///< FileIndex::named_members -> AtomId
  HashIndex topics;      ///< FileIndex::topics -> FileId
  HashIndex dependents;  ///< FileLinks::depends_on -> FileId
  PersistentTable<OpenNameCount, OpenNameCount::Traits> open_names;

  const FileEntry* entry_at(std::string_view path) const noexcept;  ///< Null: none.
  AtomRef atom(AtomId id) const noexcept;
  /// The id of this file's atom, live or retired; kNoAtom where the text was never used.
  AtomId find_id(std::string_view path, std::string_view qualified_name,
                 std::string_view id_text) const noexcept;
  void freeze() noexcept;
};

/// The data behind a snapshot.
const GraphState& state_of(const Snapshot& snapshot) noexcept;
/// A snapshot over this state, frozen by the call.
SnapshotPtr make_snapshot(GraphState state);

/// Adds (or takes away) what one file counts for.
void add_to_totals(Totals& totals, const FileVersion& file, bool add) noexcept;

}  // namespace dg
