#include "graph/identify.h"

#include <algorithm>

#include "events/match.h"
#include "graph/text_hash.h"

namespace dg {
namespace {

void find_known_ids(const GraphState& base, FileVersion& file) {
  const FileFacts& facts = *file.facts;
  file.atoms.reserve(facts.atoms.size());
  std::string id_text = file.path + "::";
  const std::size_t prefix = id_text.size();
  for (const Atom& atom : facts.atoms) {
    const std::string_view name = facts.name(atom.qualified_name);
    id_text.resize(prefix);
    id_text.append(name);
    file.atoms.push_back(base.find_id(file.path, name, id_text));
  }
}

/// Whether a known atom has another id text than it had: it was renamed or moved.
bool has_new_id_text(const GraphState& base, const FileVersion& file, AtomIndex index) {
  const AtomRef was = base.atom(file.atoms[raw(index)]);
  if (!was) return false;
  const Atom& atom = file.facts->atoms[raw(index)];
  return was.file->id != file.id || was.qualified_name() != file.facts->name(atom.qualified_name);
}

/// Ids for atoms that have none, and index entries for id texts that are not known.
void enter_new_ids(const GraphState& base, FileVersion& file, Identified& result) {
  for (std::uint32_t i = 0; i < file.atoms.size(); ++i) {
    AtomId& id = file.atoms[i];
    const bool is_new = id == kNoAtom;
    if (is_new) {
      id = result.next_atom;
      result.next_atom = AtomId{raw(id) + 1};
    } else if (!has_new_id_text(base, file, AtomIndex{i})) {
      continue;
    }
    const std::uint64_t hash = text_hash(atom_id_text(file, AtomIndex{i}));
    const std::uint64_t entry = HashIndex::entry(hash, raw(id));
    const auto known = base.ids.candidates(hash);
    if (is_new || std::find(known.begin(), known.end(), entry) == known.end()) {
      result.id_texts.push_back(entry);
    }
  }
}

}  // namespace

Identified identify_atoms(const GraphState& base, std::span<const FileSides> files,
                          AtomId next_atom) {
  Identified result;
  result.next_atom = next_atom;
  std::vector<MatchSides> sides;
  sides.reserve(files.size());
  for (const FileSides& file : files) {
    if (file.after != nullptr) find_known_ids(base, *file.after);
    sides.push_back({file.before.get(), file.after});
  }
  for (const AtomMatch& match : match_atoms(sides)) {
    const FileVersionPtr& from = files[match.file_before].before;
    const AtomId id = from->atoms[raw(match.before)];
    files[match.file_after].after->atoms[raw(match.after)] = id;
    if (match.file_before != match.file_after) {
      result.origins.emplace(id, Elsewhere::Origin{from, match.before});
    }
  }
  for (const FileSides& file : files) {
    if (file.after != nullptr) enter_new_ids(base, *file.after, result);
  }
  return result;
}

}  // namespace dg
