#pragma once
/// \file
/// Delta: the difference between two states of the project, and how it is computed. Pure.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/file_version.h"

namespace dg {

/// Values are stored: append only.
enum class Operation : std::uint8_t { create, update, delete_, rename, move, reconcile };
std::string_view to_string(Operation operation) noexcept;

/// Fields of an atom whose change is a change of the atom. Position is deliberately not one.
enum class Field : std::uint16_t {
  name = 1,
  kind = 2,
  signature = 4,
  body = 8,
  exported = 16,
  async = 32,
  owner = 64,
  doc = 128,
  relations = 256,  ///< Gained, lost or re-labelled edges or open references.
};
using FieldSet = std::uint16_t;  ///< Bitwise or of Field.

/// An atom that was renamed (another qualified name in the same file) or moved (another file) is
/// the same atom: it keeps its AtomId, and its version goes on. match.h says when that is so.
struct AtomChange {
  Operation operation = Operation::create;
  AtomId id{};
  AtomIndex before = kNone<AtomIndex>;  ///< In FileDelta::before_of(); none for create.
  AtomIndex after = kNone<AtomIndex>;   ///< In FileDelta::after; none for delete.
  std::uint32_t version_before = 0;     ///< 0: never existed.
  std::uint32_t version_after = 0;      ///< version_before + 1, for a delete too.
  FieldSet changed = 0;
  FileVersionPtr from = nullptr;  ///< For a move: the file that it was in.
};

struct RelationChange {
  AtomId source{};
  Relation relation = Relation::calls;
  AtomId target{};
  Confidence confidence = Confidence::exact;
  friend auto operator<=>(const RelationChange&, const RelationChange&) = default;
};

/// A reference that has, or no longer has, no target in the project.
struct OpenChange {
  AtomId source{};
  Relation relation = Relation::calls;
  std::string text;
  OpenReason reason = OpenReason::global;
  std::string detail;
  friend auto operator<=>(const OpenChange&, const OpenChange&) = default;
};

/// One file before and after. At least one side is there. A move is told by the file that the atom
/// is in afterwards, links included; the file that it left says nothing of it.
struct FileDelta {
  FileVersionPtr before, after;
  bool moved_only = false;        ///< Content differs, yet no atom and no link does.
  std::vector<AtomChange> atoms;  ///< Sorted by (after or before index).
  std::vector<RelationChange> gained,
      lost;                                ///< Sorted. A change of confidence is a loss and a gain.
  std::vector<OpenChange> opened, closed;  ///< Sorted.

  /// The version that AtomChange::before is an index into.
  const FileVersion* before_of(const AtomChange& change) const noexcept {
    return change.from != nullptr ? change.from.get() : before.get();
  }
};

struct ConfigFile {
  std::string path;  ///< package.json, tsconfig.json, jsconfig.json; relative to the project.
  std::string content;
  bool removed = false;
  /// In a Delta: its content before; none: it was not there. Elsewhere none.
  std::optional<std::string> was = std::nullopt;
};

struct Delta {
  std::vector<FileDelta> files;  ///< Sorted by path; files whose bytes, links or versions differ.
  std::vector<ConfigFile> configs;  ///< Sorted by path.
  bool empty() const noexcept { return files.empty() && configs.empty(); }
};

/// What the two versions of one file do not show of their atoms.
struct Elsewhere {
  /// The version of a retired atom's delete; 0 for an id never used.
  std::function<std::uint32_t(AtomId)> ended;
  struct Origin {
    FileVersionPtr file;  ///< Null: the atom was in no file.
    AtomIndex atom{};
  };
  /// Where an atom was that this file did not have before. Empty: nothing moves.
  std::function<Origin(AtomId)> origin = nullptr;
  /// Whether an atom that this file no longer has is in another one now. Empty: nothing moves.
  std::function<bool(AtomId)> moved_away = nullptr;
};

/// The difference of two versions of one file; either may be null. Atoms are matched by AtomId.
/// Sets `after->versions`: an untouched atom keeps its version, a changed one has it raised by one,
/// a new one starts at 1 or, when it comes back after a delete, at `ended(id) + 1`. The caller
/// fills in the result's `before` and `after` pointers. O(atoms + links).
FileDelta diff_file(const FileVersion* before, FileVersion* after, const Elsewhere& elsewhere);

/// As diff_file for two versions that have their versions: sets none, and tells those of the two
/// sides. `elsewhere.ended` is not asked.
FileDelta compare_file(const FileVersion* before, const FileVersion* after,
                       const Elsewhere& elsewhere);

/// Whether it says that nothing differs: no byte, no link, no version.
bool is_empty(const FileDelta& delta) noexcept;

/// Counts for a summary line. Renamed and moved atoms are not counted as updated.
struct DeltaCounts {
  std::uint32_t created = 0, updated = 0, deleted = 0, renamed = 0, moved = 0;
  std::uint32_t relations_gained = 0, relations_lost = 0, opened = 0, closed = 0;
  std::uint32_t files = 0;
};
DeltaCounts count(const Delta& delta) noexcept;

}  // namespace dg
