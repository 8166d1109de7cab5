#include "graph/snapshot.h"

#include <algorithm>
#include <utility>

#include "graph/graph_state.h"
#include "graph/text_hash.h"
#include "graph/words.h"

namespace dg {
namespace {

/// The part of a sorted run of links that has this source.
template <typename Link>
std::span<const Link> of_source(const std::vector<Link>& links, AtomIndex source) noexcept {
  const auto less = [](const Link& link, AtomIndex index) { return link.source < index; };
  const auto greater = [](AtomIndex index, const Link& link) { return index < link.source; };
  const auto begin = std::lower_bound(links.begin(), links.end(), source, less);
  const auto end = std::upper_bound(begin, links.end(), source, greater);
  return {links.data() + (begin - links.begin()), static_cast<std::size_t>(end - begin)};
}

class StateSnapshot final : public Snapshot {
 public:
  explicit StateSnapshot(GraphState state) : state_(std::move(state)) { state_.freeze(); }

  const GraphState& state() const noexcept { return state_; }

  Sequence sequence() const noexcept override { return state_.sequence; }
  const Totals& totals() const noexcept override { return state_.totals; }
  std::uint64_t digest() const noexcept override { return state_.digest; }
  std::uint32_t atom_id_bound() const noexcept override { return raw(state_.next_atom); }
  std::vector<ConfigFile> configs() const override { return state_.configs.files(); }

  FileVersionPtr file(FileId id) const override { return state_.files[raw(id)].version; }

  FileVersionPtr file_at(std::string_view path) const override {
    const FileEntry* entry = state_.entry_at(path);
    return entry == nullptr ? nullptr : entry->version;
  }

  std::vector<FileVersionPtr> files() const override {
    std::vector<FileVersionPtr> files;
    files.reserve(state_.totals.files);
    state_.files.for_each([&](std::size_t, const FileEntry& entry) {
      if (entry.version != nullptr) files.push_back(entry.version);
    });
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a->path < b->path; });
    return files;
  }

  AtomRef atom(AtomId id) const noexcept override { return state_.atom(id); }

  AtomRef atom_with_id(std::string_view id_text) const override {
    for (const std::uint64_t candidate : state_.ids.candidates(text_hash(id_text))) {
      const AtomRef found = state_.atom(AtomId{HashIndex::id_of(candidate)});
      if (found && atom_id_text(*found.file, found.index) == id_text) return found;
    }
    return {};
  }

  std::vector<AtomId> atoms_named(std::string_view name) const override {
    std::vector<std::pair<ReadingOrder, AtomId>> found;
    for (const std::uint64_t candidate : state_.names.candidates(text_hash(name))) {
      const AtomId id{HashIndex::id_of(candidate)};
      const AtomRef atom = state_.atom(id);
      if (atom.name() == name || atom.qualified_name() == name) found.emplace_back(atom, id);
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<AtomId> ids;
    ids.reserve(found.size());
    for (const auto& [place, id] : found) ids.push_back(id);
    return ids;
  }

  std::vector<AtomId> atoms_with_word(std::string_view text) const override {
    std::vector<AtomId> ids;
    if (text.size() >= kWordKeyLength) {
      for (const std::uint64_t candidate : state_.words.candidates(word_key(text))) {
        const AtomId id{HashIndex::id_of(candidate)};
        if (has_word(state_.atom(id).name(), text)) ids.push_back(id);
      }
    } else if (!text.empty()) {
      for (std::uint32_t i = 1; i < raw(state_.next_atom); ++i) {
        const AtomRef atom = state_.atom(AtomId{i});
        if (atom && has_word(atom.name(), text)) ids.push_back(AtomId{i});
      }
    }
    return ids;
  }

  OpenMentions open_mentions(std::string_view name) const override {
    const OpenNameCount* count = state_.open_names.find(text_hash(name));
    if (count == nullptr) return {};
    return {count->possible, count->elsewhere};
  }

  AtomRef atom_at(std::string_view path, Position at) const override {
    const FileEntry* entry = state_.entry_at(path);
    if (entry == nullptr) return {};
    const std::vector<Atom>& atoms = entry->version->facts->atoms;
    // Atoms nest and are sorted by start: the innermost one is the last to start before `at`, or
    // encloses that one.
    const auto after =
        std::upper_bound(atoms.begin(), atoms.end(), at,
                         [](Position place, const Atom& atom) { return place < atom.start; });
    if (after == atoms.begin()) return {entry->version.get(), AtomIndex{0}};
    AtomIndex index{static_cast<std::uint32_t>(after - atoms.begin() - 1)};
    while (raw(index) != 0 && atoms[raw(index)].end <= at) index = atoms[raw(index)].parent;
    return {entry->version.get(), index};
  }

  std::span<const Edge> edges(AtomId source) const noexcept override {
    const AtomRef atom = state_.atom(source);
    if (!atom) return {};
    return of_source(atom.file->links->edges, atom.index);
  }

  std::span<const OpenReference> open(AtomId source) const noexcept override {
    const AtomRef atom = state_.atom(source);
    if (!atom) return {};
    return of_source(atom.file->links->open, atom.index);
  }

  std::span<const InEdge> incoming(AtomId target) const noexcept override {
    const AtomLocation& at = state_.atoms[raw(target)];
    if (at.file == kNoFile) return {};
    const Incoming* incoming = state_.files[raw(at.file)].incoming.get();
    return incoming == nullptr ? std::span<const InEdge>() : incoming->of(target);
  }

 private:
  GraphState state_;
};

}  // namespace

SnapshotPtr make_snapshot(GraphState state) {
  return std::make_shared<StateSnapshot>(std::move(state));
}

const GraphState& state_of(const Snapshot& snapshot) noexcept {
  const auto* implementation = dynamic_cast<const StateSnapshot*>(&snapshot);
  DG_ENFORCE(implementation != nullptr, "snapshots come from this module");
  return implementation->state();
}

SnapshotPtr empty_snapshot() {
  return make_snapshot(GraphState{});
}

}  // namespace dg
