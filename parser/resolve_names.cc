/// \file
/// The second pass: every identifier to its binding.

#include <vector>

#include "parser/declarer.h"

namespace dg {

/// Names are resolved with one stack of visible bindings per name, so that the cost is that of the
/// identifiers and bindings, however deeply scopes nest.
void resolve_names(Work& work) {
  const auto& bindings = work.facts.bindings;
  std::vector<std::uint32_t> first(work.facts.scopes.size() + 1, 0), order(bindings.size());
  for (const Binding& b : bindings) ++first[raw(b.scope) + 1];
  for (std::size_t s = 1; s < first.size(); ++s) first[s] += first[s - 1];
  std::vector<std::uint32_t> fill(first.begin(), first.end() - 1);
  for (std::uint32_t b = 0; b < bindings.size(); ++b) order[fill[raw(bindings[b].scope)]++] = b;

  std::vector<std::uint32_t> visible(work.names.size(), 0), shadowed(bindings.size(), 0);
  for (const std::uint32_t event : work.events) {
    const std::uint32_t what = event & (3U << 30), value = event & ~(3U << 30);
    if (what == 0) {
      const std::uint32_t name = work.aux[value];
      work.aux[value] = visible[name] != 0 ? visible[name] : kGlobalName | name;
      continue;
    }
    for (std::uint32_t k = first[value]; k < first[value + 1]; ++k) {
      const std::uint32_t b = order[k], name = raw(bindings[b].name);
      if (what == kEnterScope) {
        shadowed[b] = visible[name];
        visible[name] = b + 1;
      } else {
        visible[name] = shadowed[b];
      }
    }
  }
}

}  // namespace dg
