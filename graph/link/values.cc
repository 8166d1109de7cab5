#include "graph/link/values.h"

#include <algorithm>

namespace dg {

void join(Values& into, const Values& from) {
  if (from.open && !into.open) {
    into.open = true;
    into.why = from.why;
    into.detail = from.detail;
  }
  for (const Value& value : from.list) {
    const auto same = std::find_if(into.list.begin(), into.list.end(),
                                   [&](const Value& v) { return same_thing(v, value); });
    if (same != into.list.end()) {
      if (value.confidence < same->confidence) *same = value;
    } else if (into.list.size() < kMaxAlternatives) {
      into.list.push_back(value);
    } else {
      into.open = true;
    }
  }
}

bool is_type_parameter(const LinkFile& file, std::uint32_t binding) noexcept {
  const Binding& b = file.facts->bindings[binding];
  return b.kind == BindingKind::type && b.atom == kNone<AtomIndex> &&
         b.import == kNone<ImportIndex> &&
         file.facts->scopes[raw(b.scope)].kind != ScopeKind::module;
}

void settle(Values& values) noexcept {
  if (values.list.size() < 2 && !values.open) return;
  for (Value& value : values.list) {
    value.confidence = std::max(value.confidence, Confidence::inferred);
  }
}

bool is_global_object(const FileFacts& facts, const Expr& e) noexcept {
  if (e.kind != ExprKind::name || e.a != kNoIndex) return false;
  const std::string_view name = facts.name(NameId{e.b});
  return name == "globalThis" || name == "window" || name == "self" || name == "global";
}

}  // namespace dg
