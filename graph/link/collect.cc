#include "graph/link/collect.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace dg {

void LinkCollector::pack_edges(FileLinks& links) {
  std::sort(edges_.begin(), edges_.end());
  for (const OneEdge& one : edges_) {
    const auto site = static_cast<std::uint32_t>(links.sites.size());
    const bool same = !links.edges.empty() && links.edges.back().source == one.source &&
                      links.edges.back().relation == one.relation &&
                      links.edges.back().target == one.target;
    if (!same) {
      links.edges.push_back({one.source, one.relation, one.site.confidence, one.target, {site, 0}});
    } else if (links.sites.back().ordinal == one.site.ordinal) {
      continue;
    }
    Edge& edge = links.edges.back();
    edge.confidence = std::min(edge.confidence, one.site.confidence);
    ++edge.sites.count;
    links.sites.push_back(one.site);
  }
}

void LinkCollector::pack_open(FileLinks& links) {
  std::sort(open_.begin(), open_.end());
  for (const OneOpen& one : open_) {
    const auto site = static_cast<std::uint32_t>(links.sites.size());
    const bool same =
        !links.open.empty() && links.open.back().source == one.source &&
        links.open.back().relation == one.relation && links.open.back().text == one.text &&
        links.open.back().reason == one.reason && links.open.back().detail == one.detail;
    if (!same) {
      links.open.push_back({one.source, one.relation, one.reason, one.text, one.detail, {site, 0}});
    } else if (links.sites.back().ordinal == one.site.ordinal) {
      continue;
    }
    ++links.open.back().sites.count;
    links.sites.push_back(one.site);
  }
}

FileLinks LinkCollector::finish(std::vector<std::string> details, std::vector<std::uint64_t> keys) {
  // Only texts that an open reference mentions are kept, sorted; [0] stays the empty one.
  std::vector<std::uint32_t> used;
  for (const OneOpen& one : open_) used.push_back(one.detail);
  std::sort(used.begin(), used.end(),
            [&](std::uint32_t a, std::uint32_t b) { return details[a] < details[b]; });
  used.erase(std::unique(used.begin(), used.end()), used.end());
  FileLinks links;
  std::vector<std::uint32_t> rank(details.size(), 0);
  for (const std::uint32_t text : used) {
    if (text == 0) continue;
    rank[text] = static_cast<std::uint32_t>(links.details.size());
    links.details.push_back(std::move(details[text]));
  }
  for (OneOpen& one : open_) one.detail = rank[one.detail];
  links.edges.reserve(edges_.size());
  links.sites.reserve(edges_.size() + open_.size());
  pack_edges(links);
  pack_open(links);
  links.edges.shrink_to_fit();
  links.sites.shrink_to_fit();
  links.depends_on = std::move(keys);
  return links;
}

}  // namespace dg
