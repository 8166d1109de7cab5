/// \file
/// `path`: a shortest way from one atom to another.
///
///     params  {"from", "to", "relations", "confidence"}
///     answer  kAnswer, below
///
/// `unresolved` is about the name of `to`: a way may lead over one of those sites.

#include "graph/queries/path.h"

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"from": ATOM, "to": ATOM, "found", "items": [{"source": ATOM, "target": ATOM, "relation",
   "confidence", "sites": […]}], "total", "unresolved": {"possible", "elsewhere"}}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{{"from", "text", kAtomParameter.description, true},
                                          {"to", "text", kAtomParameter.description, true},
                                          kRelationsParameter,
                                          kConfidenceParameter};
  return all;
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("path", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<AtomRef> from = find_atom(snapshot, params->text("from"));
  if (!from) return from.error();
  const Result<AtomRef> to = find_atom(snapshot, params->text("to"));
  if (!to) return to.error();

  EdgeFilter filter = edge_filter(*params);
  filter.callbacks = !params->has("relations");
  const bool same = from->id() == to->id();
  Json items = Json::array();
  for (const Neighbour& step : shortest_path(snapshot, from->id(), to->id(), filter)) {
    items.push_back({{"source", atom_json(snapshot.atom(step.source))},
                     {"target", atom_json(snapshot.atom(step.target))},
                     {"relation", to_string(step.relation)},
                     {"confidence", to_string(step.confidence)},
                     {"sites", sites_json(step.sites)}});
  }
  Json result{
      {"from", atom_json(*from)}, {"to", atom_json(*to)}, {"found", same || !items.empty()}};
  result["total"] = items.size();
  result["items"] = std::move(items);
  result["unresolved"] = mentions_json(snapshot.open_mentions(to->name()));
  return with_freshness(std::move(result), context);
}

}  // namespace

Method path_method() {
  return {"path", "a shortest way from one atom to another", parameters(), answer, kAnswer, true};
}

}  // namespace dg
