#pragma once
/// \file
/// compare: what became of the call graph between two snapshots that share their AtomIds, however
/// many commits lie between them. Pure.
///
/// An atom is the same where it has the same AtomId: with another file it has moved, with another
/// name in the same file it was renamed. One that was away in between and came back under another
/// AtomId is the same by its id text. Where it stands is not looked at (DESIGN §3, invariant 6).

#include <string>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// The same graph as a base for variants that are compared with it. Atoms that are gone have no
/// claim on their id texts there: what was moved to where one of them stood is still a move.
SnapshotPtr without_history(const Snapshot& snapshot);

/// create, delete_, update, rename or move. `changed` are the fields whose value differs, for a
/// rename and a move too; never `relations`, which are listed by themselves.
struct AtomDifference {
  Operation operation = Operation::update;
  AtomId id{};
  FieldSet changed = 0;
  friend bool operator==(const AtomDifference&, const AtomDifference&) = default;
};

/// A place in the code that has a target on one side and none on the other.
struct ReferenceDifference {
  AtomId source{};
  Relation relation = Relation::calls;
  std::string text;                        ///< As written: `cart.pay`.
  OpenReason reason = OpenReason::global;  ///< Why it has none on the side where it has none.
  std::string detail;
  Position at;      ///< In `to`; the name of the atom where no reference stands for it.
  AtomId target{};  ///< Its target on the other side; kNoAtom where that is not known.
  friend bool operator==(const ReferenceDifference&, const ReferenceDifference&) = default;
};

/// All lists are sorted by where people read: (path, start), of `to` where it is there, else of
/// `from`.
struct GraphDifference {
  /// `from`, where atoms that came back have the AtomIds that `to` has for them.
  SnapshotPtr before;
  struct File {
    FileId id{};
    bool before = false, after = false;                   ///< Whether it is there.
    std::uint32_t created = 0, updated = 0, deleted = 0;  ///< Its atoms; moved ones count in both.
    std::uint32_t gained = 0, lost = 0;                   ///< Relations of its atoms.
  };
  std::vector<File> files;  ///< Those where anything below differs, added or removed.
  std::vector<AtomDifference> atoms;
  std::vector<RelationChange> gained, lost;  ///< A change of confidence is a loss and a gain.
  /// References of atoms that are on both sides: `broken` lost their target and have none now, not
  /// even outside of the project, unless an outside class may be all that is left of a member's
  /// owner (lost_its_member); `fixed` had none.
  std::vector<ReferenceDifference> broken, fixed;
  /// New or grown; gone or shrunk (cycles.h).
  std::vector<std::vector<AtomId>> new_call_cycles, gone_call_cycles;
  std::vector<std::vector<FileId>> new_import_cycles, gone_import_cycles;
};

/// Whether `target`, which `before` has, is a member that its owner has no more under that name,
/// while the owner is still there. A reference that led to it and now leads to an outside class
/// from which the owner inherits has lost it: what that class has is not known. O(1).
bool lost_its_member(const Snapshot& before, const Snapshot& after, AtomId target);

/// Files whose FileVersion both snapshots share cost nothing; cycles are O(atoms + edges) of both
/// where anything differs. Both must come from one database: ids mean the same.
GraphDifference compare(const SnapshotPtr& from, const SnapshotPtr& to);

}  // namespace dg
