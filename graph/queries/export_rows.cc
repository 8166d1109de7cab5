#include "graph/queries/export_rows.h"

#include <algorithm>
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

void export_edges(const Snapshot& snapshot, const FileVersion& file,
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
      rows.push_back({source, target, edge.relation, site});
    }
  }
  hand_over(rows, less, sink);
}

void export_open(const FileVersion& file, const std::function<void(const OpenRow&)>& sink) {
  const auto less = [](const OpenRow& a, const OpenRow& b) {
    if (a.relation != b.relation) return a.relation < b.relation;
    if (a.site.at != b.site.at) return a.site.at < b.site.at;
    if (a.text != b.text) return a.text < b.text;
    return a.reason != b.reason ? a.reason < b.reason : a.detail < b.detail;
  };
  std::vector<OpenRow> rows;
  for (const OpenReference& open : file.links->open) {
    if (!rows.empty() && rows.front().source.index != open.source) hand_over(rows, less, sink);
    const AtomRef source{&file, open.source};
    for (const PlacedSite& site : placed_sites(source, open.sites)) {
      rows.push_back({source, open.relation, source.text(open.text), open.reason,
                      file.links->details[open.detail], site});
    }
  }
  hand_over(rows, less, sink);
}

}  // namespace

void export_rows(const Snapshot& snapshot, const ExportSink& sink) {
  const std::vector<FileVersionPtr> files = snapshot.files();
  if (sink.atom) {
    for (const FileVersionPtr& file : files) {
      for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
        sink.atom(AtomRef{file.get(), AtomIndex{i}});
      }
    }
  }
  if (sink.edge) {
    for (const FileVersionPtr& file : files) export_edges(snapshot, *file, sink.edge);
  }
  if (sink.open) {
    for (const FileVersionPtr& file : files) export_open(*file, sink.open);
  }
}

}  // namespace dg
