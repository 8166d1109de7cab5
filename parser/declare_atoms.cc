/// \file
/// Atoms of declarations and expressions: their kind, extent and name.

#include "parser/declarer.h"

namespace dg {

AtomIndex Declarer::make_atom(NodeId begin, NodeId end, NodeId node, AtomKind kind,
                              FunctionForm form) {
  const auto index = AtomIndex{static_cast<std::uint32_t>(w_.facts.atoms.size())};
  Atom& atom = w_.facts.atoms.emplace_back();
  atom.kind = kind;
  atom.form = form;
  atom.parent = top().atom;
  atom.ambient = top().ambient;
  AtomWork& work = w_.atoms.emplace_back();
  work.extent_begin = work.doc_before = begin;
  work.extent_end = end;
  work.node = node;
  if (w_.aux[node] == 0) w_.aux[node] = raw(index) + 1;
  return index;
}

void Declarer::set_name(AtomIndex index, NameId name, NameId segment, NodeId name_at) {
  Atom& atom = w_.facts.atoms[raw(index)];
  atom.name = name;
  w_.atoms[raw(index)].segment = segment;
  w_.atoms[raw(index)].name_node = name_at;
  atom.start = w_.at(w_.atoms[raw(index)].extent_begin);
  atom.name_at = name_at == kNoNode ? atom.start : w_.at(name_at);
}

AtomIndex Declarer::make_code_atom(NodeId begin, NodeId end, NodeId node) {
  AtomKind kind = AtomKind::function;
  FunctionForm form = FunctionForm::expression;
  switch (t_[node].kind) {
    case Kind::arrow_function:
      kind = AtomKind::arrow, form = FunctionForm::arrow;
      break;
    case Kind::generator_function:
      kind = AtomKind::generator;
      break;
    case Kind::generator_declaration:
      kind = AtomKind::generator, form = FunctionForm::declaration;
      break;
    case Kind::function_declaration:
    case Kind::function_signature:
      form = FunctionForm::declaration;
      break;
    case Kind::class_declaration:
    case Kind::abstract_class:
    case Kind::class_expression:
      kind = AtomKind::class_, form = FunctionForm::class_;
      break;
    default:
      break;
  }
  const AtomIndex index = make_atom(begin, end, node, kind, form);
  w_.facts.atoms[raw(index)].is_async = t_.has(node, Kind::kw_async);
  if (t_[node].kind == Kind::function_signature) w_.facts.atoms[raw(index)].ambient = true;
  return index;
}

void Declarer::make_unplanned(NodeId begin, NodeId end, NodeId node) {
  const AtomIndex atom = make_code_atom(begin, end, node);
  const GivenName given = name_from_context(w_, node);
  Atom& fact = w_.facts.atoms[raw(atom)];
  if (raw(given.test_callee) != 0) {
    fact.kind = AtomKind::test_callback;
    fact.test_callee = given.test_callee;
  }
  fact.member_of = given.object;
  set_name(atom, given.name, given.segment, given.at);
  const NodeId statement = statement_of_assignment(node);
  if (statement != kNoNode) w_.atoms[raw(atom)].doc_before = statement;
  push_extent(atom);
}

NodeId Declarer::statement_of_assignment(NodeId node) const {
  NodeId n = t_[node].parent;
  for (int steps = 0; n != kNoNode && steps < 8; ++steps, n = t_[n].parent) {
    if (t_[n].kind == Kind::expression_statement) return n;
    if (t_[n].kind != Kind::assignment && !is_wrapper(t_[n].kind)) return kNoNode;
  }
  return kNoNode;
}

void Declarer::bind_to_atom(BindingIndex binding, AtomIndex atom) {
  Binding& b = w_.facts.bindings[raw(binding)];
  const bool replace = b.atom == kNone<AtomIndex> || !w_.facts.atoms[raw(atom)].ambient;
  if (replace) b.atom = atom;
}

void Declarer::plan_named(NodeId node, NodeId begin, NodeId end) {
  const NodeId name = t_.child(node, Field::name);
  if (name == kNoNode) return make_planned_default(node, begin, end);
  const AtomIndex atom = make_code_atom(begin, end, node);
  w_.mark[node] |= mark_planned;
  w_.mark[name] |= mark_declares;
  const NameId text = w_.intern(name);
  const BindingKind kind = is_class(t_[node].kind) ? BindingKind::class_ : BindingKind::function;
  const BindingIndex binding = w_.declare(top().scope, text, kind, name);
  bind_to_atom(binding, atom);
  w_.aux[name] = raw(binding) + 1;
  set_name(atom, text, text, name);
  push_extent(atom);
}

void Declarer::make_planned_default(NodeId node, NodeId begin, NodeId end) {
  const AtomIndex atom = make_code_atom(begin, end, node);
  w_.mark[node] |= mark_planned;
  const NameId name = w_.names.intern("default");
  set_name(atom, name, name, kNoNode);
  push_extent(atom);
}

void Declarer::plan_type(NodeId node, NodeId begin, NodeId end) {
  const NodeId name = t_.child(node, Field::name);
  if (name == kNoNode) return;
  const Kind kind = t_[node].kind;
  const bool is_enum = kind == Kind::enum_declaration;
  const bool is_namespace = kind == Kind::internal_module || kind == Kind::module_declaration;
  const AtomIndex atom = make_atom(begin, end, node,
                                   is_enum                    ? AtomKind::enum_
                                   : is_namespace             ? AtomKind::namespace_
                                   : kind == Kind::type_alias ? AtomKind::type_alias
                                                              : AtomKind::interface,
                                   FunctionForm::none);
  w_.mark[node] |= mark_planned;
  w_.mark[name] |= mark_declares;
  NameId text = w_.intern(name);
  if (t_[name].kind == Kind::string) {
    std::string value;
    if (w_.literal_text(name, value)) text = w_.names.intern(value);
  } else {
    NodeId leaf = name;
    while (!t_[leaf].leaf) {
      w_.mark[leaf] |= mark_skip | mark_declares;
      ++leaf;
    }
    w_.mark[leaf] |= mark_declares;
    const BindingKind binding_kind = is_enum        ? BindingKind::enum_
                                     : is_namespace ? BindingKind::namespace_
                                                    : BindingKind::type;
    const BindingIndex binding = w_.declare(top().scope, w_.intern(leaf), binding_kind, leaf);
    Binding& b = w_.facts.bindings[raw(binding)];
    if (b.atom == kNone<AtomIndex>) b.atom = atom;
    w_.aux[leaf] = raw(binding) + 1;
  }
  set_name(atom, text, text, name);
  push_extent(atom);
}

void Declarer::plan_variables(NodeId node, NodeId begin, NodeId end) {
  w_.mark[node] |= mark_planned;
  NodeId only = kNoNode;
  int count = 0;
  for (NodeId c = node + 1; c < t_[node].next; c = t_[c].next) {
    if (t_[c].kind == Kind::variable_declarator) only = c, ++count;
  }
  const NodeId parent = t_[node].parent;
  const Kind outer = parent == kNoNode ? Kind::program : t_[parent].kind;
  if (count == 1 && outer != Kind::for_statement) plan_declarator(only, begin, end);
}

/// `require('x')`, `await import('x')` and members of them: what is bound to one is an import, as
/// in `import {a} from 'x'`, and no state of this module.
bool Declarer::takes_from_module(NodeId value) const {
  while (value != kNoNode) {
    value = w_.unwrap(value);
    const Kind kind = t_[value].kind;
    if (kind == Kind::call) {
      const NodeId callee = t_.child(value, Field::function);
      const NodeId arguments = t_.child(value, Field::arguments);
      if (callee == kNoNode || arguments == kNoNode) return false;
      const NodeId source = t_.first_named(arguments);
      return (t_[callee].kind == Kind::import_token || w_.source(callee) == "require") &&
             source != kNoNode && t_[source].kind == Kind::string;
    }
    if (kind == Kind::member) {
      value = t_.child(value, Field::object);
    } else if (kind == Kind::await_) {
      value = t_.first_named(value);
    } else {
      return false;
    }
  }
  return false;
}

/// Node's way to `require` in an ES module: `createRequire(import.meta.url)`.
bool Declarer::creates_require(NodeId value) const {
  if (value == kNoNode || t_[w_.unwrap(value)].kind != Kind::call) return false;
  const NodeId callee = t_.child(w_.unwrap(value), Field::function);
  return callee != kNoNode && w_.source(callee).ends_with("createRequire");
}

void Declarer::plan_declarator(NodeId node, NodeId begin, NodeId end) {
  w_.mark[node] |= mark_planned;
  const NodeId declaration = t_[node].parent;
  const NodeId name = t_.child(node, Field::name);
  if (name == kNoNode) return;
  const BindingKind kind = declaration_kind(declaration);
  const ScopeIndex scope = kind == BindingKind::var ? top().var_scope : top().scope;
  const ScopeKind scope_kind = w_.facts.scopes[raw(scope)].kind;
  const NodeId outer = t_[declaration].parent;
  const NodeId value = t_.child(node, Field::value);
  const bool exported = t_[outer].kind == Kind::export_statement;
  const bool top_level = (scope_kind == ScopeKind::module || scope_kind == ScopeKind::namespace_) &&
                         t_[outer].kind != Kind::for_statement &&
                         (exported || !takes_from_module(value));
  if (t_[name].kind != Kind::identifier) {
    declare_pattern(name, scope, kind, top_level);
    return;
  }
  const BindingIndex binding = declare_identifier(name, scope, kind);
  w_.created_require |= w_.source(name) == "require" && creates_require(value);
  const NodeId code = value == kNoNode ? kNoNode : w_.unwrap(value);
  if (kind == BindingKind::const_ && code != kNoNode &&
      (may_be_constant(t_[code].kind) || makes_symbol(w_, code))) {
    w_.constants.resize(w_.facts.bindings.size());
    w_.constants[raw(binding)] = code;
  }
  const bool is_code = code != kNoNode && (is_function(t_[code].kind) || is_class(t_[code].kind));
  if (!is_code && !top_level) return;
  const AtomIndex atom =
      is_code ? make_code_atom(begin, end, code)
              : make_atom(begin, end, node, AtomKind::variable, FunctionForm::variable);
  if (is_code) w_.mark[code] |= mark_planned;
  bind_to_atom(binding, atom);
  const NameId text = w_.facts.bindings[raw(binding)].name;
  set_name(atom, text, text, name);
  if (!is_code && code != kNoNode && t_[code].kind == Kind::object) {
    const ShapeIndex shape = w_.ensure_shape(code);
    w_.facts.shapes[raw(shape)].atom = atom;
    w_.facts.atoms[raw(atom)].shape = shape;
  }
  push_extent(atom);
}

void Declarer::make_variable(NodeId name) {
  const AtomIndex atom =
      make_atom(name, name + 1, name, AtomKind::variable, FunctionForm::variable);
  const auto binding = BindingIndex{w_.aux[name] - 1};
  bind_to_atom(binding, atom);
  const NameId text = w_.facts.bindings[raw(binding)].name;
  set_name(atom, text, text, name);
}

}  // namespace dg
