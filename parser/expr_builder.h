#pragma once
/// \file
/// Expressions and types: what a link can depend on, evaluated on demand and once per node. For
/// Work::eval(); the methods are in expressions.cc (values) and type_exprs.cc (types).
///
/// The builder keeps its own stack of nodes: a node whose parts are not evaluated yet pushes them
/// and is looked at again afterwards, so that no chain, however long, costs machine stack.

#include <span>

#include "parser/work.h"

namespace dg {

class ExprBuilder {
 public:
  explicit ExprBuilder(Work& work) : w_(work), t_(work.tree) {}
  ExprIndex run(NodeId root);
  /// The list of the types in a node of type arguments.
  ExprIndex types(NodeId arguments);

 private:
  /// The value of a part, or 0 after pushing it; `waiting` tells which.
  ExprIndex need(NodeId n, bool& waiting);
  ExprIndex same_as(NodeId n);
  ExprIndex compute(NodeId n);

  // Values.
  ExprIndex value(NodeId n);
  ExprIndex literal(NodeId n);
  ExprIndex wrapper(NodeId n);
  ExprIndex name(NodeId n);
  ExprIndex narrowed(NodeId n, ExprIndex name);
  ExprIndex arguments_object(NodeId n, NameId name);
  ExprIndex this_value(NodeId n);
  ExprIndex super_value(NodeId n);
  ExprIndex member(NodeId n, Field property_field, Field object_field);
  ExprIndex subscript(NodeId n);
  ExprIndex text(NodeId n);
  ExprIndex call(NodeId n, Field callee_field, ExprKind kind);
  ExprIndex await(NodeId n);
  ExprIndex choice(NodeId left, NodeId right);
  ExprIndex binary(NodeId n);
  bool is_truthy(const Expr& e) const;
  ExprIndex array(NodeId n);
  NodeId last_named(NodeId n) const;

  // Types.
  ExprIndex type(NodeId n);
  ExprIndex predefined(NodeId n);
  ExprIndex generic(NodeId n);
  ExprIndex function_type(NodeId n);
  ExprIndex lookup(NodeId n);
  ExprIndex pair_of(NodeId n, ExprKind kind);
  ExprIndex array_of(NodeId n);
  ExprIndex tuple(NodeId n);
  ExprIndex predicate(NodeId n);
  /// The list of the types in a node, as `apply` and `tuple` hold it.
  ExprIndex type_list(NodeId n, bool& waiting);

  Work& w_;
  const SyntaxTree& t_;
};

}  // namespace dg
