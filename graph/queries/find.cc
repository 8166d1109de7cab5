#include "graph/queries/find.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "graph/queries/nameless.h"
#include "graph/queries/options.h"
#include "graph/words.h"

namespace dg {
namespace {

NameMatch match_of(std::string_view name, std::string_view text) noexcept {
  if (name == text) return NameMatch::exact;
  if (!has_prefix(name, text)) return NameMatch::word;
  return name.size() == text.size() ? NameMatch::folded : NameMatch::prefix;
}

/// `Cart.pa` against `shop.Cart.pay`: the owner part must end the owner's qualified name.
std::optional<NameMatch> qualified_match(const AtomRef& atom, std::string_view text) noexcept {
  const std::string_view qualified = atom.qualified_name();
  if (qualified == text) return NameMatch::exact;
  const std::string_view owner_text = text.substr(0, text.rfind('.') + 1);
  const std::string_view member_text = text.substr(owner_text.size());
  const std::size_t owner_size = qualified.size() - std::min(qualified.size(), atom.name().size());
  if (!has_word(atom.name(), member_text) || owner_size < owner_text.size()) return std::nullopt;
  const std::size_t at = owner_size - owner_text.size();
  if (at != 0 && qualified[at - 1] != '.') return std::nullopt;
  if (!has_prefix(qualified.substr(at), owner_text)) return std::nullopt;
  return std::max(NameMatch::folded, match_of(atom.name(), member_text));
}

void keep_best_of_each(std::vector<FindHit>& hits) {
  std::sort(hits.begin(), hits.end(), [](const FindHit& a, const FindHit& b) {
    return std::tie(a.id, a.match) < std::tie(b.id, b.match);
  });
  const auto same = [](const FindHit& a, const FindHit& b) { return a.id == b.id; };
  hits.erase(std::unique(hits.begin(), hits.end(), same), hits.end());
}

/// Looks each atom up once: a hit on every file of a large project would else spend its time on
/// cache misses inside the comparisons.
void rank(const Snapshot& snapshot, std::vector<FindHit>& hits) {
  struct Ranked {
    FindHit hit;
    std::size_t length = 0;
    ReadingOrder place;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(hits.size());
  for (const FindHit& hit : hits) {
    const AtomRef atom = snapshot.atom(hit.id);
    ranked.push_back({hit, atom.name().size(), ReadingOrder(atom)});
  }
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    if (a.hit.match != b.hit.match) return a.hit.match < b.hit.match;
    return a.length != b.length ? a.length < b.length : a.place < b.place;
  });
  for (std::size_t i = 0; i < hits.size(); ++i) hits[i] = ranked[i].hit;
}

}  // namespace

std::vector<FindHit> find_by_name(const Snapshot& snapshot, std::string_view text) {
  std::vector<FindHit> hits;
  if (text.empty()) return hits;
  for (const AtomId id : snapshot.atoms_named(text)) hits.push_back({id, NameMatch::exact});
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) {
    for (const AtomId id : snapshot.atoms_with_word(text)) {
      hits.push_back({id, match_of(snapshot.atom(id).name(), text)});
    }
  } else if (dot + 1 < text.size()) {
    for (const AtomId id : snapshot.atoms_with_word(text.substr(dot + 1))) {
      if (const auto match = qualified_match(snapshot.atom(id), text)) hits.push_back({id, *match});
    }
  }
  for (const AtomId id : nameless_exports(snapshot, text)) hits.push_back({id, NameMatch::file});
  keep_best_of_each(hits);
  rank(snapshot, hits);
  return hits;
}

}  // namespace dg
