#pragma once
/// \file
/// Replay: the log of events, folded, gives the state exactly (DESIGN §3, invariant 3).
///
/// A FoldedState is a state of the project as the log tells it: what atoms are, their versions,
/// edges and open references from the events; which files there are and where things stand in them
/// from each transaction's file rows. of() makes the same of live FileVersions, and difference()
/// compares the two. It knows nothing of where events come from. Single-threaded value.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/event.h"
#include "events/file_state.h"
#include "events/positions.h"

namespace dg {

struct FoldedFile {
  std::string path;
  ContentHash hash;
  FilePlaces places;
  friend bool operator==(const FoldedFile&, const FoldedFile&) = default;
};

/// One thing that two states tell differently: an atom, or a file (the other id is 0).
struct Difference {
  FileId file{};
  AtomId atom{};
  std::string thing;        ///< For people, as are both sides.
  std::string here, there;  ///< What this state and the other say.
};

class FoldedState {
 public:
  /// The state that these files are in. O(n).
  static FoldedState of(const std::vector<FileVersionPtr>& files);
  /// Puts in a file of the state that a checkpoint stands for.
  void add(FileState file);
  /// From now on atoms may come back whose earlier events are not known: those before a checkpoint.
  void begins_later() { begins_later_ = true; }

  /// Takes the next event, in order of sequence. Answers what contradicts the state, if anything
  /// does (a version that does not follow, an edge lost that was not there); the state is then of
  /// no further use. O(own links).
  [[nodiscard]] std::optional<std::string> apply(const Event& event);
  void set_file(FileId id, FoldedFile file) { files_[raw(id)] = std::move(file); }
  void remove_file(FileId id) { files_.erase(raw(id)); }

  const FoldedAtom* atom(AtomId id) const;  ///< Null: not live.
  const FoldedFile* file(FileId id) const;  ///< Null: not there.
  std::size_t atom_count() const noexcept { return atoms_.size(); }
  /// The file with its atoms, `path` as on disk. Nothing where it is not there, or has a place
  /// without an atom. O(atoms + links of the file).
  std::optional<FileState> file_state(FileId id, const std::string& path) const;

  /// Takes the things of `part` out of this state and tells those that were not the same; what is
  /// left when all parts were taken out is told by rest(). For comparing in slices. O(part).
  std::vector<Difference> take_out(const FoldedState& part);
  std::vector<Difference> rest() const;
  /// The version of the delete of an atom that is gone; 0 for any other.
  std::uint32_t ended(AtomId id) const;

  /// The first thing, by id, in which the other state differs, for people; empty where none does.
  std::string difference(const FoldedState& other) const;

 private:
  void reconcile(const Event& event);
  std::uint32_t unknown_version(const Event& event) const noexcept {
    return begins_later_ ? event.version_before : 0;
  }
  std::unordered_map<std::uint32_t, FoldedAtom> atoms_;
  std::unordered_map<std::uint32_t, std::uint32_t> ended_;  ///< Versions of deletes, by AtomId.
  std::unordered_map<std::uint32_t, FoldedFile> files_;
  bool begins_later_ = false;
};

}  // namespace dg
