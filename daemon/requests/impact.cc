/// \file
/// `impact`: who is reached when an atom changes: its callers, their callers, and so on.
///
///     params  {"atom", "depth", "relations", "confidence", "virtual", "lines", "limit", "cursor"}
///     answer  kAnswer, below
///
/// Sorted by (level, path, start). `cut` tells that there are more beyond `depth`. `via` is the
/// next atom on a shortest way back to the start, `sites` where the item's atom uses that.

#include "graph/queries/impact.h"

#include <unordered_map>

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/source_lines.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"atom": ATOM, "items": [{"atom": ATOM, "level", "via": id, "sites": [{"line", "col",
   "confidence", "rule", "line_text"}]}], "per_level": [3, 7],
   "files", "cut", "unresolved": {"possible", "elsewhere"}, PAGE}; sites with --lines
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      kAtomParameter,
      {"depth", "integer", "how many levels of callers (5)", false, "", 1, 1000},
      kRelationsParameter,
      kConfidenceParameter,
      kVirtualParameter,
      kLinesParameter,
      kLimitParameter,
      kCursorParameter};
  return all;
}

/// Where an atom uses another, for edges that were found already.
class WaysIn {
 public:
  WaysIn(const RequestContext& context, const EdgeFilter& filter)
      : snapshot_(*context.snapshot), filter_(filter), lines_(context, true) {}

  Json sites(AtomId source, AtomId target) {
    auto known = callers_.find(raw(target));
    if (known == callers_.end())
      known = callers_.emplace(raw(target), callers(snapshot_, target, filter_)).first;
    Json all = Json::array();
    for (const Neighbour& neighbour : known->second) {
      if (neighbour.source != source) continue;
      for (Json& site : sites_json(neighbour.sites)) all.push_back(std::move(site));
    }
    lines_.add_to(all, *snapshot_.atom(source).file);
    return all;
  }

 private:
  const Snapshot& snapshot_;
  EdgeFilter filter_;
  SourceLines lines_;
  std::unordered_map<std::uint32_t, std::vector<Neighbour>> callers_;  ///< By target.
};

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("impact", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("impact", *params, snapshot);
  if (!page) return page.error();
  const Result<AtomRef> atom = find_atom(snapshot, params->text("atom"));
  if (!atom) return atom.error();

  ImpactOptions options;
  options.filter = edge_filter(*params);
  options.filter.callbacks = !params->has("relations");
  options.max_depth = static_cast<std::uint32_t>(params->integer("depth", 5));
  const Impact impact = impact_of(snapshot, atom->id(), options);
  WaysIn ways(context, options.filter);
  Json items = Json::array();
  for (std::size_t i = page->offset; i < impact.atoms.size() && items.size() < page->limit; ++i) {
    const ImpactHit& hit = impact.atoms[i];
    const AtomRef via = snapshot.atom(hit.via);
    items.push_back({{"atom", atom_json(snapshot.atom(hit.id))},
                     {"level", hit.level},
                     {"via", atom_id_text(*via.file, via.index)}});
    if (params->flag("lines")) items.back()["sites"] = ways.sites(hit.id, hit.via);
  }
  Json result{{"atom", atom_json(*atom)}, {"items", std::move(items)}};
  add_page(result, *page, impact.atoms.size(), snapshot);
  result["per_level"] = impact.per_level;
  result["files"] = impact.files;
  result["cut"] = impact.cut;
  result["unresolved"] = mentions_json(snapshot.open_mentions(atom->name()));
  return with_freshness(std::move(result), context);
}

}  // namespace

Method impact_method() {
  return {"impact",     "who is reached when an atom changes: callers of callers",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
