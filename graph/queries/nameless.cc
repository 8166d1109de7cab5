#include "graph/queries/nameless.h"

#include <algorithm>

#include "graph/queries/options.h"

namespace dg {
namespace {

/// What the extractor calls them.
constexpr std::string_view kNames[] = {"module.exports", "default"};

}  // namespace

std::string_view name_of_file(std::string_view path) noexcept {
  const auto last_part = [](std::string_view text) {
    const std::size_t slash = text.rfind('/');
    return slash == std::string_view::npos ? text : text.substr(slash + 1);
  };
  const std::string_view file = last_part(path);
  const std::string_view stem = file.substr(0, file.find('.'));
  if (stem != "index" || file.size() == path.size()) return stem;
  return last_part(path.substr(0, path.size() - file.size() - 1));
}

bool is_nameless_export(const AtomRef& atom) noexcept {
  return atom.atom().parent == AtomIndex{0} &&
         (atom.name() == kNames[0] || atom.name() == kNames[1]);
}

std::vector<AtomId> nameless_exports(const Snapshot& snapshot, std::string_view file_name) {
  std::vector<AtomId> found;
  if (file_name.empty()) return found;
  for (const std::string_view name : kNames) {
    for (const AtomId id : snapshot.atoms_named(name)) {
      const AtomRef atom = snapshot.atom(id);
      if (is_nameless_export(atom) && name_of_file(atom.file->path) == file_name)
        found.push_back(id);
    }
  }
  std::sort(found.begin(), found.end(),
            [&](AtomId a, AtomId b) { return reads_before(snapshot.atom(a), snapshot.atom(b)); });
  return found;
}

}  // namespace dg
