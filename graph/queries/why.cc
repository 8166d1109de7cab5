#include "graph/queries/why.h"

#include <algorithm>
#include <array>

#include "events/names.h"
#include "graph/queries/why_steps.h"
#include "graph/state_link_source.h"

namespace dg {
namespace {

class Explainer {
 public:
  Explainer(const Snapshot& snapshot, const AtomRef& from, const AtomRef& to)
      : source_(state_of(snapshot)), from_(from), to_(to) {}

  WhyEdge explain(const Edge& edge) {
    WhyEdge result{edge.relation, edge.confidence, {}};
    const FileLinks& links = *from_.file->links;
    for (std::uint32_t s = edge.sites.begin; s < edge.sites.begin + edge.sites.count; ++s) {
      const Site& site = links.sites[s];
      if (site.ordinal < from_.atom().references.count) {
        result.sites.push_back(at_reference(site));
      } else {
        without_reference(edge, site, result.sites);
      }
    }
    std::sort(result.sites.begin(), result.sites.end(),
              [](const WhySite& a, const WhySite& b) { return a.at < b.at; });
    return result;
  }

 private:
  const FileFacts& facts() const { return *from_.file->facts; }
  const FileIndex& index() const { return *source_.file_at(from_.file->path).index; }

  WhySite at_reference(const Site& site) {
    const Reference& reference = facts().references[from_.atom().references.begin + site.ordinal];
    WhySite result;
    result.at = reference.at;
    result.confidence = site.confidence;
    result.rule = static_cast<LinkRule>(site.rule);
    result.text = facts().name(reference.text);
    LinkTrace trace;
    Evaluator evaluator(source_, *from_.file, index());
    evaluator.trace_to(&trace);
    static_cast<void>(evaluator.callable(evaluator.eval(evaluator.own(), reference.target)));
    result.steps = steps_of(evaluator, trace);
    if (result.rule == LinkRule::member_name) {
      result.steps.push_back(
          {"member", "no other member of the project has the name " + in_backquotes(to_.name()),
           to_.file->path, to_.atom().name_at});
    }
    add_declaration(result.steps);
    return result;
  }

  /// The last step, where no other ends at the target.
  void add_declaration(std::vector<WhyStep>& steps) const {
    const Position at = to_.atom().name_at;
    if (!steps.empty() && steps.back().path == to_.file->path && steps.back().at == at) return;
    steps.push_back({"declaration",
                     std::string(to_string(to_.atom().kind)) + " " +
                         in_backquotes(to_.qualified_name()) + " is declared",
                     to_.file->path, at});
  }

  /// `contains`, `overrides`, `imports`, `reexports`: the file says it as a whole.
  void without_reference(const Edge& edge, const Site& site, std::vector<WhySite>& sites) {
    WhySite result{from_.atom().name_at, site.confidence, static_cast<LinkRule>(site.rule), {}, {}};
    if (edge.relation == Relation::imports || edge.relation == Relation::reexports) {
      Evaluator evaluator(source_, *from_.file, index());
      for (std::uint32_t i = 0; i < facts().imports.size(); ++i) {
        const Import& import = facts().imports[i];
        if ((import.kind == ImportKind::reexport) != (edge.relation == Relation::reexports)) {
          continue;
        }
        const Evaluator::Target target = evaluator.resolve(evaluator.own(), ImportIndex{i});
        if (target.file == nullptr || target.file->version->path != to_.file->path) continue;
        if (!sites.empty() && sites.back().at == import.at) continue;
        result.at = import.at;
        result.text = facts().name(import.specifier);
        result.steps = {{"import", in_backquotes(result.text) + " is " + to_.file->path,
                         from_.file->path, import.at}};
        sites.push_back(result);
      }
      return;
    }
    if (edge.relation == Relation::overrides) {
      LinkTrace trace;
      Evaluator evaluator(source_, *from_.file, index());
      evaluator.trace_to(&trace);
      const ShapeIndex shape = from_.atom().member_of;
      if (shape != kNone<ShapeIndex>) {
        static_cast<void>(evaluator.parent_of(evaluator.own(), facts().shapes[raw(shape)].atom));
      }
      result.steps = steps_of(evaluator, trace);
    }
    add_declaration(result.steps);
    sites.push_back(std::move(result));
  }

  StateLinkSource source_;
  AtomRef from_, to_;
};

}  // namespace

std::vector<WhyEdge> why(const Snapshot& snapshot, AtomId from, AtomId to) {
  Explainer explainer(snapshot, snapshot.atom(from), snapshot.atom(to));
  std::vector<WhyEdge> edges;
  for (const Edge& edge : snapshot.edges(from)) {
    if (edge.target == to) edges.push_back(explainer.explain(edge));
  }
  return edges;
}

std::string_view rule_text(LinkRule rule) noexcept {
  static constexpr std::array<std::string_view, 24> kTexts = {
      "no rule",
      "the name is declared in a scope around the site",
      "the name is imported",
      "the name is imported through a re-export",
      "a member of an imported namespace or a namespace",
      "the value of a required module",
      "a member of a required module",
      "a member of the object that this is",
      "a member inherited from a superclass",
      "a member of the superclass",
      "a member of an instance whose class is known",
      "a member of an object literal",
      "a static member",
      "a member of a prototype, or assigned to the object",
      "the value of an export",
      "the only member of that name in the project",
      "it is written inside",
      "an import of the file",
      "a member of the same name in a superclass",
      "a JSX element",
      "a decorator",
      "another name for a known value",
      "a member of the type that is declared for the value",
      "an import that only types need"};
  const auto at = static_cast<std::size_t>(rule);
  return at < kTexts.size() ? kTexts[at] : kTexts[0];
}

}  // namespace dg
