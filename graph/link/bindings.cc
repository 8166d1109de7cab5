// What a name was bound to: declarations, parameters, and elements that were put in later.

#include <algorithm>

#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {

/// What a parameter is declared as, called with, or starts as.
Values Evaluator::eval_parameter_binding(const LinkFile& file, BindingIndex index,
                                         const Context* in, int depth) {
  const Binding& b = file.facts->bindings[raw(index)];
  if (raw(b.init) == 0) return passed(file, index, depth + 1);
  Values values = eval(file, b.init, in, depth + 1);
  // Of `({a, b: [c]}: T)` too all that is taken is declared.
  const Expr* from = &file.facts->exprs[raw(b.init)];
  while (from->kind == ExprKind::member) from = &file.facts->exprs[from->a];
  const bool declared = from->kind == ExprKind::typed || from->kind == ExprKind::parameter;
  if (declared && !values.list.empty()) return values;
  if (declared && values.why == OpenReason::builtin) return values;
  if (b.kind == BindingKind::param) join(values, passed(file, index, depth + 1));
  join(values, Values::unknown(OpenReason::parameter));
  settle(values);
  return values;
}

Values Evaluator::eval_binding(const LinkFile& file, BindingIndex index, const Context* in,
                               int depth) {
  return traced({TraceStep::Kind::binding, &file, raw(index), {}, {}, {}},
                [&] { return binding_value(file, index, in, depth); });
}

Values Evaluator::binding_value(const LinkFile& file, BindingIndex index, const Context* in,
                                int depth) {
  if (in != nullptr && in->env != 0) {
    const Values* const bound = envs_[in->env].find(binding_slot(file, index));
    if (bound != nullptr) return *bound;
  }
  read_binding(file, index);
  const Binding& b = file.facts->bindings[raw(index)];
  if (naming_type_) {
    Values types;
    for (const auto& row : file.index->types_of(*file.facts, index)) {
      Value value;
      value.file = &file;
      value.index = row.value;
      if (in != nullptr) value.env = in->env;
      join(types, Values::one(value));
    }
    if (!types.list.empty()) return types;
  }
  if (b.kind == BindingKind::param || b.kind == BindingKind::catch_) {
    return eval_parameter_binding(file, index, in, depth);
  }
  Values values;
  bool declared = false;
  if (b.atom != kNone<AtomIndex> && file.facts->atoms[raw(b.atom)].kind != AtomKind::variable) {
    Value value;
    value.file = &file;
    value.index = raw(b.atom);
    if (in != nullptr) value.env = in->env;
    values = Values::one(value);
    if (b.reassigned && raw(b.init) != 0) join(values, eval(file, b.init, in, depth + 1));
  } else if (b.import != kNone<ImportIndex> && raw(b.init) == 0) {
    return imported(file, b.import, nullptr, depth + 1);
  } else if (b.kind == BindingKind::type) {
    Value value;
    value.kind = ValueKind::alias;
    value.file = &file;
    value.index = raw(index);
    return Values::one(value);
  } else if (raw(b.init) != 0) {
    values = eval(file, b.init, in, depth + 1);
    declared = file.facts->exprs[raw(b.init)].kind == ExprKind::typed;
    for (Value& value : values.list) {
      if (value.rule == LinkRule::lexical) value.rule = LinkRule::alias;
    }
    add_elements(file, index, values, depth);
  } else {
    return Values::unknown();
  }
  if (b.reassigned && !declared) {
    join(values, Values::unknown());
    settle(values);
  }
  return values;
}

/// What `list.push(x)`, `map.set(k, x)` and `list[i] = x` put into what a name holds.
void Evaluator::add_elements(const LinkFile& file, BindingIndex binding, Values& values,
                             int depth) {
  const bool holds = std::any_of(values.list.begin(), values.list.end(),
                                 [](const Value& v) { return v.kind == ValueKind::builtin; });
  if (!holds) return;
  const Holder holder{HolderKind::variable, raw(binding)};
  const Values added = added_member(file, holder, "<element>", depth + 1);
  with_elements(values, added, depth);
}

void Evaluator::with_elements(Values& values, const Values& added, int depth) {
  if (added.list.empty()) return;
  for (Value& value : values.list) {
    if (value.kind != ValueKind::builtin) continue;
    const auto kind = Container{value.index};
    Environment elements;
    if (kind == Container::map) {
      elements = envs_[value.env];
      elements.add(1, added);
    } else if (kind == Container::array || kind == Container::tuple || kind == Container::set) {
      Values all = iterate(Values::one(value), depth + 1);
      if (all.list.empty()) all = {};
      join(all, added);
      elements.add(0, all);
      if (kind == Container::tuple) value.index = static_cast<std::uint32_t>(Container::array);
    } else {
      continue;
    }
    value.env = envs_.intern(std::move(elements));
  }
}

}  // namespace dg
