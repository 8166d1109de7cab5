#pragma once
/// \file
/// Gives the atoms of a change set their ids. Internal to graph/. Pure, but for the ids it writes.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "events/delta.h"
#include "graph/graph_state.h"

namespace dg {

/// Atoms that are in another file than before, and where they were.
using Origins = std::map<AtomId, Elsewhere::Origin>;

/// A file of the change set. At least one side is there; `after` has no ids yet.
struct FileSides {
  FileVersionPtr before;
  FileVersion* after = nullptr;
};

struct Identified {
  std::vector<std::uint64_t> id_texts;  ///< New entries for GraphState::ids.
  Origins origins;
  AtomId next_atom{};
};

/// An atom has the id that its id text had before, live or retired; else that of the atom that was
/// renamed to it or moved here (events/match.h); else the next one. Fills `after->atoms`.
/// O(atoms of the files), and what match_atoms costs where some went and others came.
Identified identify_atoms(const GraphState& base, std::span<const FileSides> files,
                          AtomId next_atom);

}  // namespace dg
