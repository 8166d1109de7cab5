#pragma once
/// \file
/// Which atom a question is about, and which edges it looks at.

#include <string>
#include <string_view>

#include "daemon/requests/answer.h"
#include "graph/queries/callers.h"
#include "graph/queries/options.h"

namespace dg {

/// An id, `file:line[:col]`, a file, a qualified or a bare name (graph/queries/resolve.h).
extern const Parameter kAtomParameter;
extern const Parameter kRelationsParameter;
extern const Parameter kConfidenceParameter;
extern const Parameter kVirtualParameter;

/// The one atom that `spec` means. More than one: ambiguous, with the first 20 as candidates. None:
/// not_found, with up to 5 atoms whose names are near as candidates.
Result<AtomRef> find_atom(const Snapshot& snapshot, const std::string& spec);

/// `relations` (default: calls and instantiates), `confidence` (default: inferred) and `virtual`.
EdgeFilter edge_filter(const Params& params);

/// {"possible", "elsewhere"}: sites without a target that mention the name last, those that may
/// mean an atom of the project and those that lead out of it for certain.
Json mentions_json(const OpenMentions& mentions);

/// [{"line", "col", "confidence", "rule"}]: `rule` is the LinkRule that made the edge.
Json sites_json(const std::vector<PlacedSite>& sites);

/// Adds "declared", the id of the member that the sites name, where that is overridden by the one
/// that the answer is about.
void add_declared(Json& item, const Snapshot& snapshot, const Neighbour& neighbour);

}  // namespace dg
