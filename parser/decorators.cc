/// \file
/// What decorators are given and what they make of it: `@d m() {}` calls d with m, and puts what d
/// returns in its place.

#include "parser/added.h"

namespace dg {
namespace {

/// The class, method or field that a decorator stands before. TypeScript's grammar has the
/// decorators of a member before it, as siblings.
NodeId decorated_node(const Work& w, NodeId decorator) {
  const SyntaxTree& t = w.tree;
  const NodeId parent = t[decorator].parent;
  if (t[parent].kind == Kind::export_statement) return t.child(parent, Field::declaration);
  if (t[parent].kind != Kind::class_body) return parent;
  NodeId member = t[decorator].next;
  while (member < t[parent].next &&
         (t[member].kind == Kind::decorator || t[member].kind == Kind::comment)) {
    member = t[member].next;
  }
  return member < t[parent].next ? member : kNoNode;
}

/// The class or method that a decorator stands before; none where it is a field or a parameter.
AtomIndex decorated_atom(const Work& w, NodeId decorator) {
  const NodeId n = decorated_node(w, decorator);
  const bool has_code =
      n != kNoNode && (is_class(w.tree[n].kind) || w.tree[n].kind == Kind::method_definition);
  return has_code ? w.atom_of(n) : kNone<AtomIndex>;
}

/// `C.prototype`, or C of a static method; 0 of what is no method.
ExprIndex holder_of_method(Work& w, AtomIndex method) {
  const Atom& atom = w.facts.atoms[raw(method)];
  if (atom.member_of == kNone<ShapeIndex>) return ExprIndex{0};
  const Shape& shape = w.facts.shapes[raw(atom.member_of)];
  if (!shape.is_class || shape.atom == kNone<AtomIndex>) return ExprIndex{0};
  const ExprIndex of = w.make_expr(ExprKind::atom, raw(shape.atom));
  if (atom.is_static) return of;
  return w.make_expr(ExprKind::member, raw(of), raw(w.names.intern("prototype")));
}

}  // namespace

void extract_decorated(Work& w, NodeId decorator) {
  const AtomIndex decorated = decorated_atom(w, decorator);
  if (decorated == kNone<AtomIndex>) return;
  const ExprIndex holder = holder_of_method(w, decorated);
  // ECMAScript's decorators are given the method, TypeScript's older ones the object that has it.
  ExprIndex given = w.make_expr(ExprKind::atom, raw(decorated));
  if (raw(holder) != 0) given = w.make_expr(ExprKind::choice, raw(given), raw(holder));
  const std::size_t reference = w.facts.references.size() - 1;
  const auto at = static_cast<std::uint32_t>(w.facts.expr_lists.size());
  w.facts.expr_lists.push_back(given);
  w.facts.references[reference].args = {at, 1};
  w.aux[decorator] = static_cast<std::uint32_t>(reference + 1);
  const Atom& atom = w.facts.atoms[raw(decorated)];
  if (raw(holder) == 0 || atom.kind != AtomKind::method) return;
  const ExprIndex callee = w.facts.references[reference].target;
  const ExprIndex made = w.make_expr(ExprKind::call, raw(callee), decorator);
  add_assignment(w, holder, atom.name, made, w.facts.references[reference].owner);
}

}  // namespace dg
