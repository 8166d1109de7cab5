#include "graph/queries/unresolved.h"

#include <algorithm>

#include "graph/open_names.h"

namespace dg {

std::vector<OpenSite> open_sites_mentioning(const Snapshot& snapshot, std::string_view name,
                                            bool possible_only) {
  std::vector<OpenSite> found;
  for (const FileVersionPtr& file : snapshot.files()) {
    const std::size_t begin = found.size();
    for (const OpenReference& open : file->links->open) {
      if (possible_only && leaves_the_project(open.reason)) continue;
      const AtomRef source{file.get(), open.source};
      if (mentioned_name(source, open) != name) continue;
      for (const PlacedSite& site : placed_sites(source, open.sites)) {
        found.push_back({source.id(), open.relation, source.text(open.text), open.reason,
                         file->links->details[open.detail], site});
      }
    }
    std::sort(found.begin() + static_cast<std::ptrdiff_t>(begin), found.end(),
              [](const OpenSite& a, const OpenSite& b) {
                return a.site.at != b.site.at ? a.site.at < b.site.at : a.relation < b.relation;
              });
  }
  return found;
}

}  // namespace dg
