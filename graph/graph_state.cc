#include "graph/graph_state.h"

#include <utility>

#include "graph/text_hash.h"

namespace dg {
namespace {

void add(std::uint64_t& total, std::uint64_t amount, bool plus) noexcept {
  total = plus ? total + amount : total - amount;
}

}  // namespace

const FileIndex& LazyFileIndex::get(const FileVersion& file) const {
  std::call_once(once_, [&] { index_ = make_file_index(file.path, *file.facts); });
  return *index_;
}

const FileEntry* GraphState::entry_at(std::string_view path) const noexcept {
  for (const std::uint64_t candidate : paths.candidates(text_hash(path))) {
    const FileEntry& entry = files[HashIndex::id_of(candidate)];
    if (entry.version != nullptr && entry.version->path == path) return &entry;
  }
  return nullptr;
}

AtomRef GraphState::atom(AtomId id) const noexcept {
  const AtomLocation& at = atoms[raw(id)];
  if (at.file == kNoFile) return {};
  return {files[raw(at.file)].version.get(), at.index};
}

AtomId GraphState::find_id(std::string_view path, std::string_view qualified_name,
                           std::string_view id_text) const noexcept {
  for (const std::uint64_t candidate : ids.candidates(text_hash(id_text))) {
    const AtomId id{HashIndex::id_of(candidate)};
    const AtomRef live = atom(id);
    if (live) {
      if (live.file->path == path && live.qualified_name() == qualified_name) return id;
    } else if (retired[raw(id)] != nullptr && retired[raw(id)]->id_text == id_text) {
      return id;
    }
  }
  return kNoAtom;
}

void GraphState::freeze() noexcept {
  files.freeze();
  atoms.freeze();
  retired.freeze();
  for (HashIndex* index : {&paths, &ids, &names, &words, &members, &topics, &dependents})
    index->freeze();
  open_names.freeze();
}

void add_to_totals(Totals& totals, const FileVersion& file, bool plus) noexcept {
  const FileFacts& facts = *file.facts;
  add(totals.files, 1, plus);
  add(totals.skipped_files, facts.skipped != SkipReason::none ? 1 : 0, plus);
  add(totals.files_with_problems, facts.problem_count != 0 ? 1 : 0, plus);
  add(totals.lines, facts.lines, plus);
  add(totals.bytes, facts.bytes, plus);
  add(totals.atoms, facts.atoms.size(), plus);
  if (file.links == nullptr) return;
  for (const Edge& edge : file.links->edges) {
    add(totals.edges[static_cast<int>(edge.relation)], 1, plus);
    add(totals.edges_by_confidence[static_cast<int>(edge.confidence)], 1, plus);
    add(totals.sites[static_cast<int>(edge.relation)], edge.sites.count, plus);
  }
  for (const OpenReference& open : file.links->open) {
    add(totals.open[static_cast<int>(open.reason)], open.sites.count, plus);
  }
}

}  // namespace dg
