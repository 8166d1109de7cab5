/// \file
/// The first pass: scopes, bindings and atoms, in source order.
///
/// An atom's extent is the run of nodes that is its code: the whole statement for the only
/// declarator of a declaration (with `export`, `const`), the pair or field for a member, the node
/// itself otherwise. Extents nest, and an atom is made when the loop reaches its extent's first
/// node; therefore atoms come out sorted by start, parents first.

#include "parser/declarer.h"

namespace dg {

void Declarer::run() {
  begin_module();
  for (NodeId i = 1; i < t_.size(); ++i) {
    while (i >= frames_.back().end) pop();
    enter(i);
  }
  while (!frames_.empty()) pop();
}

Frame& Declarer::push(NodeId end) {
  Frame frame = frames_.back();
  frame.end = end;
  frame.opens_scope = false;
  frame.namespace_body = false;
  frames_.push_back(frame);
  return frames_.back();
}

void Declarer::pop() {
  if (top().opens_scope) w_.events.push_back(kExitScope | raw(top().scope));
  frames_.pop_back();
}

void Declarer::begin_module() {
  Atom module;
  module.kind = AtomKind::module;
  module.name = module.qualified_name = w_.names.intern("<module>");
  w_.facts.atoms.push_back(module);
  AtomWork& work = w_.atoms.emplace_back();
  work.extent_end = t_.size();
  work.node = 0;
  work.segment = module.name;
  frames_.push_back({});
  top().end = t_.size();
  open_scope(top(), ScopeKind::module);
}

void Declarer::enter(NodeId i) {
  const Node& node = t_[i];
  switch (node.kind) {
    case Kind::identifier:
    case Kind::type_identifier:
    case Kind::shorthand_property:
    case Kind::shorthand_pattern:
      use_name(i);
      break;
    case Kind::this_:
      w_.aux[i] = top().this_code;
      break;
    case Kind::super_:
      w_.aux[i] = top().super_code;
      break;
    case Kind::export_statement:
      enter_export(i);
      break;
    case Kind::ambient_declaration:
      enter_ambient(i);
      break;
    case Kind::import_statement:
    case Kind::import_alias:
      enter_import(i);
      break;
    case Kind::call:
      note_import_site(i);
      break;
    case Kind::lexical_declaration:
    case Kind::variable_declaration:
      if (!planned(i)) plan_variables(i, i, node.next);
      break;
    case Kind::variable_declarator:
      if (!planned(i)) plan_declarator(i, i, node.next);
      break;
    case Kind::formal_parameters:
      break;
    default:
      enter_code(i);
      break;
  }
}

void Declarer::enter_code(NodeId i) {
  const Node& node = t_[i];
  switch (node.kind) {
    case Kind::function_declaration:
    case Kind::generator_declaration:
      if (!planned(i)) plan_named(i, i, node.next);
      enter_function(i);
      break;
    case Kind::function_expression:
    case Kind::generator_function:
    case Kind::arrow_function:
      if (!planned(i)) make_unplanned(i, node.next, i);
      enter_function(i);
      break;
    case Kind::class_declaration:
    case Kind::abstract_class:
      if (!planned(i)) plan_named(i, i, node.next);
      enter_class(i);
      break;
    case Kind::class_expression:
      if (!planned(i)) make_unplanned(i, node.next, i);
      enter_class(i);
      break;
    case Kind::class_body:
      enter_class_body(i);
      break;
    case Kind::class_static_block: {
      Frame& frame = push(node.next);
      open_scope(frame, ScopeKind::function);
      frame.this_code |= kThisIsClass;
      break;
    }
    case Kind::pair:
      plan_pair(i);
      break;
    case Kind::method_definition:
    case Kind::method_signature:
    case Kind::abstract_method:
      enter_method(i);
      break;
    case Kind::field_definition:
      if (!planned(i)) make_field(i, i);
      break;
    case Kind::decorator:
      enter_decorator(i);
      break;
    default:
      enter_type_or_block(i);
      break;
  }
}

void Declarer::enter_type_or_block(NodeId i) {
  const Node& node = t_[i];
  switch (node.kind) {
    case Kind::function_signature:
      if (!planned(i)) plan_named(i, i, node.next);
      enter_signature(i);
      break;
    case Kind::interface_declaration:
    case Kind::type_alias:
    case Kind::enum_declaration:
    case Kind::internal_module:
    case Kind::module_declaration:
      if (!planned(i)) plan_type(i, i, node.next);
      enter_type(i);
      break;
    case Kind::function_type:
    case Kind::constructor_type:
    case Kind::call_signature:
    case Kind::construct_signature:
      enter_signature(i);
      break;
    case Kind::type_parameter:
      declare_type_parameter(i);
      break;
    case Kind::statement_block:
      enter_block(i);
      break;
    case Kind::switch_body:
    case Kind::for_statement:
    case Kind::for_in_statement:
    case Kind::catch_clause:
      enter_scoped_statement(i);
      break;
    default:
      break;
  }
}

void Declarer::use_name(NodeId i) {
  const std::uint8_t mark = w_.mark[i];
  if ((mark & mark_variable) != 0) make_variable(i);
  if ((mark & (mark_declares | mark_skip)) != 0) return;
  w_.aux[i] = raw(w_.intern(i));
  w_.events.push_back(i);
}

void Declarer::enter_export(NodeId i) {
  if (!top().namespace_body) w_.facts.is_module = true;
  const NodeId declaration = t_.child(i, Field::declaration);
  if (declaration != kNoNode) plan_statement(declaration, i, t_[i].next);
  if (t_.child(i, Field::source) != kNoNode) w_.import_sites.push_back(i);
  const NodeId value = t_.child(i, Field::value);
  if (value != kNoNode) plan_default_value(value, i);
}

void Declarer::plan_default_value(NodeId value, NodeId statement) {
  const NodeId code = w_.unwrap(value);
  if (!is_function(t_[code].kind) && !is_class(t_[code].kind)) return;
  const NodeId name = t_.child(code, Field::name);
  const AtomIndex atom = make_code_atom(statement, t_[statement].next, code);
  w_.mark[code] |= mark_planned;
  const NameId text = name == kNoNode ? w_.names.intern("default") : w_.intern(name);
  set_name(atom, text, text, name);
  push_extent(atom);
}

void Declarer::plan_statement(NodeId node, NodeId begin, NodeId end) {
  switch (t_[node].kind) {
    case Kind::function_declaration:
    case Kind::generator_declaration:
    case Kind::class_declaration:
    case Kind::abstract_class:
    case Kind::function_signature:
      plan_named(node, begin, end);
      break;
    case Kind::interface_declaration:
    case Kind::type_alias:
    case Kind::enum_declaration:
    case Kind::internal_module:
    case Kind::module_declaration:
      plan_type(node, begin, end);
      break;
    case Kind::lexical_declaration:
    case Kind::variable_declaration:
      plan_variables(node, begin, end);
      break;
    case Kind::ambient_declaration: {
      w_.mark[node] |= mark_planned;
      push(end).ambient = true;
      const NodeId inner = t_.first_named(node);
      if (inner != kNoNode) plan_statement(inner, begin, end);
      break;
    }
    default:
      break;
  }
}

void Declarer::enter_ambient(NodeId i) {
  if (planned(i)) return;
  push(t_[i].next).ambient = true;
  const NodeId inner = t_.first_named(i);
  if (inner != kNoNode) plan_statement(inner, i, t_[i].next);
}

void Declarer::note_import_site(NodeId i) {
  const NodeId callee = t_.child(i, Field::function);
  if (callee == kNoNode) return;
  const bool import = t_[callee].kind == Kind::import_token;
  if (import || (t_[callee].kind == Kind::identifier && w_.source(callee) == "require")) {
    w_.import_sites.push_back(i);
  }
}

void declare(Work& work) {
  Declarer(work).run();
}

}  // namespace dg
