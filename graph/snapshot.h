#pragma once
/// \file
/// Snapshot: the whole call graph at one sequence. Immutable; parts of unchanged files are shared
/// with the snapshots before and after it, so that making the next one costs the delta.
///
/// Thread rule: any number of threads may read one snapshot without locks; hold it by SnapshotPtr
/// for as long as references into it are used.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/delta.h"
#include "events/file_version.h"
#include "events/ids.h"

namespace dg {

/// Where an atom is in a snapshot.
struct AtomRef {
  const FileVersion* file = nullptr;  ///< Null: the snapshot has no such atom.
  AtomIndex index{};
  explicit operator bool() const noexcept { return file != nullptr; }
  const Atom& atom() const noexcept { return file->facts->atoms[raw(index)]; }
  AtomId id() const noexcept { return file->atoms[raw(index)]; }
  std::string_view text(NameId name) const noexcept { return file->facts->name(name); }
  std::string_view name() const noexcept { return text(atom().name); }
  std::string_view qualified_name() const noexcept { return text(atom().qualified_name); }
};

/// Where an atom comes among others for a reader: sorts by (path, start). Borrows the path.
class ReadingOrder {
 public:
  ReadingOrder() = default;
  explicit ReadingOrder(const AtomRef& atom) : path_(atom.file->path), index_(atom.index) {}
  friend bool operator<(const ReadingOrder& a, const ReadingOrder& b) noexcept {
    if (a.path_.data() == b.path_.data()) return a.index_ < b.index_;
    return a.path_ < b.path_;
  }

 private:
  std::string_view path_;
  AtomIndex index_{};
};

/// An edge seen from its target.
struct InEdge {
  AtomId source{};
  Relation relation = Relation::calls;
  Confidence confidence = Confidence::exact;
  friend auto operator<=>(const InEdge&, const InEdge&) = default;
};

/// Totals, kept incrementally.
struct Totals {
  std::uint64_t files = 0, skipped_files = 0, files_with_problems = 0, lines = 0, bytes = 0;
  std::uint64_t atoms = 0;
  std::uint64_t edges[kRelationCount] = {};  ///< Distinct (source, relation, target).
  std::uint64_t edges_by_confidence[3] = {};
  std::uint64_t sites[kRelationCount] = {};  ///< Call sites and the like.
  std::uint64_t open[10] = {};               ///< Sites, by OpenReason.
};

/// Open sites that mention a name last: `x.pay()` and `pay()` mention `pay`.
struct OpenMentions {
  std::uint32_t possible = 0;   ///< Might mean an atom of the project.
  std::uint32_t elsewhere = 0;  ///< Known to leave it: external, builtin, no_source.
};

/// An atom that is gone; its id text gets the same AtomId when it comes back.
struct RetiredAtom {
  std::string id_text;
  AtomId id{};
  std::uint32_t version = 0;  ///< Of the delete.
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  virtual Sequence sequence() const noexcept = 0;
  virtual const Totals& totals() const noexcept = 0;
  /// Order-independent sum of file digests (events/digest.h), kept incrementally.
  virtual std::uint64_t digest() const noexcept = 0;

  virtual FileVersionPtr file(FileId id) const = 0;                 ///< Null: none. O(1).
  virtual FileVersionPtr file_at(std::string_view path) const = 0;  ///< Null: none. O(1).
  virtual std::vector<FileVersionPtr> files() const = 0;            ///< Sorted by path. O(n log n).
  virtual AtomRef atom(AtomId id) const noexcept = 0;               ///< O(1).
  virtual AtomRef atom_with_id(std::string_view id_text) const = 0;  ///< O(1).
  /// Atoms with this simple or qualified name, sorted by (path, start). O(matches).
  virtual std::vector<AtomId> atoms_named(std::string_view name) const = 0;
  /// Atoms whose simple name has a word (words.h) that begins with `text`, whatever the case;
  /// sorted by id. O(matches of the first three letters); for a shorter text O(atoms).
  virtual std::vector<AtomId> atoms_with_word(std::string_view text) const = 0;
  /// O(1).
  virtual OpenMentions open_mentions(std::string_view name) const = 0;
  /// The innermost atom at a place; the module atom where no other is. O(log atoms of the file).
  virtual AtomRef atom_at(std::string_view path, Position at) const = 0;

  /// Outgoing edges, sorted by (relation, target). O(log edges of the file).
  virtual std::span<const Edge> edges(AtomId source) const noexcept = 0;
  virtual std::span<const OpenReference> open(AtomId source) const noexcept = 0;
  /// Incoming edges, sorted by (source, relation). O(log).
  virtual std::span<const InEdge> incoming(AtomId target) const noexcept = 0;

  /// Upper bound of AtomIds in use, for dense arrays: every id is below it.
  virtual std::uint32_t atom_id_bound() const noexcept = 0;

  virtual std::vector<ConfigFile> configs() const = 0;  ///< Sorted by path.
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// One source file of a change set. `facts` null: the file is gone.
struct SourceChange {
  std::string path;
  ContentHash hash;
  std::int64_t mtime_ns = 0;
  std::uint64_t size = 0;
  std::shared_ptr<const FileFacts> facts;
};
struct ChangeSet {
  std::vector<SourceChange> sources;
  std::vector<ConfigFile> configs;
};

/// Work done, which tests assert instead of time.
struct LinkWork {
  std::uint32_t relinked = 0;       ///< Files whose references were resolved anew.
  std::uint32_t links_changed = 0;  ///< Of these, files whose links came out different.
};

struct Advance {
  SnapshotPtr next;  ///< The base itself where nothing changed.
  Delta delta;
  LinkWork work;
};

/// The empty project at sequence 0.
SnapshotPtr empty_snapshot();

/// The state after a change set: a pure function of its arguments, except that new atoms and files
/// get the next dense ids. The result is not visible to anybody until the caller publishes it; to
/// drop it undoes everything. Uses up to `threads` threads for linking; the result does not depend
/// on their number. Cost follows the changed files and those that depend on a changed fact.
Advance advance(const SnapshotPtr& base, ChangeSet changes, unsigned threads = 1);

/// A snapshot from stored parts, without linking. `files` are complete FileVersions.
/// `next_atom` and `next_file` are the first unused ids.
SnapshotPtr load_snapshot(Sequence sequence, std::vector<FileVersionPtr> files,
                          std::vector<ConfigFile> configs, std::vector<RetiredAtom> retired,
                          AtomId next_atom, FileId next_file);

}  // namespace dg
