// Members by computed keys: `handlers[kind]`, elements of containers.

#include <algorithm>

#include "graph/link/builtin_members.h"
#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {

/// A computed member: any element of a container, any member of an object literal.
Values Evaluator::eval_element(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  const Values receivers = eval(file, ExprIndex{e.a}, in, depth + 1);
  Texts keys;
  add_texts(file, ExprIndex{e.kind == ExprKind::element ? e.b : kNoIndex}, keys, 0);
  Values values;
  bool closed = !receivers.open && !receivers.list.empty();
  for (const Value& receiver : receivers.list) {
    if (receiver.promise) {
      closed = false;
    } else if (receiver.kind == ValueKind::builtin) {
      const Values found = receiver.index == static_cast<std::uint32_t>(Container::record)
                               ? held(receiver, 0)
                               : iterate(Values::one(receiver), depth + 1);
      join(values, found);
    } else {
      join(values, named_members(receiver, keys, in, depth + 1));
      if (!keys.open) continue;
      closed = false;
      join(values, any_member(receiver, depth + 1));
    }
  }
  if (!closed) join(values, Values::unknown(OpenReason::dynamic));
  settle(values);
  if (values.list.empty() && values.open && values.why != OpenReason::builtin) {
    values.why = OpenReason::dynamic;
  }
  return values;
}

/// The members that these keys name.
Values Evaluator::named_members(const Value& receiver, const Texts& keys, const Context* in,
                                int depth) {
  Values values;
  for (const std::string_view key : keys.list) {
    Values found = member(Values::one(receiver), key, in, depth + 1);
    for (Value& value : found.list) {
      if (!keys.sure) value.confidence = std::max(value.confidence, Confidence::inferred);
    }
    if (!found.list.empty() || !keys.open) join(values, found);
  }
  return values;
}

/// Any member of an object: of few, all; and what computed keys were assigned.
Values Evaluator::any_member(const Value& receiver, int depth) {
  const LinkFile& file = *receiver.file;
  Values values;
  if (receiver.kind != ValueKind::object) {
    if (receiver.kind == ValueKind::instance) return member_of(receiver, "<index>", depth + 1);
    return Values::unknown(OpenReason::dynamic);
  }
  if (receiver.origin != kNoIndex) {
    const Holder holder{HolderKind::variable, receiver.origin};
    join(values, added_member(file, holder, "<element>", depth + 1));
  }
  const Range range = file.facts->shapes[receiver.index].members;
  if (range.count > 16) return values;
  for (std::uint32_t m = range.begin; m < range.begin + range.count; ++m) {
    join(values, member_values(file, m, receiver.env, depth + 1));
  }
  return values;
}

}  // namespace dg
