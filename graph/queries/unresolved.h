#pragma once
/// \file
/// unresolved: references that have no target in the project, by the name they mention. The count
/// alone is Snapshot::open_mentions(), O(1); this lists them.

#include <functional>
#include <string_view>
#include <vector>

#include "graph/open_names.h"
#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

struct OpenSite {
  AtomId source{};
  Relation relation = Relation::calls;
  std::string_view text;
  OpenReason reason = OpenReason::global;
  std::string_view detail;
  PlacedSite site;
};

/// Open sites that mention the name last, sorted by (path, place). With `possible_only` without
/// those that leave the project. O(open references of the project).
std::vector<OpenSite> open_sites_mentioning(const Snapshot& snapshot, std::string_view name,
                                            bool possible_only);

/// All open sites of one file, of all files below a folder (with `/` at its end), or of the project
/// (empty), whose reason is wanted; sorted by (path, place).
std::vector<OpenSite> open_sites_below(const Snapshot& snapshot, std::string_view path,
                                       const std::function<bool(OpenReason)>& wanted);

}  // namespace dg
