#pragma once
/// \file
/// Cycles: the strongly connected components of more than one member (Tarjan 1972), over calls and
/// over imports of files. Pure.

#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// Atoms that reach one another by calls and constructions. Each cycle and the list of them are
/// sorted by where people read (path, start). O(atoms + edges).
std::vector<std::vector<AtomId>> call_cycles(const SnapshotPtr& snapshot);

/// Files that reach one another by imports and re-exports, sorted by path. O(files + edges).
std::vector<std::vector<FileId>> import_cycles(const Snapshot& snapshot);

/// The cycles of `now` whose members did not all lie in one cycle of `before`: new ones and those
/// that grew. Members are compared by id. O(members).
template <typename Id>
std::vector<std::vector<Id>> cycles_gained(const std::vector<std::vector<Id>>& before,
                                           const std::vector<std::vector<Id>>& now);

extern template std::vector<std::vector<AtomId>> cycles_gained(
    const std::vector<std::vector<AtomId>>&, const std::vector<std::vector<AtomId>>&);
extern template std::vector<std::vector<FileId>> cycles_gained(
    const std::vector<std::vector<FileId>>&, const std::vector<std::vector<FileId>>&);

}  // namespace dg
