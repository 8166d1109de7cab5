#include "graph/queries/name_at.h"

#include <algorithm>

namespace dg {
namespace {

/// Lead bytes count once, those of four-byte sequences twice.
std::uint32_t utf16_units(std::string_view text) {
  std::uint32_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0u) != 0x80u) units += byte >= 0xf0u ? 2 : 1;
  }
  return units;
}

/// `pay` of `cart.pay` and of `this.#pay`.
std::string_view last_part(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

bool covers(Position begin, std::uint32_t units, Position place) {
  return begin.line == place.line && begin.col <= place.col && place.col <= begin.col + units;
}

/// The reference of `owner` whose last name stands at the place; of several the first.
const Reference* reference_at(const AtomRef& owner, Position place) {
  const FileFacts& facts = *owner.file->facts;
  const Range range = owner.atom().references;
  for (std::uint32_t i = range.begin; i < range.begin + range.count; ++i) {
    const Reference& reference = facts.references[i];
    if (covers(reference.at, utf16_units(last_part(facts.name(reference.text))), place))
      return &reference;
  }
  return nullptr;
}

std::vector<AtomId> targets_at(const Snapshot& snapshot, AtomId owner, Position at) {
  EdgeFilter every;
  every.relations = RelationSet::all();
  std::vector<Neighbour> found;
  for (Neighbour& edge : callees(snapshot, owner, every)) {
    const bool here = std::any_of(edge.sites.begin(), edge.sites.end(), [&](const PlacedSite& s) {
      return s.has_reference && s.at == at;
    });
    if (here) found.push_back(std::move(edge));
  }
  std::stable_sort(found.begin(), found.end(), [](const Neighbour& a, const Neighbour& b) {
    return a.confidence < b.confidence;
  });
  std::vector<AtomId> targets;
  for (const Neighbour& edge : found) {
    if (std::find(targets.begin(), targets.end(), edge.target) == targets.end())
      targets.push_back(edge.target);
  }
  return targets;
}

std::optional<NameAt> declaration(const AtomRef& atom, Position place) {
  const std::string_view name = atom.name();
  const std::uint32_t units = utf16_units(name);
  if (name.starts_with('<') || !covers(atom.atom().name_at, units, place)) return std::nullopt;
  return NameAt{atom.atom().name_at, units, std::string(name), true, {atom.id()}};
}

}  // namespace

std::optional<NameAt> name_at(const Snapshot& snapshot, std::string_view path, Position place) {
  AtomRef owner = snapshot.atom_at(path, place);
  // A name may end where its atom does: `export const pay` has no more.
  if (!owner && place.col > 1) owner = snapshot.atom_at(path, {place.line, place.col - 1});
  if (!owner) return std::nullopt;
  if (std::optional<NameAt> declared = declaration(owner, place)) return declared;
  const Reference* reference = reference_at(owner, place);
  if (reference == nullptr && place.col > 1) {
    owner = snapshot.atom_at(path, {place.line, place.col - 1});
    if (std::optional<NameAt> declared = declaration(owner, place)) return declared;
    reference = reference_at(owner, place);
  }
  if (reference == nullptr) return std::nullopt;
  const std::string_view name = last_part(owner.file->facts->name(reference->text));
  return NameAt{reference->at, utf16_units(name), std::string(name), false,
                targets_at(snapshot, owner.id(), reference->at)};
}

}  // namespace dg
