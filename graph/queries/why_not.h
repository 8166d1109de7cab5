#pragma once
/// \file
/// why-not: what can be said about an edge that is not there.

#include <vector>

#include "graph/queries/why.h"

namespace dg {

/// Findings, the most telling first; never empty. `kind` is one of: site (a site of `from` mentions
/// the name, and means something else), shadowed (a local name hides it), by_name (the site matches
/// by name alone), nested (a function inside of `from` has the edge), not_exported, not_imported,
/// reverse (`to` uses `from`), path (there is a longer way), no_mention.
std::vector<WhyStep> why_not(const Snapshot& snapshot, AtomId from, AtomId to);

/// What a reason means, as a clause; `detail` is the package of an external one.
std::string reason_text(OpenReason reason, std::string_view detail);

}  // namespace dg
