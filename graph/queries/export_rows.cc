#include "graph/queries/export_rows.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace dg {
namespace {

/// Hands over the rows of one run of links with the same source, sorted.
template <typename Row, typename Less>
void hand_over(std::vector<Row>& rows, const Less& less,
               const std::function<void(const Row&)>& sink) {
  std::sort(rows.begin(), rows.end(), less);
  for (const Row& row : rows) sink(row);
  rows.clear();
}

void export_edges(const Snapshot& snapshot, const FileVersion& file, Confidence worst,
                  const std::function<void(const EdgeRow&)>& sink) {
  const auto less = [](const EdgeRow& a, const EdgeRow& b) {
    if (a.relation != b.relation) return a.relation < b.relation;
    if (a.site.at != b.site.at) return a.site.at < b.site.at;
    return reads_before(a.target, b.target);
  };
  std::vector<EdgeRow> rows;
  for (const Edge& edge : file.links->edges) {
    if (!rows.empty() && rows.front().source.index != edge.source) hand_over(rows, less, sink);
    const AtomRef source{&file, edge.source};
    const AtomRef target = snapshot.atom(edge.target);
    for (const PlacedSite& site : placed_sites(source, edge.sites)) {
      if (site.confidence <= worst) rows.push_back({source, target, edge.relation, site});
    }
  }
  hand_over(rows, less, sink);
}

/// The sites of a run of edges at which none of them is sure enough, as if nothing were known
/// there.
void add_unsure(const AtomRef& source, std::span<const Edge> edges, Confidence worst,
                std::vector<OpenRow>& rows) {
  const FileVersion& file = *source.file;
  const Range references = source.atom().references;
  std::vector<std::uint32_t> sure;
  std::vector<std::pair<std::uint32_t, Relation>> unsure;
  for (const Edge& edge : edges) {
    for (std::uint32_t i = edge.sites.begin; i < edge.sites.begin + edge.sites.count; ++i) {
      const Site& site = file.links->sites[i];
      if (site.ordinal >= references.count) continue;
      if (site.confidence > worst) {
        unsure.emplace_back(site.ordinal, edge.relation);
      } else if (edge.relation == Relation::calls || edge.relation == Relation::instantiates) {
        sure.push_back(site.ordinal);
      }
    }
  }
  std::sort(unsure.begin(), unsure.end());
  unsure.erase(std::unique(unsure.begin(), unsure.end()), unsure.end());
  for (const auto& [ordinal, relation] : unsure) {
    if (std::find(sure.begin(), sure.end(), ordinal) != sure.end()) continue;
    const Reference& reference = file.facts->references[references.begin + ordinal];
    rows.push_back({source,
                    relation,
                    source.text(reference.text),
                    OpenReason::unknown_receiver,
                    {},
                    PlacedSite{reference.at, Confidence::exact, 0, true}});
  }
}

void export_open(const FileVersion& file, Confidence worst,
                 const std::function<void(const OpenRow&)>& sink) {
  const auto less = [](const OpenRow& a, const OpenRow& b) {
    if (a.relation != b.relation) return a.relation < b.relation;
    if (a.site.at != b.site.at) return a.site.at < b.site.at;
    if (a.text != b.text) return a.text < b.text;
    return a.reason != b.reason ? a.reason < b.reason : a.detail < b.detail;
  };
  std::vector<OpenRow> rows;
  const std::vector<Edge>& edges = file.links->edges;
  const std::vector<OpenReference>& open = file.links->open;
  std::size_t edge = 0, next = 0;
  for (std::uint32_t a = 0; a < file.atoms.size(); ++a) {
    const AtomRef source{&file, AtomIndex{a}};
    const std::size_t first = edge;
    while (edge < edges.size() && edges[edge].source == source.index) ++edge;
    add_unsure(source, std::span(edges).subspan(first, edge - first), worst, rows);
    for (; next < open.size() && open[next].source == source.index; ++next) {
      for (const PlacedSite& site : placed_sites(source, open[next].sites)) {
        rows.push_back({source, open[next].relation, source.text(open[next].text),
                        open[next].reason, file.links->details[open[next].detail], site});
      }
    }
    hand_over(rows, less, sink);
  }
}

}  // namespace

void export_rows(const Snapshot& snapshot, Confidence worst, const ExportSink& sink) {
  const std::vector<FileVersionPtr> files = snapshot.files();
  if (sink.atom) {
    for (const FileVersionPtr& file : files) {
      for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
        sink.atom(AtomRef{file.get(), AtomIndex{i}});
      }
    }
  }
  if (sink.edge) {
    for (const FileVersionPtr& file : files) export_edges(snapshot, *file, worst, sink.edge);
  }
  if (sink.open) {
    for (const FileVersionPtr& file : files) export_open(*file, worst, sink.open);
  }
}

}  // namespace dg
