#include "graph/queries/stands_for.h"

#include <algorithm>
#include <optional>

#include "graph/queries/nameless.h"

namespace dg {
namespace {

/// What a variable was declared with; nothing where that may have been replaced since.
std::optional<ExprIndex> only_value(const AtomRef& variable) {
  const FileFacts& facts = *variable.file->facts;
  const auto names_it = [&](const Binding& binding) { return binding.atom == variable.index; };
  const auto binding = std::ranges::find_if(facts.bindings, names_it);
  if (binding == facts.bindings.end() || binding->reassigned || raw(binding->init) == 0) return {};
  ExprIndex value = binding->init;
  while (facts.exprs[raw(value)].kind == ExprKind::typed) {
    value = ExprIndex{facts.exprs[raw(value)].a};
  }
  return value;
}

/// Where the references to an expression as a value lead.
void add_targets(const Snapshot& snapshot, const FileVersion& file, ExprIndex value,
                 std::vector<AtomId>& targets) {
  const FileFacts& facts = *file.facts;
  for (std::uint32_t r = 0; r < facts.references.size(); ++r) {
    const Reference& reference = facts.references[r];
    if (reference.kind != ReferenceKind::value || reference.target != value) continue;
    const Atom& owner = facts.atoms[raw(reference.owner)];
    const std::uint32_t ordinal = r - owner.references.begin;
    for (const Edge& edge : snapshot.edges(file.atoms[raw(reference.owner)])) {
      const auto* const sites = file.links->sites.data() + edge.sites.begin;
      const bool here = std::any_of(sites, sites + edge.sites.count,
                                    [&](const Site& site) { return site.ordinal == ordinal; });
      if (here && edge.relation == Relation::references) targets.push_back(edge.target);
    }
  }
}

void add_whole_exports(const AtomRef& module, std::vector<AtomId>& targets) {
  for (std::uint32_t i = 1; i < module.file->atoms.size(); ++i) {
    const AtomRef atom{module.file, AtomIndex{i}};
    if (is_nameless_export(atom)) targets.push_back(atom.id());
  }
}

}  // namespace

std::vector<AtomId> stands_for(const Snapshot& snapshot, const AtomRef& atom) {
  std::vector<AtomId> targets;
  if (atom.atom().kind == AtomKind::module) {
    add_whole_exports(atom, targets);
  } else if (atom.atom().kind == AtomKind::variable) {
    if (const auto value = only_value(atom)) add_targets(snapshot, *atom.file, *value, targets);
  }
  std::erase(targets, atom.id());
  std::sort(targets.begin(), targets.end(), [&](AtomId a, AtomId b) {
    return ReadingOrder(snapshot.atom(a)) < ReadingOrder(snapshot.atom(b));
  });
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

}  // namespace dg
