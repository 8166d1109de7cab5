#include "graph/queries/outline.h"

namespace dg {

std::vector<OutlineEntry> outline(const FileVersion& file) {
  std::vector<OutlineEntry> entries;
  entries.reserve(file.atoms.size());
  for (std::uint32_t i = 0; i < file.atoms.size(); ++i) {
    OutlineEntry entry;
    entry.atom = {&file, AtomIndex{i}};
    entry.id = file.atoms[i];
    const AtomIndex parent = file.facts->atoms[i].parent;
    if (parent != kNone<AtomIndex> && raw(parent) < i) {
      entry.owner = file.atoms[raw(parent)];
      entry.depth = entries[raw(parent)].depth + 1;
    }
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace dg
