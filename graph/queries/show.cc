#include "graph/queries/show.h"

#include <algorithm>

#include "parser/check.h"

namespace dg {

AtomCard show_atom(const Snapshot& snapshot, AtomId atom) {
  AtomCard card;
  card.atom = snapshot.atom(atom);
  DG_ENFORCE(card.atom, "the caller has looked the atom up in this snapshot");
  const Atom& facts = card.atom.atom();
  card.id_text = atom_id_text(*card.atom.file, card.atom.index);
  card.version = card.atom.file->versions[raw(card.atom.index)];
  if (facts.parent != kNone<AtomIndex>) card.owner = card.atom.file->atoms[raw(facts.parent)];
  card.signature = card.atom.text(facts.signature);
  card.doc = card.atom.text(facts.doc);
  for (const Edge& edge : snapshot.edges(atom)) {
    ++card.outgoing[static_cast<std::size_t>(edge.relation)];
  }
  for (const InEdge& edge : snapshot.incoming(atom)) {
    ++card.incoming[static_cast<std::size_t>(edge.relation)];
  }
  for (const OpenReference& open : snapshot.open(atom)) card.open_sites += open.sites.count;
  card.mentions = snapshot.open_mentions(card.atom.name());
  return card;
}

std::vector<OpenUse> open_uses(const Snapshot& snapshot, AtomId atom) {
  const AtomRef source = snapshot.atom(atom);
  std::vector<OpenUse> uses;
  for (const OpenReference& open : snapshot.open(atom)) {
    uses.push_back({open.relation, source.text(open.text), open.reason,
                    source.file->links->details[open.detail], placed_sites(source, open.sites)});
  }
  std::stable_sort(uses.begin(), uses.end(), [](const OpenUse& a, const OpenUse& b) {
    const Position x = a.sites.empty() ? Position{} : a.sites.front().at;
    const Position y = b.sites.empty() ? Position{} : b.sites.front().at;
    return x < y;
  });
  return uses;
}

}  // namespace dg
