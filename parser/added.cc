/// \file
/// What calls and assignments add to what a name, a member or `this` holds.

#include "parser/added.h"

namespace dg {

void add_assignment(Work& w, ExprIndex object, NameId property, ExprIndex value, AtomIndex owner) {
  w.facts.assignments.push_back({object, property, value, owner});
}

bool may_hold_code(ExprKind kind) {
  switch (kind) {
    case ExprKind::unknown:
    case ExprKind::element:
    case ExprKind::string:
    case ExprKind::number:
    case ExprKind::boolean:
    case ExprKind::regexp:
    case ExprKind::template_:
    case ExprKind::null_:
      return false;
    default:
      return true;
  }
}

void add_element(Work& w, ExprIndex object, ExprIndex value, AtomIndex owner) {
  if (!may_hold_code(w.facts.exprs[raw(value)].kind)) return;
  const Expr of = w.facts.exprs[raw(object)];
  if (of.kind == ExprKind::choice) {  // `(o.list ??= []).push(x)`
    add_element(w, ExprIndex{of.a}, value, owner);
    add_element(w, ExprIndex{of.b}, value, owner);
  } else if (of.kind == ExprKind::name && of.a != kNoIndex) {
    add_assignment(w, object, w.names.intern("<element>"), value, owner);
  } else if (of.kind == ExprKind::member) {
    const std::string name = std::string(w.names.text(NameId{of.b})) + "[]";
    add_assignment(w, ExprIndex{of.a}, w.names.intern(name), value, owner);
  }
}

// Of what is pushed nothing may be code, but much of it leads there.
void put_into(Work& w, NodeId object, std::string_view method, NodeId arguments, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  const bool pairs = method == "set";
  if (!pairs && method != "push" && method != "add" && method != "unshift") return;
  NodeId value = t.first_named(arguments);
  if (value != kNoNode && pairs) value = t.first_named_after(value, arguments);
  if (value == kNoNode || t[value].kind == Kind::spread) return;
  add_element(w, w.eval(object), w.eval(value), owner);
}

void apply_to_this(Work& w, NodeId object, std::string_view method, NodeId arguments,
                   AtomIndex owner) {
  if (method != "call" && method != "apply") return;
  const NodeId given = w.tree.first_named(arguments);
  if (given == kNoNode || w.tree[w.unwrap(given)].kind != Kind::this_) return;
  const ExprIndex self = w.eval(given), function = w.eval(object);
  const ExprKind kind = w.facts.exprs[raw(function)].kind;
  if (w.facts.exprs[raw(self)].kind != ExprKind::this_) return;
  if (kind != ExprKind::name && kind != ExprKind::member && kind != ExprKind::atom) return;
  add_assignment(w, self, w.names.intern("<applied>"), function, owner);
}

}  // namespace dg
