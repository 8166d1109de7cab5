/// \file
/// `why` and `why-not`: how an edge came about, and what stands in the way of one that is not
/// there.
///
///     params  {"from", "to"}
///     answer  kWhyAnswer, kWhyNotAnswer, below
///
/// Nothing of the explanation is stored: the linker is asked again about these sites.

#include "graph/queries/why.h"

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "graph/queries/why_not.h"

namespace dg {
namespace {

constexpr const char* kWhyAnswer =
    R"(  {"from": ATOM, "to": ATOM, "found", "items": [{"relation", "confidence", "sites": [{"file",
   "line", "col", "text", "confidence", "rule", "rule_text", "steps": [{"kind", "text", "file",
   "line", "col"}]}]}], "total"}
)";
constexpr const char* kWhyNotAnswer =
    R"(  {"from": ATOM, "to": ATOM, "found", "items": [{"kind", "text", "file", "line", "col"}],
   "total", "relations": ["calls"]}; found tells that there is an edge after all
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{{"from", "text", kAtomParameter.description, true},
                                          {"to", "text", kAtomParameter.description, true}};
  return all;
}

struct Ends {
  AtomRef from, to;
};

Result<Ends> ends_of(std::string_view method, const Snapshot& snapshot, const Json& given) {
  const Result<Params> params = Params::check(method, parameters(), given);
  if (!params) return params.error();
  const Result<AtomRef> from = find_atom(snapshot, params->text("from"));
  if (!from) return from.error();
  const Result<AtomRef> to = find_atom(snapshot, params->text("to"));
  if (!to) return to.error();
  return Ends{*from, *to};
}

Json step_json(const WhyStep& step) {
  return {{"kind", step.kind},
          {"text", step.text},
          {"file", step.path},
          {"line", step.at.line},
          {"col", step.at.col}};
}

Json site_json(const AtomRef& from, const WhySite& site) {
  Json steps = Json::array();
  for (const WhyStep& step : site.steps) steps.push_back(step_json(step));
  return {{"file", from.file->path},
          {"line", site.at.line},
          {"col", site.at.col},
          {"text", site.text},
          {"confidence", to_string(site.confidence)},
          {"rule", to_string(site.rule)},
          {"rule_text", rule_text(site.rule)},
          {"steps", std::move(steps)}};
}

Result<Json> answer_why(const RequestContext& context, const Json& given) {
  const Snapshot& snapshot = *context.snapshot;
  const Result<Ends> ends = ends_of("why", snapshot, given);
  if (!ends) return ends.error();
  Json items = Json::array();
  for (const WhyEdge& edge : why(snapshot, ends->from.id(), ends->to.id())) {
    Json sites = Json::array();
    for (const WhySite& site : edge.sites) sites.push_back(site_json(ends->from, site));
    items.push_back({{"relation", to_string(edge.relation)},
                     {"confidence", to_string(edge.confidence)},
                     {"sites", std::move(sites)}});
  }
  Json result{{"from", atom_json(ends->from)},
              {"to", atom_json(ends->to)},
              {"found", !items.empty()},
              {"total", items.size()}};
  result["items"] = std::move(items);
  return with_freshness(std::move(result), context);
}

Result<Json> answer_why_not(const RequestContext& context, const Json& given) {
  const Snapshot& snapshot = *context.snapshot;
  const Result<Ends> ends = ends_of("why-not", snapshot, given);
  if (!ends) return ends.error();
  Json relations = Json::array(), items = Json::array();
  for (const Edge& edge : snapshot.edges(ends->from.id())) {
    // An edge by name alone is none in other answers, and is among the findings.
    const bool counts = edge.relation != Relation::contains && edge.confidence != Confidence::name;
    if (edge.target == ends->to.id() && counts) relations.push_back(to_string(edge.relation));
  }
  if (relations.empty()) {
    for (const WhyStep& step : why_not(snapshot, ends->from.id(), ends->to.id())) {
      items.push_back(step_json(step));
    }
  }
  Json result{{"from", atom_json(ends->from)},
              {"to", atom_json(ends->to)},
              {"found", !relations.empty()},
              {"total", items.size()}};
  result["items"] = std::move(items);
  result["relations"] = std::move(relations);
  return with_freshness(std::move(result), context);
}

}  // namespace

Method why_method() {
  return {"why",        "how an edge came about: site, rule, imports and types",
          parameters(), answer_why,
          kWhyAnswer,   true};
}

Method why_not_method() {
  return {"why-not",     "why there is no edge from one atom to another",
          parameters(),  answer_why_not,
          kWhyNotAnswer, true};
}

}  // namespace dg
