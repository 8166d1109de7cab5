#pragma once
/// \file
/// Renames and moves: which atom that is gone is the same as which one that is new, within one
/// change set, so that history follows the code (DESIGN §4).
///
/// Two atoms are compared with all that is nested in them. Nested atoms correspond where they have
/// the same name relative to the outermost one. Of corresponding atoms with equal body_hash all
/// tokens are common, of others the share that their sketches estimate. The similarity of A and B
/// is 2 × common / (tokens of A + tokens of B) (Dice 1945), from 0 to 1. It ignores an atom's own
/// name, white space and comments.
///
/// - Files first: a file that is gone and a new one are the same when their similarity is at least
///   0.5 (as git's rename detection; git-scm.com/docs/git-diff, -M). Their atoms of the same
///   qualified name are the same.
/// - A rename: same kind, same owner, in one file. A move: same kind and simple name, a top-level
///   atom of another file. The similarity must be at least 0.65, or 0.85 below 24 tokens; below
///   12 tokens nothing is matched, for such code is alike by chance.
/// - A move of a member, or a move that renames as well: at least 24 tokens and a similarity of at
///   least 0.95.
/// - What is nested in an atom that was matched goes with it. Atoms without a name of their own
/// only
///   ever go with their owners.
///
/// The most similar pair is taken first; ties go by name, path and place, so that the result
/// depends neither on ids nor on the order of files. A missed rename costs a gap in a history; a
/// false one would tell a lie, hence the thresholds. Pure; any thread.

#include <cstdint>
#include <span>
#include <vector>

#include "events/file_version.h"

namespace dg {

/// A file of a change set; at least one side is there. `after->atoms` holds kNoAtom where an atom's
/// id text was never used before.
struct MatchSides {
  const FileVersion* before = nullptr;
  const FileVersion* after = nullptr;
};

struct AtomMatch {
  std::uint32_t file_before = 0;  ///< Index into the files given.
  AtomIndex before{};
  std::uint32_t file_after = 0;
  AtomIndex after{};
};

/// Each atom is in at most one match. About O(atoms of the files that lost or won one), with bounds
/// on how many candidates are compared.
std::vector<AtomMatch> match_atoms(std::span<const MatchSides> files);

/// From 0 to 1, as above; the subtrees of two atoms. O(atoms in them × log).
double similarity(const FileFacts& a, AtomIndex x, const FileFacts& b, AtomIndex y);

}  // namespace dg
