#include "graph/queries/unresolved.h"

#include <algorithm>

#include "graph/open_names.h"

namespace dg {

namespace {

template <typename Wanted>
void add_sites(const FileVersion& file, const Wanted& wanted, std::vector<OpenSite>& found) {
  const std::size_t begin = found.size();
  for (const OpenReference& open : file.links->open) {
    const AtomRef source{&file, open.source};
    if (!wanted(source, open)) continue;
    for (const PlacedSite& site : placed_sites(source, open.sites)) {
      found.push_back({source.id(), open.relation, source.text(open.text), open.reason,
                       file.links->details[open.detail], site});
    }
  }
  std::sort(found.begin() + static_cast<std::ptrdiff_t>(begin), found.end(),
            [](const OpenSite& a, const OpenSite& b) {
              return a.site.at != b.site.at ? a.site.at < b.site.at : a.relation < b.relation;
            });
}

}  // namespace

std::vector<OpenSite> open_sites_mentioning(const Snapshot& snapshot, std::string_view name,
                                            bool possible_only) {
  std::vector<OpenSite> found;
  const auto wanted = [&](const AtomRef& source, const OpenReference& open) {
    if (possible_only && leaves_the_project(open.reason)) return false;
    return mentioned_name(source, open) == name;
  };
  for (const FileVersionPtr& file : snapshot.files()) add_sites(*file, wanted, found);
  return found;
}

std::vector<OpenSite> open_sites_below(const Snapshot& snapshot, std::string_view path,
                                       const std::function<bool(OpenReason)>& wanted) {
  std::vector<OpenSite> found;
  const auto of_reason = [&](const AtomRef&, const OpenReference& open) {
    return wanted(open.reason);
  };
  for (const FileVersionPtr& file : snapshot.files()) {
    const bool below =
        path.empty() || file->path == path || (path.ends_with('/') && file->path.starts_with(path));
    if (below) add_sites(*file, of_reason, found);
  }
  return found;
}

}  // namespace dg
