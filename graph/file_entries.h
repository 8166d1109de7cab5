#pragma once
/// \file
/// What one file version puts into the indexes of a snapshot, and how a change of many files is
/// applied to them. Internal to graph/. Pure functions; apply() writes to the state it is given.

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph_state.h"

namespace dg {

/// Entries of HashIndex, each list sorted and without repeats.
struct NameEntries {
  std::vector<std::uint64_t> names, words, members, topics;
};
/// `file.atoms` must be assigned. O(atoms).
NameEntries name_entries(const FileVersion& file, const FileIndex& index);

/// Entries that depend on links.
struct LinkEntries {
  std::vector<std::uint64_t> dependents;  ///< Sorted, no repeats.
  std::vector<OpenNameCount> open_names;  ///< Sorted by hash, no hash twice.
};
LinkEntries link_entries(const FileVersion& file);  ///< O(links).

/// Collects the changes of many files and applies them index by index, each on a thread of its own
/// where that pays.
class IndexChanges {
 public:
  void change(const NameEntries& before, const NameEntries& after);
  void change(const LinkEntries& before, const LinkEntries& after);
  void apply(GraphState& state, unsigned threads);

 private:
  struct Entries {
    std::vector<std::uint64_t> removed, added;
    void difference(std::span<const std::uint64_t> before, std::span<const std::uint64_t> after);
    void apply(HashIndex& index);
  };
  Entries names_, words_, members_, topics_, dependents_;
  std::vector<OpenNameCount> open_added_, open_removed_;
};

/// Edges that come and go, with the file that they point into, applied to that file's slab.
class IncomingChanges {
 public:
  /// `into` may be kNoFile: the target is gone with its file, and so is the slab.
  void add(FileId into, const Incoming::Change& change) {
    if (into != kNoFile) changes_.push_back({into, change});
  }
  void apply(GraphState& state, unsigned threads);

 private:
  struct Change {
    FileId into{};
    Incoming::Change change;
  };
  std::vector<Incoming::Change> grouped(std::vector<Range>& groups,
                                        std::vector<FileId>& into) const;
  std::vector<Change> changes_;
};

}  // namespace dg
