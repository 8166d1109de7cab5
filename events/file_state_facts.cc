// A file's state as a FileVersion: facts that hold what history holds, and links.

#include <algorithm>
#include <span>
#include <tuple>

#include "events/file_state.h"
#include "events/json_text.h"

namespace dg {
namespace {

/// Names of a FileFacts, each distinct one once. Views must outlive it.
class NamePool {
 public:
  explicit NamePool(FileFacts& facts) : facts_(facts) { facts_.name_ends.push_back(0); }

  NameId of(std::string_view text) {
    if (text.empty()) return NameId{};
    const auto next = static_cast<std::uint32_t>(facts_.name_ends.size());
    const auto [at, is_new] = known_.try_emplace(text, next);
    if (is_new) {
      facts_.name_bytes += text;
      facts_.name_ends.push_back(static_cast<std::uint32_t>(facts_.name_bytes.size()));
    }
    return NameId{at->second};
  }

 private:
  FileFacts& facts_;
  std::unordered_map<std::string_view, std::uint32_t> known_;
};

class VersionMaker {
 public:
  explicit VersionMaker(const FileState& state)
      : state_(state), facts_(std::make_shared<FileFacts>()), names_(*facts_) {
    append_utf8(prefix_, state.path);
    prefix_ += "::";
    if (state.places.texts) texts_ = *state.places.texts;
  }

  FileVersionPtr make() {
    if (state_.atoms.empty() || state_.atoms.size() != state_.places.atoms.size()) return nullptr;
    figures();
    if (!atoms() || !links()) return nullptr;
    auto file = std::make_shared<FileVersion>();
    file->id = state_.id;
    file->path = state_.path;
    file->hash = state_.hash;
    file->size = state_.places.figures.size;
    for (std::size_t i = 0; i < state_.atoms.size(); ++i) {
      file->atoms.push_back(state_.places.atoms[i].id);
      file->versions.push_back(state_.atoms[i].version);
    }
    file->facts = std::move(facts_);
    file->links = std::make_shared<const FileLinks>(std::move(links_));
    return file;
  }

 private:
  void figures() {
    const FileFigures& figures = state_.places.figures;
    facts_->language = figures.language;
    facts_->skipped = figures.skipped;
    facts_->lines = figures.lines;
    facts_->bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(figures.size, kNoIndex));
    facts_->problem_count = figures.problem_count;
    if (figures.first_problem) facts_->problems.push_back(*figures.first_problem);
    facts_->scopes.push_back({ScopeKind::module, kNone<ScopeIndex>, AtomIndex{}});
    facts_->exprs.push_back({});
  }

  bool atoms() {
    for (std::uint32_t i = 0; i < state_.atoms.size(); ++i) {
      index_.emplace(raw(state_.places.atoms[i].id), i);
      if (!atom(state_.atoms[i].content, state_.places.atoms[i])) return false;
    }
    return index_.size() == state_.atoms.size();
  }

  bool atom(const AtomContent& content, const AtomPlace& place) {
    if (!content.id_text.starts_with(prefix_) || content.file != state_.id) return false;
    const auto owner = index_.find(raw(content.owner));
    const bool is_module = facts_->atoms.empty();
    // Owners stand before what they own; only the module has none.
    if (is_module != (content.owner == kNoAtom) || (!is_module && owner == index_.end()))
      return false;
    Atom& atom = facts_->atoms.emplace_back();
    atom.name = names_.of(content.name);
    atom.qualified_name = names_.of(std::string_view(content.id_text).substr(prefix_.size()));
    atom.kind = content.kind;
    atom.form = content.form;
    atom.exported = content.exported;
    atom.is_async = content.is_async;
    atom.is_static = content.is_static;
    atom.ambient = content.ambient;
    if (!is_module) atom.parent = AtomIndex{owner->second};
    atom.start = place.start;
    atom.end = place.end;
    atom.name_at = place.name_at;
    atom.byte_begin = 1;  // An end before the begin: not known.
    atom.signature = names_.of(content.signature);
    atom.doc = names_.of(content.doc);
    atom.test_callee = names_.of(content.test_callee);
    atom.params.begin = kNoIndex;  // Not known.
    atom.complexity = place.complexity;
    atom.code_lines = place.code_lines;
    atom.body_hash = content.body_hash;
    return references(atom, place);
  }

  bool references(Atom& atom, const AtomPlace& place) {
    const auto& all = state_.places.references;
    if (place.references.begin > all.size() ||
        place.references.count > all.size() - place.references.begin) {
      return false;
    }
    atom.references = {static_cast<std::uint32_t>(facts_->references.size()),
                       place.references.count};
    const AtomIndex owner{static_cast<std::uint32_t>(facts_->atoms.size() - 1)};
    for (std::uint32_t i = 0; i < place.references.count; ++i) {
      Reference& reference = facts_->references.emplace_back();
      reference.owner = owner;
      reference.at = all[place.references.begin + i];
      if (next_text_ < texts_.size() && texts_[next_text_].reference == place.references.begin + i)
        reference.text = names_.of(texts_[next_text_++].text);
    }
    return true;
  }

  bool links() {
    for (std::uint32_t i = 0; i < state_.atoms.size(); ++i) {
      for (const FoldedEdge& edge : state_.atoms[i].edges) {
        if (!fits(edge.sites, i)) return false;
        links_.edges.push_back(
            {AtomIndex{i}, edge.relation, edge.confidence, edge.target, sites(edge.sites)});
      }
      for (const FoldedOpen& open : state_.atoms[i].open) {
        if (!fits(open.sites, i)) return false;
        links_.open.push_back({AtomIndex{i}, open.relation, open.reason, names_.of(open.text),
                               detail(open.detail), sites(open.sites)});
      }
    }
    std::sort(links_.edges.begin(), links_.edges.end(), [](const Edge& a, const Edge& b) {
      return std::tuple(a.source, a.relation, a.target) <
             std::tuple(b.source, b.relation, b.target);
    });
    std::stable_sort(links_.open.begin(), links_.open.end(),
                     [](const OpenReference& a, const OpenReference& b) {
                       return std::tuple(a.source, a.relation, a.text, a.reason, a.detail) <
                              std::tuple(b.source, b.relation, b.text, b.reason, b.detail);
                     });
    return true;
  }

  bool fits(const std::vector<Site>& sites, std::uint32_t atom) const {
    const std::uint32_t own = state_.places.atoms[atom].references.count;
    return std::all_of(sites.begin(), sites.end(), [&](const Site& site) {
      return site.ordinal == kNoOrdinal || site.ordinal < own;
    });
  }

  Range sites(const std::vector<Site>& sites) {
    const Range range{static_cast<std::uint32_t>(links_.sites.size()),
                      static_cast<std::uint32_t>(sites.size())};
    links_.sites.insert(links_.sites.end(), sites.begin(), sites.end());
    return range;
  }

  std::uint32_t detail(const std::string& text) {
    if (text.empty()) return 0;
    const auto [at, is_new] =
        details_.try_emplace(text, static_cast<std::uint32_t>(links_.details.size()));
    if (is_new) links_.details.push_back(text);
    return at->second;
  }

  const FileState& state_;
  std::shared_ptr<FileFacts> facts_;
  NamePool names_;
  FileLinks links_;
  std::string prefix_;
  std::span<const ReferenceText> texts_;  ///< In the order of the references.
  std::size_t next_text_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> index_;  ///< AtomId -> AtomIndex.
  std::unordered_map<std::string_view, std::uint32_t> details_;
};

}  // namespace

FileVersionPtr file_version_of(const FileState& state) {
  return VersionMaker(state).make();
}

}  // namespace dg
