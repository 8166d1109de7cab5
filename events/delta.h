#pragma once
/// \file
/// Delta: the difference between two states of the project, and how it is computed. Pure.

#include <cstdint>
#include <functional>
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

struct AtomChange {
  Operation operation = Operation::create;
  AtomId id{};
  AtomIndex before = kNone<AtomIndex>;  ///< In FileDelta::before; none for create.
  AtomIndex after = kNone<AtomIndex>;   ///< In FileDelta::after; none for delete.
  std::uint32_t version_before = 0;     ///< 0: never existed.
  std::uint32_t version_after = 0;      ///< version_before + 1, for a delete too.
  FieldSet changed = 0;
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

/// One file before and after. At least one side is there.
struct FileDelta {
  FileVersionPtr before, after;
  bool moved_only = false;        ///< Content differs, yet no atom and no link does.
  std::vector<AtomChange> atoms;  ///< Sorted by (after or before index).
  std::vector<RelationChange> gained,
      lost;                                ///< Sorted. A change of confidence is a loss and a gain.
  std::vector<OpenChange> opened, closed;  ///< Sorted.
};

struct ConfigFile {
  std::string path;  ///< package.json, tsconfig.json, jsconfig.json; relative to the project.
  std::string content;
  bool removed = false;
};

struct Delta {
  std::vector<FileDelta> files;  ///< Sorted by path; files whose bytes, links or versions differ.
  std::vector<ConfigFile> configs;  ///< Sorted by path.
  bool empty() const noexcept { return files.empty() && configs.empty(); }
};

/// The difference of two versions of one file; either may be null. Atoms are matched by AtomId.
/// Sets `after->versions`: an untouched atom keeps its version, a changed one has it raised by one,
/// a new one starts at 1 or, when it comes back after a delete, at `ended(id) + 1`, where `ended`
/// gives the version of a retired atom's delete and 0 for an id never used. The caller fills in the
/// result's `before` and `after` pointers. O(atoms + links).
FileDelta diff_file(const FileVersion* before, FileVersion* after,
                    const std::function<std::uint32_t(AtomId)>& ended);

/// Counts for a summary line.
struct DeltaCounts {
  std::uint32_t created = 0, updated = 0, deleted = 0;
  std::uint32_t relations_gained = 0, relations_lost = 0, opened = 0, closed = 0;
  std::uint32_t files = 0;
};
DeltaCounts count(const Delta& delta) noexcept;

}  // namespace dg
