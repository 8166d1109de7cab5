#include "graph/queries/options.h"

#include <algorithm>

namespace dg {
namespace {

bool is_function(AtomKind kind) noexcept {
  return kind == AtomKind::function || kind == AtomKind::arrow || kind == AtomKind::generator ||
         kind == AtomKind::method || kind == AtomKind::constructor;
}

/// Whether an edge leads to a function that stands in the code of another one and is used there.
bool is_callback(const AtomRef& atom, Relation relation) {
  if (!is_function(atom.atom().kind) || atom.atom().parent == kNone<AtomIndex>) return false;
  if (!is_function(atom.file->facts->atoms[raw(atom.atom().parent)].kind)) return false;
  const bool nameless = atom.name().starts_with('<');
  return relation == Relation::references || (relation == Relation::contains && nameless);
}

}  // namespace

bool EdgeFilter::has(const Snapshot& snapshot, AtomId target, Relation relation,
                     Confidence confidence) const {
  if (confidence > worst) return false;
  if (relations.has(relation)) return true;
  if (!relations.has(Relation::calls)) return false;
  const AtomRef atom = snapshot.atom(target);
  if (callbacks && is_callback(atom, relation)) return true;
  const AtomKind kind = atom.atom().kind;
  return relation == Relation::references && (kind == AtomKind::getter || kind == AtomKind::setter);
}

std::vector<PlacedSite> placed_sites(const AtomRef& source, Range sites) {
  const FileFacts& facts = *source.file->facts;
  const Atom& atom = source.atom();
  std::vector<PlacedSite> placed;
  placed.reserve(sites.count);
  for (std::uint32_t i = sites.begin; i < sites.begin + sites.count; ++i) {
    const Site& site = source.file->links->sites[i];
    const bool has_reference = site.ordinal < atom.references.count;
    const Position at =
        has_reference ? facts.references[atom.references.begin + site.ordinal].at : atom.name_at;
    placed.push_back({at, site.confidence, site.rule, has_reference});
  }
  std::sort(placed.begin(), placed.end());
  return placed;
}

bool reads_before(const AtomRef& a, const AtomRef& b) noexcept {
  return a.file == b.file ? a.index < b.index : a.file->path < b.file->path;
}

}  // namespace dg
