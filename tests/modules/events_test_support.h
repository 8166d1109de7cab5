#pragma once
/// \file
/// Builds small FileVersions by hand, so that events/ is tested without parser and linker.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/file_version.h"

namespace dg::test {

/// One file, atom by atom. Links are given per source and sorted as the linker does.
class FileBuilder {
 public:
  explicit FileBuilder(std::string path, std::uint32_t file_id = 1) {
    version_.path = std::move(path);
    version_.id = FileId{file_id};
    facts_.exprs.emplace_back();
    name("");
    atom(1, "<module>", [](Atom& a, FileBuilder&) { a.kind = AtomKind::module; });
    facts_.atoms[0].parent = kNone<AtomIndex>;
  }

  NameId name(std::string_view text) {
    const auto found = names_.find(std::string(text));
    if (found != names_.end()) return found->second;
    facts_.name_bytes.append(text);
    facts_.name_ends.push_back(static_cast<std::uint32_t>(facts_.name_bytes.size()));
    const NameId id{static_cast<std::uint32_t>(facts_.name_ends.size() - 1)};
    names_.emplace(text, id);
    return id;
  }

  using Setup = std::function<void(Atom&, FileBuilder&)>;
  /// Atom `id`, a child of the module, on line `line` of three lines, with `references` references.
  FileBuilder& atom(std::uint32_t id, std::string_view qualified, const Setup& setup = {},
                    std::uint32_t line = 1, std::uint32_t references = 0) {
    Atom a;
    a.name = name(qualified.substr(qualified.rfind('.') + 1));
    a.qualified_name = name(qualified);
    a.signature = name(std::string(qualified) + "()");
    a.body_hash = 1000 + id;
    a.parent = AtomIndex{0};
    a.start = {line, 1};
    a.end = {line + 2, 2};
    a.name_at = {line, 10};
    a.references = {static_cast<std::uint32_t>(facts_.references.size()), references};
    for (std::uint32_t i = 0; i < references; ++i) {
      Reference reference;
      reference.owner = AtomIndex{static_cast<std::uint32_t>(facts_.atoms.size())};
      reference.at = {line + 1, 3 + 10 * i};
      facts_.references.push_back(reference);
    }
    facts_.atoms.push_back(a);
    version_.atoms.push_back(AtomId{id});
    version_.versions.push_back(1);
    if (setup) setup(facts_.atoms.back(), *this);
    return *this;
  }

  FileBuilder& edge(std::uint32_t source, Relation relation, std::uint32_t target,
                    std::vector<Site> sites = {{0, Confidence::exact, 1}}) {
    edges_.push_back({source, relation, target, std::move(sites)});
    return *this;
  }
  FileBuilder& open(std::uint32_t source, std::string text, OpenReason reason,
                    std::string detail = "",
                    std::vector<Site> sites = {{0, Confidence::exact, 0}}) {
    opens_.push_back({source, std::move(text), reason, std::move(detail), std::move(sites)});
    return *this;
  }
  FileBuilder& hash(std::uint64_t low) {
    version_.hash = {0, low};
    return *this;
  }
  FileBuilder& versions(std::uint32_t version) {
    version_.versions.assign(version_.atoms.size(), version);
    return *this;
  }

  std::shared_ptr<FileVersion> build() {
    auto links = std::make_shared<FileLinks>();
    for (std::uint32_t i = 0; i < version_.atoms.size(); ++i) add_links(*links, AtomIndex{i});
    version_.links = links;
    version_.facts = std::make_shared<FileFacts>(facts_);
    return std::make_shared<FileVersion>(version_);
  }

 private:
  struct EdgeOf {
    std::uint32_t source;
    Relation relation;
    std::uint32_t target;
    std::vector<Site> sites;
  };
  struct OpenOf {
    std::uint32_t source;
    std::string text;
    OpenReason reason;
    std::string detail;
    std::vector<Site> sites;
  };

  static Range add_sites(FileLinks& links, const std::vector<Site>& sites) {
    const Range range{static_cast<std::uint32_t>(links.sites.size()),
                      static_cast<std::uint32_t>(sites.size())};
    links.sites.insert(links.sites.end(), sites.begin(), sites.end());
    return range;
  }

  void add_links(FileLinks& links, AtomIndex source) {
    const std::uint32_t id = raw(version_.atoms[raw(source)]);
    std::map<std::pair<Relation, std::uint32_t>, const EdgeOf*> sorted;
    for (const EdgeOf& e : edges_) {
      if (e.source == id) sorted[{e.relation, e.target}] = &e;
    }
    for (const auto& [key, e] : sorted) {
      Confidence best = Confidence::name;
      for (const Site& site : e->sites) best = std::min(best, site.confidence);
      links.edges.push_back(
          {source, e->relation, best, AtomId{e->target}, add_sites(links, e->sites)});
    }
    for (const OpenOf& o : opens_) {
      if (o.source != id) continue;
      links.details.push_back(o.detail);
      links.open.push_back({source, Relation::calls, o.reason, name(o.text),
                            static_cast<std::uint32_t>(links.details.size() - 1),
                            add_sites(links, o.sites)});
    }
  }

  FileVersion version_;
  FileFacts facts_;
  std::map<std::string, NameId> names_;
  std::vector<EdgeOf> edges_;
  std::vector<OpenOf> opens_;
};

inline std::uint32_t never(AtomId) {
  return 0;
}

}  // namespace dg::test
