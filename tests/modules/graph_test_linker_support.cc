#include "tests/modules/graph_test_linker_support.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "parser/parse.h"

namespace dg::testing_support {

LinkProject::LinkProject(std::map<std::string, std::string> sources, Numbering numbering) {
  Parser parser;
  for (auto& [path, text] : sources) {
    if (!language_of(path)) {
      configs_.set({path, text, false});
      continue;
    }
    Entry& entry = files_[path];
    entry.version.path = path;
    entry.version.facts = std::make_shared<const FileFacts>(parser.parse(path, text));
    entry.index = make_file_index(path, *entry.version.facts);
  }
  std::uint32_t next = 1;
  const auto number = [&](Entry& entry) {
    for (std::uint32_t a = 0; a < entry.version.facts->atoms.size(); ++a) {
      const AtomId id{next++};
      entry.version.atoms.push_back(id);
      ids_[id] = atom_id_text(entry.version, AtomIndex{a});
    }
  };
  if (numbering == Numbering::forward) {
    for (auto& [path, entry] : files_) number(entry);
  } else {
    for (auto at = files_.rbegin(); at != files_.rend(); ++at) number(at->second);
  }
  for (const auto& [path, entry] : files_) {
    for (const NamedMember& member : entry.index->named_members) {
      const AtomId id = entry.version.atoms[raw(member.atom)];
      members_[std::string(entry.version.facts->name(member.name))].emplace(id_text(id), id);
    }
  }
}

LinkSource::File LinkProject::file_at(std::string_view path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return {};
  return {&found->second.version, found->second.index.get()};
}

std::vector<AtomId> LinkProject::members_named(std::string_view name, std::size_t limit) const {
  const auto found = members_.find(name);
  if (found == members_.end()) return {};
  std::vector<AtomId> ids;
  for (const auto& [text, id] : found->second) {
    if (ids.size() <= limit) ids.push_back(id);
  }
  return ids;
}

std::vector<LinkSource::File> LinkProject::files_about(std::uint64_t topic) const {
  std::vector<File> files;
  for (const auto& [path, entry] : files_) {
    const std::vector<std::uint64_t>& topics = entry.index->topics;
    if (!std::binary_search(topics.begin(), topics.end(), topic)) continue;
    if (files.size() < kMaxFilesAbout) files.push_back({&entry.version, entry.index.get()});
  }
  return files;
}

FileLinks LinkProject::link(std::string_view path) const {
  const Entry& entry = files_.find(path)->second;
  return link_file(*this, entry.version, *entry.index);
}

std::vector<InterfaceItem> LinkProject::interface_items(std::string_view path) const {
  const Entry& entry = files_.find(path)->second;
  return interface_of(path, *entry.version.facts, *entry.index);
}

std::vector<std::string> LinkProject::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, entry] : files_) out.push_back(path);
  return out;
}

std::string LinkProject::id_text(AtomId id) const {
  return ids_.at(id);
}

namespace {
struct Line {
  Position at;
  std::string text;
  friend auto operator<=>(const Line&, const Line&) = default;
};

std::string place(const FileFacts& facts, const Atom& atom, std::uint32_t ordinal, Position& at) {
  if (ordinal == kNoOrdinal) return "-";
  at = facts.references[atom.references.begin + ordinal].at;
  return std::to_string(at.line) + ":" + std::to_string(at.col);
}
}  // namespace

std::vector<std::string> LinkProject::lines(std::string_view path, bool with_structure) const {
  const Entry& entry = files_.find(path)->second;
  const FileFacts& facts = *entry.version.facts;
  const FileLinks links = link(path);
  std::vector<Line> out;
  const auto add = [&](AtomIndex source, const std::string& middle, const Site& site) {
    const Atom& atom = facts.atoms[raw(source)];
    Line line;
    const std::string where = place(facts, atom, site.ordinal, line.at);
    line.text = std::string(facts.name(atom.qualified_name)) + " " + middle + " " + where;
    out.push_back(std::move(line));
  };
  for (const Edge& edge : links.edges) {
    const bool structure = edge.relation == Relation::contains ||
                           edge.relation == Relation::imports ||
                           edge.relation == Relation::reexports;
    if (structure && !with_structure) continue;
    for (std::uint32_t s = edge.sites.begin; s < edge.sites.begin + edge.sites.count; ++s) {
      const Site& site = links.sites[s];
      add(edge.source,
          std::string(to_string(edge.relation)) + " " + id_text(edge.target) + " " +
              std::string(to_string(site.confidence)) + " " +
              std::string(to_string(LinkRule{site.rule})),
          site);
    }
  }
  for (const OpenReference& open : links.open) {
    const bool structure =
        open.relation == Relation::imports || open.relation == Relation::reexports;
    if (structure && !with_structure) continue;
    const std::string& detail = links.details[open.detail];
    for (std::uint32_t s = open.sites.begin; s < open.sites.begin + open.sites.count; ++s) {
      add(open.source,
          "?" + std::string(to_string(open.relation)) + " " + std::string(facts.name(open.text)) +
              " " + std::string(to_string(open.reason)) + (detail.empty() ? "" : ":" + detail),
          links.sites[s]);
    }
  }
  std::sort(out.begin(), out.end());
  std::vector<std::string> texts;
  for (Line& line : out) texts.push_back(std::move(line.text));
  return texts;
}

std::string LinkProject::text(std::string_view path) const {
  std::string out;
  for (const std::string& line : lines(path, false)) out += line + "\n";
  return out;
}

std::vector<std::string> LinkProject::all() const {
  std::vector<std::string> out;
  for (const auto& [path, entry] : files_) {
    for (const std::string& line : lines(path, true)) out.push_back(path + "::" + line);
  }
  return out;
}

std::string links_of(std::map<std::string, std::string> sources, std::string_view path) {
  return LinkProject(std::move(sources)).text(path);
}

}  // namespace dg::testing_support
