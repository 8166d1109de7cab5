#pragma once
/// \file
/// LinkCollector: gathers single links in any order and packs them into sorted FileLinks.

#include <cstdint>
#include <string>
#include <vector>

#include "events/file_version.h"

namespace dg {

class LinkCollector {
 public:
  void edge(AtomIndex source, Relation relation, AtomId target, Site site) {
    edges_.push_back({source, relation, target, site});
  }
  /// `detail` is an index into the texts that finish() is given.
  void open(AtomIndex source, Relation relation, NameId text, OpenReason reason,
            std::uint32_t detail, Site site) {
    open_.push_back({source, relation, text, reason, detail, site});
  }
  /// One edge per (source, relation, target) and one open reference per (source, relation, text,
  /// reason, detail); a site of an edge appears once, with its surest confidence. Texts are sorted,
  /// so that the result does not depend on the order in which they were met. O(n log n).
  FileLinks finish(std::vector<std::string> details, std::vector<std::uint64_t> keys);

 private:
  struct OneEdge {
    AtomIndex source;
    Relation relation;
    AtomId target;
    Site site;
    friend auto operator<=>(const OneEdge&, const OneEdge&) = default;
  };
  struct OneOpen {
    AtomIndex source;
    Relation relation;
    NameId text;
    OpenReason reason;
    std::uint32_t detail;
    Site site;
    friend auto operator<=>(const OneOpen&, const OneOpen&) = default;
  };
  void pack_edges(FileLinks& links);
  void pack_open(FileLinks& links);

  std::vector<OneEdge> edges_;
  std::vector<OneOpen> open_;
};

}  // namespace dg
