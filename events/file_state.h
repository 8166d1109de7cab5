#pragma once
/// \file
/// One file at one sequence as history has it: folded out of the file's own events, and turned back
/// into a FileVersion that queries, exports and digests take like any other.
///
/// History holds of a file what file_state_of() takes out of it. The rest of its facts (parameters
/// one by one, scopes, bindings, expressions, byte offsets, imports, exports, what its links depend
/// on) is not there in the FileVersion that comes back: it can be asked, not linked again.
///
/// Text is well-formed UTF-8 but for the path; so is what comes back. Single-threaded values.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/event.h"
#include "events/positions.h"

namespace dg {

struct FoldedEdge {
  Relation relation = Relation::calls;
  AtomId target{};
  Confidence confidence = Confidence::exact;
  std::vector<Site> sites;
  friend auto operator<=>(const FoldedEdge&, const FoldedEdge&) = default;
};

struct FoldedOpen {
  Relation relation = Relation::calls;
  std::string text;
  OpenReason reason = OpenReason::global;
  std::string detail;
  std::vector<Site> sites;
  friend auto operator<=>(const FoldedOpen&, const FoldedOpen&) = default;
};

struct FoldedAtom {
  std::uint32_t version = 0;
  AtomContent content;
  std::vector<FoldedEdge> edges;  ///< Sorted.
  std::vector<FoldedOpen> open;   ///< Sorted; two alike where they differ in ill-formed bytes only.
  friend bool operator==(const FoldedAtom&, const FoldedAtom&) = default;
};

/// Takes the event's content and links into the atom, which is a new one for a create and, where
/// the file that it came from is not looked at, for a move. Answers what contradicts the atom as it
/// is; versions are the caller's matter. O(own links).
[[nodiscard]] std::optional<std::string> fold_event(FoldedAtom& atom, const Event& event);
/// Makes the atom what an event that tells all of it says (create, move, or reconcile of a live
/// atom), whatever it was.
void restate(FoldedAtom& atom, const Event& event);

struct FileState {
  FileId id{};
  std::string path;  ///< As on disk.
  ContentHash hash;
  FilePlaces places;
  std::vector<FoldedAtom> atoms;  ///< Parallel to places.atoms.
  friend bool operator==(const FileState&, const FileState&) = default;
};

FileState file_state_of(const FileVersion& file);  ///< O(atoms + links).

/// Nothing where the parts do not fit together (an owner that is not in the file, another file's
/// id text): such a state was not made by this program. file_state_of() of the result is the state
/// again. O(n log n).
FileVersionPtr file_version_of(const FileState& state);

/// What a checkpoint of a file stores: its atoms with their versions and links, not their places.
std::string encode_atoms(const FileState& state);

/// Folds the history of one file. Atoms come from a checkpoint or from nothing; then each event of
/// the file, in order.
class FileFold {
 public:
  FileFold(FileId id, std::string path);

  /// Begins with what encode_atoms() wrote. False for any other bytes, which are safe to give.
  [[nodiscard]] bool begin(std::string_view checkpoint);
  /// Answers what contradicts the state, which is then of no further use.
  [[nodiscard]] std::optional<std::string> apply(const Event& event);
  /// The state after the last event. Atoms without a place there have moved to another file.
  /// Nothing where a place has no atom.
  std::optional<FileState> finish(const ContentHash& hash, FilePlaces places) &&;

 private:
  FileId id_;
  std::string path_;
  std::unordered_map<std::uint32_t, FoldedAtom> atoms_;
};

}  // namespace dg
