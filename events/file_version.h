#pragma once
/// \file
/// FileVersion: one file of the project at one sequence, facts and links together. It is what a
/// snapshot shares, what a delta compares and what storage writes. Immutable once published.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "events/ids.h"
#include "parser/facts.h"

namespace dg {

/// 128-bit XXH3 of a file's bytes.
struct ContentHash {
  std::uint64_t high = 0, low = 0;
  friend auto operator<=>(const ContentHash&, const ContentHash&) = default;
};

/// One use of a target. `ordinal` counts the owner atom's own references from 0, in source order,
/// so that a shift of lines, a comment or a reformat changes no site (DESIGN §3, invariant 6): its
/// place is facts.references[atom.references.begin + ordinal].at.
struct Site {
  std::uint32_t ordinal = 0;
  Confidence confidence = Confidence::exact;
  std::uint8_t rule = 0;  ///< LinkRule of the linker, for `why`.
  friend auto operator<=>(const Site&, const Site&) = default;
};
/// The ordinal of a site that no reference stands for (`contains`, `imports`, `overrides`).
inline constexpr std::uint32_t kNoOrdinal = 0xffffffffu;

struct Edge {
  AtomIndex source{};  ///< In this file.
  Relation relation = Relation::calls;
  Confidence confidence = Confidence::exact;  ///< The best of its sites'.
  AtomId target{};                            ///< In any file.
  Range sites;                                ///< Into FileLinks::sites; at least one.
};

/// References of one atom that share text and reason.
struct OpenReference {
  AtomIndex source{};
  Relation relation = Relation::calls;
  OpenReason reason = OpenReason::global;
  NameId text{};             ///< In this file's facts.
  std::uint32_t detail = 0;  ///< Into FileLinks::details; 0 is the empty text.
  Range sites;               ///< Into FileLinks::sites.
};

/// What linking one file gave. A function of the facts of all files, never of their order.
struct FileLinks {
  std::vector<Edge> edges;          ///< Sorted by (source, relation, target); no two alike.
  std::vector<OpenReference> open;  ///< Sorted by (source, relation, text, reason, detail).
  std::vector<Site> sites;
  std::vector<std::string> details{std::string()};  ///< Package names; [0] is empty.
  /// Sorted hashes of every fact outside the file that was asked for, found or not. The file must
  /// be linked again when, and only when, one of them changes.
  std::vector<std::uint64_t> depends_on;
};

struct FileVersion {
  FileId id{};
  std::string path;  ///< Relative to the project, `/` separators, bytes as on disk.
  ContentHash hash;
  std::int64_t mtime_ns = 0;
  std::uint64_t size = 0;
  std::shared_ptr<const FileFacts> facts;
  std::vector<AtomId> atoms;            ///< Parallel to facts->atoms.
  std::vector<std::uint32_t> versions;  ///< Parallel to facts->atoms; from 1.
  std::shared_ptr<const FileLinks> links;
};
using FileVersionPtr = std::shared_ptr<const FileVersion>;

/// `src/a.js::Cart.pay`: the public id of an atom (REFERENCE §2.1).
std::string atom_id_text(const FileVersion& file, AtomIndex atom);

}  // namespace dg
