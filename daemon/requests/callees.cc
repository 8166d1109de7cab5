/// \file
/// `callees`: what an atom calls, constructs or otherwise uses.
///
///     params  {"atom", "relations", "confidence", "virtual", "limit", "cursor"}
///     answer  kAnswer, below
///
/// Items are sorted by first site; all sites are in the file of `atom`. `open` lists, at most
/// `limit` of them, the atom's own references of these relations without a target in the project.

#include <algorithm>

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/source_lines.h"
#include "graph/queries/callers.h"
#include "graph/queries/show.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"atom": ATOM, "items": [{"atom": ATOM, "relation", "confidence", "declared": id, "sites":
   [{"line", "col", "confidence", "rule", "line_text"}]}], "open": [{"text", "relation", "reason", "detail",
   "sites": [{"line", "col", "line_text"}]}], "unresolved": {"sites"}, "less_sure": 2, PAGE}; line_text
   with --lines
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      kAtomParameter,  kRelationsParameter, kConfidenceParameter, kVirtualParameter,
      kLinesParameter, kLimitParameter,     kCursorParameter};
  return all;
}

Json open_json(const OpenUse& use, SourceLines& lines, const FileVersion& file) {
  Json sites = Json::array();
  for (const PlacedSite& site : use.sites)
    sites.push_back({{"line", site.at.line}, {"col", site.at.col}});
  lines.add_to(sites, file);
  return {{"text", use.text},
          {"relation", to_string(use.relation)},
          {"reason", to_string(use.reason)},
          {"detail", use.detail},
          {"sites", std::move(sites)}};
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("callees", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("callees", *params, snapshot);
  if (!page) return page.error();
  const Result<AtomRef> atom = find_atom(snapshot, params->text("atom"));
  if (!atom) return atom.error();

  const EdgeFilter filter = edge_filter(*params);
  const std::vector<Neighbour> all = callees(snapshot, atom->id(), filter);
  SourceLines lines(context, params->flag("lines"));
  Json items = Json::array();
  for (std::size_t i = page->offset; i < all.size() && items.size() < page->limit; ++i) {
    Json sites = sites_json(all[i].sites);
    lines.add_to(sites, *atom->file);
    items.push_back({{"atom", atom_json(snapshot.atom(all[i].target))},
                     {"relation", to_string(all[i].relation)},
                     {"confidence", to_string(all[i].confidence)},
                     {"sites", std::move(sites)}});
    add_declared(items.back(), snapshot, all[i]);
  }
  const auto edges = snapshot.edges(atom->id());
  const auto less_sure = std::count_if(edges.begin(), edges.end(), [&](const Edge& edge) {
    return filter.relations.has(edge.relation) && edge.confidence > filter.worst;
  });
  Json open = Json::array();
  std::size_t open_sites = 0;
  for (const OpenUse& use : open_uses(snapshot, atom->id())) {
    if (!filter.relations.has(use.relation)) continue;
    open_sites += use.sites.size();
    if (open.size() < page->limit) open.push_back(open_json(use, lines, *atom->file));
  }
  Json result{{"atom", atom_json(*atom)}, {"items", std::move(items)}};
  add_page(result, *page, all.size(), snapshot);
  result["open"] = std::move(open);
  result["unresolved"] = {{"sites", open_sites}};
  result["less_sure"] = less_sure;
  return with_freshness(std::move(result), context);
}

}  // namespace

Method callees_method() {
  return {"callees",    "what an atom calls, constructs or otherwise uses",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
