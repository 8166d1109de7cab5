// Functions of the global object that hand values to functions: promises, timers, reflection.

#include <algorithm>
#include <utility>

#include "graph/link/eval.h"

namespace dg {

/// What `next()` gives: of an asynchronous iterator a promise of it.
Value Evaluator::step_of(const Value& iterator) {
  Values yielded = held(iterator, 0);
  bool later = false;
  for (Value& value : yielded.list) {
    later = later || value.promise;
    value.promise = false;
  }
  Value step = list_of(Container::step, yielded);
  step.promise = later;
  return step;
}

/// What `new Promise((resolve) => …)` resolves to: what is handed to its executor's first
/// parameter.
Values Evaluator::promised(const CallSite& site, int depth) {
  Values values;
  if (!step(depth)) return values;
  for (const Value& executor : argument_value(site, 0, depth).list) {
    if (executor.kind != ValueKind::atom) continue;
    read_atom(*executor.file, executor.index);
    const FileFacts& facts = *executor.file->facts;
    const Range params = facts.atoms[executor.index].params;
    if (params.count == 0) continue;
    const BindingIndex resolve = facts.params[params.begin].binding;
    if (resolve == kNone<BindingIndex>) continue;
    for (const Value& value : handed_over(*executor.file, resolve, 0, depth + 1).list) {
      join(values, Values::one(value));
    }
  }
  return values;
}

/// What Promise.allSettled() gives for each: a record whose `value` it is.
Values Evaluator::settled(const Values& promises) {
  Values values = promises;
  for (Value& value : values.list) value.promise = false;
  return Values::one(list_of(Container::step, values));
}

/// What functions of the global object hand to the one that they are given: `Array.from(list, f)`,
/// `setTimeout(f, delay, …)`.
Values Evaluator::global_callback(const CallSite& site, std::uint32_t ordinal, int depth) {
  const FileFacts& facts = *site.file->facts;
  const Expr& callee = facts.exprs[site.call->a];
  Environment given;
  if (callee.kind == ExprKind::member && ordinal == 1) {
    const Expr& object = facts.exprs[callee.a];
    const bool global = object.kind == ExprKind::name && object.a == kNoIndex;
    if (!global || facts.name(NameId{object.b}) != "Array") return {};
    if (facts.name(NameId{callee.b}) != "from") return {};
    given.add(0, iterate(argument_value(site, 0, depth), depth + 1));
  } else if (callee.kind == ExprKind::name && callee.a == kNoIndex && ordinal == 0) {
    const std::string_view name = facts.name(NameId{callee.b});
    const bool delays = name == "setTimeout" || name == "setInterval";
    if (!delays && name != "setImmediate") return {};
    const std::uint32_t first = delays ? 2 : 1;
    for (std::uint32_t i = first; i < arguments_of(site).count; ++i) {
      given.add(i - first, argument_value(site, i, depth));
    }
  }
  if (given.slots.empty()) return {};
  Value value = container(Container::array, std::move(given));
  value.kind = ValueKind::callback;
  return Values::one(value);
}

bool Evaluator::reflected(const LinkFile& file, const Reference& call, Values& callees,
                          bool& constructs) {
  const Expr& target = file.facts->exprs[raw(call.target)];
  if (target.kind != ExprKind::member || call.args.count == 0) return false;
  const Expr& object = file.facts->exprs[target.a];
  if (object.kind != ExprKind::name || object.a != kNoIndex) return false;
  if (file.facts->name(NameId{object.b}) != "Reflect") return false;
  const std::string_view name = file.facts->name(NameId{target.b});
  constructs = name == "construct";
  if (!constructs && name != "apply") return false;
  callees = callable(argument_at(file, call.args, 0, nullptr, 0));
  return !callees.list.empty();
}

}  // namespace dg
