#include "tests/support/scenario_truth.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "events/names.h"
#include "graph/queries/options.h"

namespace dg {
namespace {

/// The atom, and those that override it, however far down.
std::vector<AtomRef> with_overriding(const Snapshot& snapshot, AtomId target) {
  std::vector<AtomRef> found{snapshot.atom(target)};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const InEdge& in : snapshot.incoming(found[i].id())) {
      if (in.relation == Relation::overrides) found.push_back(snapshot.atom(in.source));
    }
  }
  return found;
}

bool is_called(const AtomRef& atom, const std::string& said) {
  const std::string_view qualified = atom.qualified_name();
  if (atom.name() == said || qualified == said) return true;
  if (atom.atom().kind == AtomKind::constructor) {
    const std::string whole = said + ".constructor";
    return qualified == whole || qualified.ends_with("." + whole);
  }
  return qualified.ends_with("." + said);
}

struct Line {
  std::vector<std::string> said;
  std::set<AtomId> called;
};

std::map<std::uint32_t, Line> said_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::map<std::uint32_t, Line> lines;
  std::string text;
  for (std::uint32_t number = 1; std::getline(in, text); ++number) {
    const std::size_t mark = text.find("//! ");
    if (mark == std::string::npos) continue;
    std::istringstream words(text.substr(mark + 4));
    for (std::string word; words >> word;) lines[number].said.push_back(word);
  }
  return lines;
}

void add_called(const Snapshot& snapshot, const FileVersion& file,
                std::map<std::uint32_t, Line>& lines) {
  EdgeFilter filter;
  filter.worst = Confidence::inferred;
  for (const AtomId id : file.atoms) {
    const AtomRef source = snapshot.atom(id);
    for (const Edge& edge : snapshot.edges(id)) {
      if (!filter.has(snapshot, edge.target, edge.relation, edge.confidence)) continue;
      for (const PlacedSite& site : placed_sites(source, edge.sites)) {
        if (site.confidence <= filter.worst) lines[site.at.line].called.insert(edge.target);
      }
    }
  }
}

}  // namespace

std::vector<std::string> compare_with_truth(const Snapshot& snapshot,
                                            const std::filesystem::path& root,
                                            const std::string& path) {
  const FileVersionPtr file = snapshot.file_at(path);
  std::map<std::uint32_t, Line> lines = said_in(root / path);
  if (file == nullptr || lines.empty()) throw std::runtime_error(path + " says nothing");
  add_called(snapshot, *file, lines);
  std::vector<std::string> differences;
  for (const auto& [number, line] : lines) {
    std::vector<bool> met(line.said.size(), false);
    for (const AtomId target : line.called) {
      bool meant = false;
      for (const AtomRef& atom : with_overriding(snapshot, target)) {
        for (std::size_t i = 0; i < line.said.size(); ++i) {
          if (!is_called(atom, line.said[i])) continue;
          met[i] = true;
          meant = true;
        }
      }
      const AtomRef atom = snapshot.atom(target);
      if (!meant) {
        differences.push_back(std::to_string(number) + " has " +
                              atom_id_text(*atom.file, atom.index));
      }
    }
    for (std::size_t i = 0; i < line.said.size(); ++i) {
      if (!met[i]) differences.push_back(std::to_string(number) + " misses " + line.said[i]);
    }
  }
  return differences;
}

}  // namespace dg
