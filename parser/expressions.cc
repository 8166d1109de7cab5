#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "parser/expr_builder.h"

namespace dg {
namespace {

/// Of longer arrays only this many elements are kept, no two alike, and their order is lost.
constexpr std::size_t kMaxElements = 16;
constexpr std::size_t kMaxTests = 4;  ///< Tests of one name that hold at once; others are ignored.

}  // namespace

ExprIndex ExprBuilder::run(NodeId root) {
  if (w_.memo[root] != 0) return ExprIndex{w_.memo[root] - 1};
  const std::size_t base = w_.eval_stack.size();
  w_.eval_stack.push_back(root);
  while (w_.eval_stack.size() > base) {
    const NodeId n = w_.eval_stack.back();
    if (w_.memo[n] == 0) {
      const std::size_t before = w_.eval_stack.size();
      const ExprIndex value = compute(n);
      if (w_.eval_stack.size() != before) continue;  // Waits for its parts.
      w_.memo[n] = raw(value) + 1;
    }
    w_.eval_stack.pop_back();
  }
  return ExprIndex{w_.memo[root] - 1};
}

ExprIndex ExprBuilder::need(NodeId n, bool& waiting) {
  if (n == kNoNode) return ExprIndex{0};
  if (w_.memo[n] != 0) return ExprIndex{w_.memo[n] - 1};
  w_.eval_stack.push_back(n);
  waiting = true;
  return ExprIndex{0};
}

ExprIndex ExprBuilder::same_as(NodeId n) {
  bool waiting = false;
  return need(n, waiting);
}

ExprIndex ExprBuilder::compute(NodeId n) {
  const Kind kind = t_[n].kind;
  if (is_wrapper(kind)) return wrapper(n);
  if (is_function(kind) || is_class(kind)) {
    const AtomIndex atom = w_.atom_of(n);
    return atom == kNone<AtomIndex> ? ExprIndex{0} : w_.make_expr(ExprKind::atom, raw(atom));
  }
  return value(n);
}

/// `(v)`, `v!`; `v as T` has the type T.
ExprIndex ExprBuilder::wrapper(NodeId n) {
  const Kind kind = t_[n].kind;
  NodeId first = t_.first_named(n);
  if (first == kNoNode) return ExprIndex{0};
  NodeId second = t_.first_named_after(first, n);
  if (kind == Kind::type_assertion) std::swap(first, second);
  if (first == kNoNode) return ExprIndex{0};
  const bool cast = kind == Kind::as_expression || kind == Kind::type_assertion;
  if (kind == Kind::type_assertion && second != kNoNode) second = t_.first_named(second);
  if (kind == Kind::parenthesized && w_.cast_of(n) != kNoNode) {
    bool waiting = false;
    const ExprIndex inner = need(first, waiting);
    return waiting ? ExprIndex{0} : w_.typed(inner, w_.cast_type(n));
  }
  if (!cast || second == kNoNode) return same_as(first);
  bool waiting = false;
  const ExprIndex type = need(second, waiting);
  const ExprIndex inner = need(first, waiting);
  return waiting ? ExprIndex{0} : w_.typed(inner, type);
}

ExprIndex ExprBuilder::value(NodeId n) {
  const Kind kind = t_[n].kind;
  switch (kind) {
    case Kind::identifier:
    case Kind::type_identifier:
    case Kind::shorthand_property:
    case Kind::shorthand_pattern:
      return name(n);
    case Kind::this_:
      return this_value(n);
    case Kind::super_:
      return super_value(n);
    case Kind::member:
    case Kind::nested_identifier:
      return member(n, Field::property, Field::object);
    case Kind::nested_type_identifier:
      return member(n, Field::name, Field::module);
    case Kind::subscript:
      return subscript(n);
    case Kind::call:
      return call(n, Field::function, ExprKind::call);
    case Kind::new_:
      return call(n, Field::constructor, ExprKind::construct);
    case Kind::await_:
      return await(n);
    case Kind::sequence:
      return same_as(last_named(n));
    case Kind::assignment:
      return same_as(t_.child(n, Field::right));
    case Kind::augmented_assignment:
      if (!is_logical_assignment(w_, n)) return ExprIndex{0};
      return choice(t_.child(n, Field::left), t_.child(n, Field::right));
    case Kind::ternary:
      return choice(t_.child(n, Field::consequence), t_.child(n, Field::alternative));
    case Kind::binary:
      return binary(n);
    case Kind::object:
      return w_.make_expr(ExprKind::object, raw(w_.ensure_shape(n)));
    default:
      return literal(n);
  }
}

ExprIndex ExprBuilder::literal(NodeId n) {
  switch (t_[n].kind) {
    case Kind::array:
      return array(n);
    case Kind::string:
      return text(n);
    case Kind::template_string:
      return w_.make_expr(ExprKind::template_);
    case Kind::number:
      return w_.make_expr(ExprKind::number);
    case Kind::true_:
    case Kind::false_:
      return w_.make_expr(ExprKind::boolean);
    case Kind::regex:
      return w_.make_expr(ExprKind::regexp);
    case Kind::null_:
    case Kind::undefined_:
      return w_.make_expr(ExprKind::null_);
    default:
      return type(n);
  }
}

ExprIndex ExprBuilder::name(NodeId n) {
  const std::uint32_t meaning = w_.aux[n];
  if (meaning == 0) return ExprIndex{0};
  if ((meaning & kGlobalName) == 0) {
    const NameId name = w_.facts.bindings[meaning - 1].name;
    return narrowed(n, w_.make_expr(ExprKind::name, meaning - 1, raw(name)));
  }
  const NameId id{meaning & ~kGlobalName};
  if (w_.names.text(id) == "exports") {
    w_.facts.is_commonjs = true;
    return w_.make_expr(ExprKind::module_exports);
  }
  if (w_.names.text(id) == "arguments") return arguments_object(n, id);
  return w_.make_expr(ExprKind::name, kNoIndex, raw(id));
}

/// `x.m` where x has been tested to be an instance of a class, or by predicates.
ExprIndex ExprBuilder::narrowed(NodeId n, ExprIndex name) {
  if (w_.narrowings.empty() || t_[t_[n].parent].kind != Kind::member) return name;
  if (t_[n].field != Field::object) return name;
  std::vector<NodeId> tests;
  w_.narrowed_to(BindingIndex{w_.facts.exprs[raw(name)].a}, n, tests);
  if (tests.size() > kMaxTests) tests.resize(kMaxTests);
  bool waiting = false;
  for (const NodeId test : tests) {
    const ExprIndex type = need(test, waiting);
    if (!waiting && raw(type) != 0) {
      name = w_.make_expr(ExprKind::intersection, raw(name), raw(type));
    }
  }
  return waiting ? ExprIndex{0} : name;
}

/// `arguments` of the nearest function that is no arrow: a parameter that no list of parameters
/// has. A global where there is no such function.
ExprIndex ExprBuilder::arguments_object(NodeId n, NameId name) {
  NodeId function = t_[n].parent;
  while (function != kNoNode &&
         (!is_function(t_[function].kind) || t_[function].kind == Kind::arrow_function)) {
    function = t_[function].parent;
  }
  const AtomIndex atom = function == kNoNode ? kNone<AtomIndex> : w_.atom_of(function);
  if (atom == kNone<AtomIndex>) return w_.make_expr(ExprKind::name, kNoIndex, raw(name));
  const BindingIndex binding = w_.declare(w_.scope_of(atom), name, BindingKind::param, n);
  return w_.make_expr(ExprKind::name, raw(binding), raw(name));
}

ExprIndex ExprBuilder::this_value(NodeId n) {
  const std::uint32_t code = w_.aux[n];
  if (code == 0) return ExprIndex{0};
  const std::uint32_t atom = (code & ~kThisIsClass) - 1;
  return w_.make_expr((code & kThisIsClass) != 0 ? ExprKind::atom : ExprKind::this_, atom);
}

ExprIndex ExprBuilder::super_value(NodeId n) {
  const std::uint32_t code = w_.aux[n];
  if (code == 0) return ExprIndex{0};
  const Atom& atom = w_.facts.atoms[code - 1];
  const ShapeIndex shape = atom.kind == AtomKind::class_ ? atom.shape : atom.member_of;
  return w_.make_expr(ExprKind::super_, code - 1, raw(shape));
}

ExprIndex ExprBuilder::member(NodeId n, Field property_field, Field object_field) {
  const NodeId object = t_.child(n, object_field), property = t_.child(n, property_field);
  if (object == kNoNode || property == kNoNode) return ExprIndex{0};
  if (w_.is_global(object, "module") && w_.source(property) == "exports") {
    w_.facts.is_commonjs = true;
    return w_.make_expr(ExprKind::module_exports);
  }
  bool waiting = false;
  const ExprIndex of = need(object, waiting);
  if (waiting) return ExprIndex{0};
  return w_.make_expr(ExprKind::member, raw(of), raw(w_.intern(property)));
}

ExprIndex ExprBuilder::subscript(NodeId n) {
  bool waiting = false;
  const ExprIndex of = need(t_.child(n, Field::object), waiting);
  if (waiting) return ExprIndex{0};
  const NodeId index = t_.child(n, Field::index);
  NameId key{};
  const bool literal_key =
      index != kNoNode &&
      (t_[index].kind == Kind::number ? w_.key_name(index, key)
                                      : w_.constant_text(index, key) || w_.symbol_text(index, key));
  if (literal_key) return w_.make_expr(ExprKind::member, raw(of), raw(key));
  const ExprIndex text = index == kNoNode ? ExprIndex{0} : need(index, waiting);
  if (waiting) return ExprIndex{0};
  return w_.make_expr(ExprKind::element, raw(of), raw(text) == 0 ? kNoIndex : raw(text));
}

/// A string, with its text where that may be the name of a member.
ExprIndex ExprBuilder::text(NodeId n) {
  constexpr std::size_t kMaxKey = 40;
  std::string text;
  const bool key = w_.literal_text(n, text) && !text.empty() && text.size() <= kMaxKey &&
                   std::all_of(text.begin(), text.end(), [](char c) {
                     return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
                            c == '$' || c == '-' || c == ':';
                   });
  return key ? w_.make_expr(ExprKind::string, kNoIndex, raw(w_.names.intern(text)))
             : w_.make_expr(ExprKind::string);
}

/// The reference index is the node until finish() knows the order of references.
ExprIndex ExprBuilder::call(NodeId n, Field callee_field, ExprKind kind) {
  bool waiting = false;
  ExprIndex callee = need(t_.child(n, callee_field), waiting);
  const NodeId arguments = t_.child(n, Kind::type_arguments);
  const ExprIndex types = arguments == kNoNode ? ExprIndex{0} : type_list(arguments, waiting);
  if (waiting) return ExprIndex{0};
  if (raw(types) != 0) callee = w_.make_expr(ExprKind::apply, raw(callee), raw(types));
  return w_.make_expr(kind, raw(callee), n);
}

ExprIndex ExprBuilder::await(NodeId n) {
  bool waiting = false;
  const ExprIndex of = need(t_.first_named(n), waiting);
  if (waiting || raw(of) == 0) return ExprIndex{0};
  return w_.make_expr(ExprKind::await, raw(of));
}

ExprIndex ExprBuilder::choice(NodeId left, NodeId right) {
  bool waiting = false;
  const ExprIndex a = need(left, waiting);
  const ExprIndex b = need(right, waiting);
  if (waiting) return ExprIndex{0};
  if (raw(a) == 0 && raw(b) == 0) return ExprIndex{0};
  return a == b ? a : w_.make_expr(ExprKind::choice, raw(a), raw(b));
}

/// Whether a value is an object or a function, so that `value || other` is never the other: a
/// literal, or the name of a declared function or class that nothing else is assigned to here.
bool ExprBuilder::is_truthy(const Expr& e) const {
  if (e.kind == ExprKind::atom || e.kind == ExprKind::object || e.kind == ExprKind::array) {
    return true;
  }
  if (e.kind != ExprKind::name || e.a == kNoIndex) return false;
  const Binding& b = w_.facts.bindings[e.a];
  if (b.atom == kNone<AtomIndex> || b.reassigned || raw(b.init) != 0) return false;
  return b.kind == BindingKind::function || b.kind == BindingKind::class_;
}

/// `a && b` is `a` only where that is falsy, and then nothing can be asked of it.
ExprIndex ExprBuilder::binary(NodeId n) {
  const NodeId right = t_.child(n, Field::right);
  for (NodeId c = n + 1; c < t_[n].next; c = t_[c].next) {
    if (t_[c].kind != Kind::logical_operator) continue;
    const bool both = w_.source(c) == "&&";
    bool waiting = false;
    if (!both) {
      const ExprIndex left = need(t_.child(n, Field::left), waiting);
      if (waiting) return ExprIndex{0};
      if (is_truthy(w_.facts.exprs[raw(left)])) return left;
      return choice(t_.child(n, Field::left), right);
    }
    const ExprIndex value = need(right, waiting);
    return waiting ? ExprIndex{0} : value;
  }
  return ExprIndex{0};
}

ExprIndex ExprBuilder::array(NodeId n) {
  std::vector<ExprIndex> elements;
  bool waiting = false, ordered = true, hole = true;
  for (NodeId c = n + 1; c < t_[n].next; c = t_[c].next) {
    if (t_[c].kind == Kind::comment) continue;
    if (is_plain_token(t_[c].kind)) {
      const bool comma = w_.source(c) == ",";
      if (comma && hole && elements.size() < kMaxElements) elements.push_back(ExprIndex{0});
      hole = comma || c == n + 1;
      continue;
    }
    hole = false;
    const bool spread = t_[c].kind == Kind::spread;
    const NodeId held = spread ? t_.first_named(c) : c;
    ExprIndex element = need(held, waiting);
    if (waiting) continue;
    if (spread) element = w_.make_expr(ExprKind::spread, raw(element));
    if (elements.size() >= kMaxElements) {
      ordered = false;
      if (std::find(elements.begin(), elements.end(), element) != elements.end()) continue;
      if (elements.size() >= 2 * kMaxElements) continue;
    }
    elements.push_back(element);
  }
  if (waiting) return ExprIndex{0};
  return w_.make_expr(ExprKind::array, raw(w_.make_list(elements)), ordered ? 1 : 0);
}

NodeId ExprBuilder::last_named(NodeId n) const {
  NodeId last = kNoNode;
  for (NodeId c = n + 1; c < t_[n].next; c = t_[c].next) {
    if (!is_plain_token(t_[c].kind) && t_[c].kind != Kind::comment) last = c;
  }
  return last;
}

ExprIndex Work::eval(NodeId n) {
  return n == kNoNode ? ExprIndex{0} : ExprBuilder(*this).run(n);
}

ExprIndex Work::eval_types(NodeId arguments) {
  return ExprBuilder(*this).types(arguments);
}

ExprIndex Work::make_list(std::span<const ExprIndex> elements) {
  ExprIndex list{0};
  for (std::size_t i = elements.size(); i > 0; --i) {
    list = make_expr(ExprKind::list, raw(elements[i - 1]), raw(list));
  }
  return list;
}

}  // namespace dg
