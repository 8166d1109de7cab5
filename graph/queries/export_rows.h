#pragma once
/// \file
/// export: the whole graph as rows, in an order that depends on the sources alone.

#include <functional>
#include <string_view>

#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// One edge at one of its sites.
struct EdgeRow {
  AtomRef source, target;
  Relation relation = Relation::calls;
  PlacedSite site;
};

/// One open reference at one of its sites.
struct OpenRow {
  AtomRef source;
  Relation relation = Relation::calls;
  std::string_view text;
  OpenReason reason = OpenReason::global;
  std::string_view detail;
  PlacedSite site;
};

/// Whoever takes the rows; what is empty is not computed.
struct ExportSink {
  std::function<void(const AtomRef&)> atom;  ///< Sorted by (path, start).
  std::function<void(const EdgeRow&)> edge;  ///< By (source, relation, site, target).
  std::function<void(const OpenRow&)> open;  ///< By (source, relation, site, text).
};

/// All atoms, then all edges, then all open references. A site of an edge that is less sure than
/// `worst` is an open reference whose receiver is unknown, unless a surer edge stands at it.
/// Sources and targets are compared by (path, start). O(graph), with a constant amount of memory
/// beside the list of files.
void export_rows(const Snapshot& snapshot, Confidence worst, const ExportSink& sink);

}  // namespace dg
