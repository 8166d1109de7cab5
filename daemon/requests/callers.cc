/// \file
/// `callers`: who calls, constructs or otherwise uses an atom.
///
///     params  {"atom", "relations", "confidence", "virtual", "unresolved", "lines", "limit",
///     "cursor"} answer  kAnswer, below
///
/// Items are sorted by (path, start, relation); sites are in the item's file. `other_relations`
/// counts incoming edges of relations that were not asked for, `less_sure` those that are less sure
/// than asked for. `stands_for`: what the atom is only another name of. `unresolved.sites` is there
/// when asked for: the sites that may mean this atom, at most `limit`, as {"source", "place",
/// "relation", "text", "reason"}.

#include "graph/queries/callers.h"

#include <algorithm>

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/source_lines.h"
#include "graph/queries/stands_for.h"
#include "graph/queries/unresolved.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"atom": ATOM, "items": [{"atom": ATOM, "relation", "confidence", "declared": id, "sites":
   [{"line", "col", "confidence", "rule", "line_text"}]}], "other_relations": {"references": 2}, "less_sure": 2,
   "stands_for": [{"atom": ATOM, "callers"}], "unresolved": {"possible", "elsewhere", "sites": […]},
   PAGE}; line_text with --lines
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      kAtomParameter,
      kRelationsParameter,
      kConfidenceParameter,
      kVirtualParameter,
      {"unresolved", "boolean", "list the unresolved sites that may mean this atom"},
      kLinesParameter,
      kLimitParameter,
      kCursorParameter};
  return all;
}

Json left_out(const Snapshot& snapshot, AtomId target, const EdgeFilter& filter) {
  Json counts = Json::object();
  for (const InEdge& edge : snapshot.incoming(target)) {
    if (filter.relations.has(edge.relation)) continue;
    Json& count = counts[std::string(to_string(edge.relation))];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  return counts;
}

/// Edges of the relations asked for that are less sure than asked for.
std::size_t less_sure(const Snapshot& snapshot, AtomId target, const EdgeFilter& filter) {
  const auto edges = snapshot.incoming(target);
  return static_cast<std::size_t>(std::count_if(edges.begin(), edges.end(), [&](const InEdge& e) {
    return filter.relations.has(e.relation) && e.confidence > filter.worst;
  }));
}

Json mentioning_sites(const Snapshot& snapshot, std::string_view name, std::size_t limit) {
  Json list = Json::array();
  for (const OpenSite& open : open_sites_mentioning(snapshot, name, true)) {
    if (list.size() == limit) break;
    const AtomRef source = snapshot.atom(open.source);
    list.push_back({{"source", atom_id_text(*source.file, source.index)},
                    {"place", place_text(source.file->path, open.site.at)},
                    {"relation", to_string(open.relation)},
                    {"text", open.text},
                    {"reason", to_string(open.reason)}});
  }
  return list;
}

/// Whose callers may have been meant: an atom that this one is only another name of.
Json stood_for(const Snapshot& snapshot, const AtomRef& atom, const EdgeFilter& filter) {
  Json list = Json::array();
  for (const AtomId id : stands_for(snapshot, atom)) {
    list.push_back({{"atom", atom_json(snapshot.atom(id))},
                    {"callers", callers(snapshot, id, filter).size()}});
  }
  return list;
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("callers", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("callers", *params, snapshot);
  if (!page) return page.error();
  const Result<AtomRef> atom = find_atom(snapshot, params->text("atom"));
  if (!atom) return atom.error();

  const EdgeFilter filter = edge_filter(*params);
  const std::vector<Neighbour> all = callers(snapshot, atom->id(), filter);
  SourceLines lines(context, params->flag("lines"));
  Json items = Json::array();
  for (std::size_t i = page->offset; i < all.size() && items.size() < page->limit; ++i) {
    const AtomRef source = snapshot.atom(all[i].source);
    Json sites = sites_json(all[i].sites);
    lines.add_to(sites, *source.file);
    items.push_back({{"atom", atom_json(source)},
                     {"relation", to_string(all[i].relation)},
                     {"confidence", to_string(all[i].confidence)},
                     {"sites", std::move(sites)}});
    add_declared(items.back(), snapshot, all[i]);
  }
  Json result{{"atom", atom_json(*atom)}, {"items", std::move(items)}};
  add_page(result, *page, all.size(), snapshot);
  result["other_relations"] = left_out(snapshot, atom->id(), filter);
  result["less_sure"] = less_sure(snapshot, atom->id(), filter);
  result["stands_for"] = stood_for(snapshot, *atom, filter);
  result["unresolved"] = mentions_json(snapshot.open_mentions(atom->name()));
  if (params->flag("unresolved")) {
    result["unresolved"]["sites"] = mentioning_sites(snapshot, atom->name(), page->limit);
  }
  return with_freshness(std::move(result), context);
}

}  // namespace

Method callers_method() {
  return {"callers",    "who calls, constructs or otherwise uses an atom",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
