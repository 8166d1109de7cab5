#include "events/logged_version.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "events/json_text.h"
#include "parser/parse.h"

namespace dg {
namespace {

class Builder {
 public:
  explicit Builder(const FileRow& row) : file_(std::make_shared<FileVersion>()) {
    file_->id = row.id;
    file_->path = row.path;
    file_->hash = row.hash;
    file_->mtime_ns = row.mtime_ns;
    file_->size = row.size;
    append_utf8(prefix_, row.path);
    prefix_ += "::";
    // An empty source gives what every file has: a module atom, a scope, the unknown expression.
    facts_ = Parser().parse(row.path, "");
    facts_.atoms.clear();
    for (std::uint32_t i = 0; i < facts_.name_ends.size(); ++i)
      names_.emplace(facts_.name(NameId{i}), NameId{i});
  }

  bool build(const FoldedState& log, const FilePlaces& places) {
    for (const AtomPlace& place : places.atoms) {
      const FoldedAtom* atom = log.atom(place.id);
      if (atom == nullptr || atom->content.file != file_->id) return false;
      if (!add_atom(*atom, place, places)) return false;
    }
    for (std::uint32_t i = 0; i < places.atoms.size(); ++i)
      add_links(AtomIndex{i}, *log.atom(places.atoms[i].id));
    return !facts_.atoms.empty() && facts_.atoms[0].kind == AtomKind::module;
  }

  FileVersionPtr take() {
    file_->facts = std::make_shared<const FileFacts>(std::move(facts_));
    file_->links = std::make_shared<const FileLinks>(std::move(links_));
    return file_;
  }

 private:
  NameId intern(const std::string& text) {
    const auto [at, is_new] =
        names_.emplace(text, NameId{static_cast<std::uint32_t>(facts_.name_ends.size())});
    if (is_new) {
      facts_.name_bytes += text;
      facts_.name_ends.push_back(static_cast<std::uint32_t>(facts_.name_bytes.size()));
    }
    return at->second;
  }

  bool add_atom(const FoldedAtom& folded, const AtomPlace& place, const FilePlaces& places) {
    const AtomContent& content = folded.content;
    const AtomIndex index{static_cast<std::uint32_t>(facts_.atoms.size())};
    const auto owner = indexes_.find(raw(content.owner));
    if (!content.id_text.starts_with(prefix_) || (owner == indexes_.end()) != (raw(index) == 0))
      return false;
    Atom& atom = facts_.atoms.emplace_back();
    atom.qualified_name = intern(content.id_text.substr(prefix_.size()));
    atom.name = intern(content.name);
    atom.kind = content.kind;
    atom.form = content.form;
    atom.exported = content.exported;
    atom.is_async = content.is_async;
    atom.is_static = content.is_static;
    atom.ambient = content.ambient;
    atom.parent = raw(index) == 0 ? kNone<AtomIndex> : owner->second;
    atom.start = place.start;
    atom.end = place.end;
    atom.name_at = place.name_at;
    atom.signature = intern(content.signature);
    atom.doc = intern(content.doc);
    atom.test_callee = intern(content.test_callee);
    atom.body_hash = content.body_hash;
    atom.references = {static_cast<std::uint32_t>(facts_.references.size()),
                       place.references.count};
    for (std::uint32_t i = 0; i < place.references.count; ++i) {
      Reference& reference = facts_.references.emplace_back();
      reference.owner = index;
      reference.at = places.references[place.references.begin + i];
    }
    indexes_.emplace(raw(place.id), index);
    file_->atoms.push_back(place.id);
    file_->versions.push_back(folded.version);
    return true;
  }

  Range add_sites(const std::vector<Site>& sites) {
    const Range range{static_cast<std::uint32_t>(links_.sites.size()),
                      static_cast<std::uint32_t>(sites.size())};
    links_.sites.insert(links_.sites.end(), sites.begin(), sites.end());
    return range;
  }

  void add_links(AtomIndex source, const FoldedAtom& atom) {
    for (const FoldedEdge& edge : atom.edges)
      links_.edges.push_back(
          {source, edge.relation, edge.confidence, edge.target, add_sites(edge.sites)});
    for (const FoldedOpen& open : atom.open) {
      std::uint32_t detail = 0;
      if (!open.detail.empty()) {
        const auto at = std::find(links_.details.begin(), links_.details.end(), open.detail);
        detail = static_cast<std::uint32_t>(at - links_.details.begin());
        if (at == links_.details.end()) links_.details.push_back(open.detail);
      }
      links_.open.push_back(
          {source, open.relation, open.reason, intern(open.text), detail, add_sites(open.sites)});
    }
  }

  std::string prefix_;  ///< Of the file's id texts.
  std::shared_ptr<FileVersion> file_;
  FileFacts facts_;
  FileLinks links_;
  std::map<std::string, NameId, std::less<>> names_;
  std::unordered_map<std::uint32_t, AtomIndex> indexes_;
};

}  // namespace

FileVersionPtr logged_version(const FoldedState& log, const FileRow& row) {
  const FoldedFile* file = log.file(row.id);
  if (file == nullptr) return nullptr;
  Builder builder(row);
  return builder.build(log, file->places) ? builder.take() : nullptr;
}

}  // namespace dg
