#include "events/similarity.h"

#include <algorithm>

namespace dg {
namespace {

/// Estimated Jaccard similarity of the bigram sets.
double sketch_similarity(const Sketch& a, const Sketch& b) {
  int used = 0, equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == 0 && b[i] == 0) continue;
    ++used;
    if (a[i] == b[i]) ++equal;
  }
  return used == 0 ? 0 : static_cast<double>(equal) / used;
}

double common_tokens(const Atom& a, const Atom& b) {
  if (a.body_hash == b.body_hash) return std::min(a.tokens, b.tokens);
  // Of two sets with Jaccard similarity J the share 2 J / (1 + J) is common.
  const double j = sketch_similarity(a.sketch, b.sketch);
  return 2 * j / (1 + j) * std::min(a.tokens, b.tokens);
}

}  // namespace

AtomTree::AtomTree(const FileFacts& facts) : facts_(&facts) {
  const auto count = static_cast<std::uint32_t>(facts.atoms.size());
  ends_.resize(count);
  tokens_.resize(count);
  by_name_.resize(count);
  for (std::uint32_t i = count; i-- > 0;) {
    ends_[i] = std::max(ends_[i], AtomIndex{i + 1});
    tokens_[i] += facts.atoms[i].tokens;
    by_name_[i] = AtomIndex{i};
    const AtomIndex parent = facts.atoms[i].parent;
    if (parent == kNone<AtomIndex>) continue;
    ends_[raw(parent)] = std::max(ends_[raw(parent)], ends_[i]);
    tokens_[raw(parent)] += tokens_[i];
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [this](AtomIndex a, AtomIndex b) { return qualified_name(a) < qualified_name(b); });
}

AtomIndex AtomTree::named(std::string_view wanted) const {
  const auto at = std::lower_bound(
      by_name_.begin(), by_name_.end(), wanted,
      [this](AtomIndex index, std::string_view name) { return qualified_name(index) < name; });
  return at != by_name_.end() && qualified_name(*at) == wanted ? *at : kNone<AtomIndex>;
}

bool AtomTree::is_named(AtomIndex index) const noexcept {
  return raw(index) != 0 && !name(index).empty() && name(index).front() != '<';
}

AtomIndex AtomTree::counterpart(AtomIndex atom, AtomIndex from, const AtomTree& other,
                                AtomIndex to) const {
  if (atom == from) return to;
  std::string_view rest = qualified_name(atom);
  if (raw(from) != 0) {
    const std::string_view prefix = qualified_name(from);
    if (!rest.starts_with(prefix)) return kNone<AtomIndex>;
    rest.remove_prefix(prefix.size());
  }
  const std::string wanted =
      raw(to) == 0 ? std::string(rest) : std::string(other.qualified_name(to)).append(rest);
  const AtomIndex found = other.named(wanted);
  const bool nested = found != kNone<AtomIndex> && found > to && found < other.subtree_end(to);
  return nested ? found : kNone<AtomIndex>;
}

double similarity(const AtomTree& a, AtomIndex x, const AtomTree& b, AtomIndex y) {
  const auto all = static_cast<double>(a.subtree_tokens(x) + b.subtree_tokens(y));
  if (all == 0) return 0;
  double common = 0;
  for (std::uint32_t i = raw(x); i < raw(a.subtree_end(x)); ++i) {
    const AtomIndex other = a.counterpart(AtomIndex{i}, x, b, y);
    if (other != kNone<AtomIndex>) common += common_tokens(a.atom(AtomIndex{i}), b.atom(other));
  }
  return 2 * common / all;
}

}  // namespace dg
