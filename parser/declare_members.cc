/// \file
/// Members of classes and object literals, as far as they are atoms.

#include <string>

#include "parser/declarer.h"

namespace dg {

void Declarer::make_class_shape(NodeId node, AtomIndex atom) {
  const auto shape = ShapeIndex{static_cast<std::uint32_t>(w_.facts.shapes.size())};
  Shape& fact = w_.facts.shapes.emplace_back();
  fact.is_class =
      t_[node].kind != Kind::internal_module && t_[node].kind != Kind::module_declaration;
  fact.atom = atom;
  w_.shapes.push_back({node, false});
  w_.facts.atoms[raw(atom)].shape = shape;
}

Declarer::Modifiers Declarer::modifiers_of(NodeId node) const {
  Modifiers found;
  for (NodeId c = node + 1; c < t_[node].next; c = t_[c].next) {
    if (t_[c].field == Field::name || t_[c].field == Field::property) break;
    switch (t_[c].kind) {
      case Kind::kw_static:
        found.is_static = true;
        break;
      case Kind::kw_async:
        found.is_async = true;
        break;
      case Kind::kw_get:
        found.get = true;
        break;
      case Kind::kw_set:
        found.set = true;
        break;
      case Kind::star:
        found.generator = true;
        break;
      default:
        break;
    }
  }
  return found;
}

NodeId Declarer::name_node(NodeId member) const {
  const NodeId name = t_.child(member, Field::name);
  return name != kNoNode ? name : t_.child(member, Field::property);
}

void Declarer::make_method(NodeId begin, NodeId node) {
  const Modifiers mods = modifiers_of(node);
  const NodeId name = name_node(node);
  const NodeId holder = t_[node].parent;
  const bool in_object = t_[holder].kind == Kind::object;
  NameId simple{};
  if (name != kNoNode && !w_.key_name(name, simple)) simple = computed_name(name);
  const std::string_view text = w_.names.text(simple);
  const bool constructor = !in_object && !mods.is_static && text == "constructor";
  const AtomKind kind = constructor      ? AtomKind::constructor
                        : mods.get       ? AtomKind::getter
                        : mods.set       ? AtomKind::setter
                        : mods.generator ? AtomKind::generator
                                         : AtomKind::method;
  std::string segment;
  if (in_object) append_object_prefix(w_, holder, segment);
  if (mods.is_static) segment += "static:";
  if (mods.get) segment += "get:";
  if (mods.set) segment += "set:";
  segment += w_.names.text(simple);
  const AtomIndex atom = make_atom(begin, t_[node].next, node, kind, FunctionForm::method);
  Atom& fact = w_.facts.atoms[raw(atom)];
  fact.is_async = mods.is_async;
  fact.is_static = mods.is_static;
  if (t_[node].kind != Kind::method_definition) fact.ambient = true;
  fact.member_of = in_object ? w_.ensure_shape(holder) : w_.facts.atoms[raw(top().atom)].shape;
  w_.mark[node] |= mark_planned;
  set_name(atom, simple, w_.names.intern(segment), name);
  push_extent(atom);
}

NameId Declarer::computed_name(NodeId name) {
  std::string text;
  append_canonical(w_, name, 80, text);
  return w_.names.intern(text);
}

void Declarer::make_field(NodeId begin, NodeId node) {
  w_.mark[node] |= mark_planned;
  const Modifiers mods = modifiers_of(node);
  const NodeId value = t_.child(node, Field::value);
  const NodeId code = value == kNoNode ? kNoNode : w_.unwrap(value);
  if (code != kNoNode && (is_function(t_[code].kind) || is_class(t_[code].kind))) {
    const NodeId name = name_node(node);
    NameId simple{};
    if (name != kNoNode && !w_.key_name(name, simple)) simple = computed_name(name);
    const ShapeIndex shape = w_.facts.atoms[raw(top().atom)].shape;
    const AtomIndex atom = make_code_atom(begin, t_[node].next, code);
    w_.mark[code] |= mark_planned;
    Atom& fact = w_.facts.atoms[raw(atom)];
    fact.member_of = shape;
    fact.is_static = mods.is_static;
    std::string segment(mods.is_static ? "static:" : "");
    segment += w_.names.text(simple);
    set_name(atom, simple, w_.names.intern(segment), name);
    const std::uint32_t outer = top().this_code;
    push_extent(atom);
    top().this_code = mods.is_static ? outer | kThisIsClass : outer;
    return;
  }
  if (mods.is_static) push(t_[node].next).this_code |= kThisIsClass;
}

void Declarer::plan_pair(NodeId node) {
  const NodeId value = t_.child(node, Field::value);
  const NodeId code = value == kNoNode ? kNoNode : w_.unwrap(value);
  if (code == kNoNode || !(is_function(t_[code].kind) || is_class(t_[code].kind))) return;
  w_.mark[code] |= mark_planned;
  const AtomIndex atom = make_code_atom(node, t_[node].next, code);
  const GivenName given = name_from_context(w_, code);
  w_.facts.atoms[raw(atom)].member_of = given.object;
  set_name(atom, given.name, given.segment, given.at);
  push_extent(atom);
}

void Declarer::enter_method(NodeId i) {
  const Kind holder = t_[t_[i].parent].kind;
  const bool atom = t_[i].kind == Kind::method_definition || holder == Kind::class_body;
  if (atom && !planned(i)) make_method(i, i);
  if (t_[i].kind == Kind::method_definition) return enter_function(i);
  enter_signature(i);
  if (atom) collect_params(w_, w_.atom_of(i), i);
}

void Declarer::enter_decorator(NodeId i) {
  const NodeId holder = t_[i].parent;
  if (t_[holder].kind != Kind::class_body || planned(i)) return;
  NodeId member = t_[i].next;
  while (member < t_[holder].next &&
         (t_[member].kind == Kind::decorator || t_[member].kind == Kind::comment)) {
    w_.mark[member] |= mark_planned;  // The first decorator plans for all.
    member = t_[member].next;
  }
  if (member >= t_[holder].next || planned(member)) return;
  const Kind kind = t_[member].kind;
  if (kind == Kind::method_definition || kind == Kind::abstract_method ||
      kind == Kind::method_signature) {
    make_method(i, member);
  } else if (kind == Kind::field_definition) {
    make_field(i, member);
  }
}

}  // namespace dg
