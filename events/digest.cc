#include "events/digest.h"

#include <xxhash.h>

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "events/json_text.h"
#include "events/link_view.h"

namespace dg {
namespace {

/// What kind of thing a hash stands for, so that no atom can be taken for an edge.
enum class Part : std::uint8_t { file, atom, edge, open };

/// Collects the bytes of one thing; reused from thing to thing.
class Hasher {
 public:
  Hasher& begin(Part part) {
    bytes_.clear();
    return add(part);
  }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) Hasher& add(T value) {
    char copy[sizeof(T)];
    std::memcpy(copy, &value, sizeof(T));
    bytes_.append(copy, sizeof(T));
    return *this;
  }
  /// Text as the log holds it, with ill-formed UTF-8 replaced: a state that was folded from the log
  /// has the digest of the state that it stands for.
  Hasher& add(std::string_view text) {
    const std::size_t at = bytes_.size();
    add(std::uint64_t{0});
    append_utf8(bytes_, text);
    const std::uint64_t size = bytes_.size() - at - sizeof(std::uint64_t);
    std::memcpy(bytes_.data() + at, &size, sizeof size);
    return *this;
  }
  Hasher& add(std::span<const Site> sites) {
    add(static_cast<std::uint64_t>(sites.size()));
    for (const Site& site : sites) add(site.ordinal).add(site.confidence).add(site.rule);
    return *this;
  }
  std::uint64_t end() const { return XXH3_64bits(bytes_.data(), bytes_.size()); }

 private:
  std::string bytes_;
};

std::uint64_t digest_of(const FileVersion& file, AtomIndex index, LinkView& links, Hasher& hasher) {
  const FileFacts& facts = *file.facts;
  const Atom& atom = facts.atoms[raw(index)];
  const AtomId id = file.atoms[raw(index)];
  const AtomId owner = atom.parent == kNone<AtomIndex> ? kNoAtom : file.atoms[raw(atom.parent)];
  hasher.begin(Part::atom).add(id).add(file.versions[raw(index)]).add(file.path);
  hasher.add(facts.name(atom.qualified_name)).add(facts.name(atom.name));
  hasher.add(atom.kind).add(atom.form).add(atom.is_static).add(atom.ambient);
  hasher.add(facts.name(atom.test_callee)).add(facts.name(atom.signature));
  hasher.add(facts.name(atom.doc)).add(atom.body_hash).add(atom.exported);
  std::uint64_t sum = hasher.add(atom.is_async).add(owner).end();
  for (const Edge& edge : links.edges(index)) {
    hasher.begin(Part::edge).add(id).add(edge.relation).add(edge.target).add(edge.confidence);
    sum += hasher.add(links.sites(edge)).end();
  }
  for (const OpenView& open : links.open(index)) {
    hasher.begin(Part::open).add(id).add(open.relation).add(open.text).add(open.reason);
    sum += hasher.add(open.detail).add(open.sites).end();
  }
  return sum;
}

}  // namespace

std::uint64_t file_digest(const FileVersion& file) {
  LinkView links(&file);
  Hasher hasher;
  hasher.begin(Part::file).add(file.id).add(file.path).add(file.hash.high).add(file.hash.low);
  std::uint64_t sum = hasher.end();
  for (std::uint32_t i = 0; i < file.atoms.size(); ++i) {
    sum += digest_of(file, AtomIndex{i}, links, hasher);
  }
  return sum;
}

std::uint64_t atom_digest(const FileVersion& file, AtomIndex atom) {
  LinkView links(&file);
  Hasher hasher;
  return digest_of(file, atom, links, hasher);
}

}  // namespace dg
