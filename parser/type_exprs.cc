/// \file
/// Types as expressions: annotations, type arguments, function types.

#include <vector>

#include "parser/expr_builder.h"

namespace dg {
namespace {

/// More members of a union, arguments or parameters than this are left out.
constexpr std::size_t kMaxParts = 24;

}  // namespace

ExprIndex ExprBuilder::type(NodeId n) {
  switch (t_[n].kind) {
    case Kind::predefined_type:
      return predefined(n);
    case Kind::literal_type:
    case Kind::parenthesized_type:
    case Kind::readonly_type:
    case Kind::optional_type:
    case Kind::type_annotation:
    case Kind::constraint: {
      const NodeId inner = t_.first_named(n);
      return inner == kNoNode ? ExprIndex{0} : same_as(inner);
    }
    case Kind::generic_type:
      return generic(n);
    case Kind::array_type:
      return array_of(n);
    case Kind::tuple_type:
      return tuple(n);
    case Kind::union_type:
      return pair_of(n, ExprKind::choice);
    case Kind::intersection_type:
      return pair_of(n, ExprKind::intersection);
    case Kind::conditional_type:
      return choice(t_.child(n, Field::consequence), t_.child(n, Field::alternative));
    case Kind::rest_type: {
      bool waiting = false;
      const ExprIndex inner = need(t_.first_named(n), waiting);
      return waiting ? ExprIndex{0} : w_.make_expr(ExprKind::spread, raw(inner));
    }
    case Kind::type_query: {
      bool waiting = false;
      const ExprIndex value = need(t_.first_named(n), waiting);
      if (waiting || raw(value) == 0) return ExprIndex{0};
      return w_.make_expr(ExprKind::type_query, raw(value));
    }
    case Kind::lookup_type:
      return lookup(n);
    case Kind::function_type:
    case Kind::constructor_type:
    case Kind::method_signature:
    case Kind::call_signature:
    case Kind::construct_signature:
      return function_type(n);
    case Kind::type_predicate:
      return predicate(n);
    case Kind::object_type:
      return w_.make_expr(ExprKind::object, raw(w_.ensure_shape(n)));
    default:
      return ExprIndex{0};
  }
}

ExprIndex ExprBuilder::predefined(NodeId n) {
  const std::string_view text = w_.source(n);
  if (text == "string") return w_.make_expr(ExprKind::string);
  if (text == "number" || text == "bigint") return w_.make_expr(ExprKind::number);
  if (text == "boolean") return w_.make_expr(ExprKind::boolean);
  if (text == "void" || text == "undefined" || text == "never" || text == "null") {
    return w_.make_expr(ExprKind::null_);
  }
  return ExprIndex{0};
}

ExprIndex ExprBuilder::type_list(NodeId n, bool& waiting) {
  std::vector<ExprIndex> types;
  for (NodeId c = n + 1; c < t_[n].next && types.size() < kMaxParts; c = t_[c].next) {
    if (is_plain_token(t_[c].kind) || t_[c].kind == Kind::comment) continue;
    NodeId part = c;
    if (t_[c].kind == Kind::required_parameter || t_[c].kind == Kind::optional_parameter) {
      part = t_.child(c, Field::type);  // `[name: T]`
    }
    types.push_back(need(part, waiting));
  }
  return waiting ? ExprIndex{0} : w_.make_list(types);
}

ExprIndex ExprBuilder::types(NodeId arguments) {
  for (NodeId c = t_.first_named(arguments); c != kNoNode; c = t_.first_named_after(c, arguments)) {
    run(c);
  }
  bool waiting = false;
  return type_list(arguments, waiting);
}

ExprIndex ExprBuilder::generic(NodeId n) {
  bool waiting = false;
  const ExprIndex of = need(t_.child(n, Field::name), waiting);
  const NodeId list = t_.child(n, Kind::type_arguments);
  const ExprIndex arguments = list == kNoNode ? ExprIndex{0} : type_list(list, waiting);
  if (waiting || raw(of) == 0) return ExprIndex{0};
  return raw(arguments) == 0 ? of : w_.make_expr(ExprKind::apply, raw(of), raw(arguments));
}

/// `T[]` is `Array<T>`.
ExprIndex ExprBuilder::array_of(NodeId n) {
  bool waiting = false;
  const ExprIndex element = need(t_.first_named(n), waiting);
  return waiting ? ExprIndex{0} : w_.array_type(element);
}

ExprIndex ExprBuilder::tuple(NodeId n) {
  bool waiting = false;
  const ExprIndex list = type_list(n, waiting);
  return waiting ? ExprIndex{0} : w_.make_expr(ExprKind::tuple, raw(list));
}

ExprIndex ExprBuilder::pair_of(NodeId n, ExprKind kind) {
  const NodeId left = t_.first_named(n);
  const NodeId right = left == kNoNode ? kNoNode : t_.first_named_after(left, n);
  if (left == kNoNode || right == kNoNode) return left == kNoNode ? ExprIndex{0} : same_as(left);
  bool waiting = false;
  const ExprIndex a = need(left, waiting);
  const ExprIndex b = need(right, waiting);
  if (waiting) return ExprIndex{0};
  return a == b ? a : w_.make_expr(kind, raw(a), raw(b));
}

ExprIndex ExprBuilder::lookup(NodeId n) {
  const NodeId object = t_.first_named(n);
  const NodeId index = object == kNoNode ? kNoNode : t_.first_named_after(object, n);
  bool waiting = false;
  const ExprIndex of = need(object, waiting);
  if (waiting || raw(of) == 0 || index == kNoNode) return ExprIndex{0};
  if (w_.source(index) == "number") return w_.make_expr(ExprKind::iterated, raw(of));
  NameId key{};
  const NodeId literal = t_[index].kind == Kind::literal_type ? t_.first_named(index) : kNoNode;
  if (literal == kNoNode || !w_.key_name(literal, key)) return ExprIndex{0};
  return w_.make_expr(ExprKind::lookup, raw(of), raw(key));
}

/// `x is T`: what can be said of x afterwards, as if the call gave the class that x is tested to be
/// an instance of. Nobody constructs it: the call gives a boolean.
ExprIndex ExprBuilder::predicate(NodeId n) {
  bool waiting = false;
  const ExprIndex type = need(t_.child(n, Field::type), waiting);
  return waiting || raw(type) == 0 ? ExprIndex{0} : w_.predicate_of(type);
}

ExprIndex ExprBuilder::function_type(NodeId n) {
  bool waiting = false;
  std::vector<ExprIndex> types;
  const NodeId list = t_.child(n, Field::parameters);
  for (NodeId p = list == kNoNode ? kNoNode : t_.first_named(list);
       p != kNoNode && types.size() < kMaxParts; p = t_.first_named_after(p, list)) {
    NodeId pattern = t_.child(p, Field::pattern);
    if (pattern == kNoNode) pattern = t_.child(p, Field::name);
    if (pattern != kNoNode && t_[pattern].kind == Kind::this_) continue;
    const NodeId annotation = t_.child(p, Field::type);
    ExprIndex type = annotation == kNoNode ? ExprIndex{0} : need(annotation, waiting);
    if (waiting) continue;
    if (pattern != kNoNode && t_[pattern].kind == Kind::rest_pattern) {
      type = w_.make_expr(ExprKind::spread, raw(type));
    }
    types.push_back(type);
  }
  const Kind kind = t_[n].kind;
  const bool constructs = kind == Kind::constructor_type || kind == Kind::construct_signature;
  NodeId result = t_.child(n, Field::return_type);
  if (result == kNoNode) result = t_.child(n, Field::type);
  const ExprIndex returned = result == kNoNode ? ExprIndex{0} : need(result, waiting);
  if (waiting) return ExprIndex{0};
  const ExprKind made = constructs ? ExprKind::construct_type : ExprKind::function_type;
  return w_.make_expr(made, raw(w_.make_list(types)), raw(returned));
}

}  // namespace dg
