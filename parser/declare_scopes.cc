/// \file
/// Scopes and the names that they declare.

#include "parser/declarer.h"

namespace dg {

bool Declarer::declares_lexically(Kind kind) {
  switch (kind) {
    case Kind::lexical_declaration:
    case Kind::function_declaration:
    case Kind::generator_declaration:
    case Kind::class_declaration:
    case Kind::abstract_class:
    case Kind::enum_declaration:
    case Kind::interface_declaration:
    case Kind::type_alias:
      return true;
    default:
      return false;
  }
}

bool Declarer::holds_declarations(NodeId i) const {
  for (NodeId c = i + 1; c < t_[i].next; c = t_[c].next) {
    if (declares_lexically(t_[c].kind)) return true;
  }
  return false;
}

void Declarer::enter_block(NodeId i) {
  const Kind parent = t_[t_[i].parent].kind;
  const bool is_body = is_function(parent) || parent == Kind::class_static_block ||
                       parent == Kind::internal_module || parent == Kind::module_declaration;
  if (!is_body && holds_declarations(i)) open_scope(push(t_[i].next), ScopeKind::block);
}

void Declarer::enter_scoped_statement(NodeId i) {
  const Node& node = t_[i];
  if (node.kind == Kind::catch_clause) {
    open_scope(push(node.next), ScopeKind::block);
    const NodeId param = t_.child(i, Field::parameter);
    if (param != kNoNode) declare_pattern(param, top().scope, BindingKind::catch_, false);
    return;
  }
  if (node.kind == Kind::switch_body) {
    for (NodeId c = i + 1; c < node.next; c = t_[c].next) {
      if (holds_declarations(c)) {
        open_scope(push(node.next), ScopeKind::block);
        return;
      }
    }
    return;
  }
  bool lexical = false, var = false;
  BindingKind kind = BindingKind::const_;
  for (NodeId c = i + 1; c < node.next; c = t_[c].next) {
    if (t_[c].field == Field::body) break;
    lexical |= t_[c].kind == Kind::lexical_declaration || t_[c].kind == Kind::kw_const ||
               t_[c].kind == Kind::kw_let;
    if (t_[c].kind == Kind::kw_let) kind = BindingKind::let;
    var |= t_[c].kind == Kind::kw_var;
  }
  if (lexical) open_scope(push(node.next), ScopeKind::block);
  if (node.kind != Kind::for_in_statement || (!lexical && !var)) return;
  const NodeId left = t_.child(i, Field::left);
  if (left == kNoNode) return;
  declare_pattern(left, var ? top().var_scope : top().scope, var ? BindingKind::var : kind, false);
}

void Declarer::open_scope(Frame& frame, ScopeKind kind) {
  const auto scope = static_cast<std::uint32_t>(w_.facts.scopes.size());
  const bool root = scope == 0;
  w_.facts.scopes.push_back({kind, root ? kNone<ScopeIndex> : frame.scope, frame.atom});
  frame.scope = ScopeIndex{scope};
  if (kind == ScopeKind::function || kind == ScopeKind::module || kind == ScopeKind::namespace_) {
    frame.var_scope = frame.scope;
  }
  frame.opens_scope = true;
  w_.events.push_back(kEnterScope | scope);
}

void Declarer::enter_signature(NodeId i) {
  ignore_parameters(i);
  if (t_.child(i, Kind::type_parameters) != kNoNode) {
    open_scope(push(t_[i].next), ScopeKind::block);
  }
  const AtomIndex atom = w_.atom_of(i);
  if (t_[i].kind == Kind::function_signature && atom != kNone<AtomIndex>) {
    collect_params(w_, atom, i);
  }
}

void Declarer::enter_type(NodeId i) {
  const AtomIndex atom = w_.atom_of(i);
  if (atom == kNone<AtomIndex>) return;
  const Kind kind = t_[i].kind;
  if (kind == Kind::internal_module || kind == Kind::module_declaration) {
    make_class_shape(i, atom);
    Frame& frame = push(t_[i].next);
    open_scope(frame, ScopeKind::namespace_);
    frame.namespace_body = true;
    frame.this_code = 1;
    return;
  }
  if (kind == Kind::interface_declaration) make_class_shape(i, atom);
  if (t_.child(i, Kind::type_parameters) != kNoNode) {
    open_scope(push(t_[i].next), ScopeKind::block);
  }
}

void Declarer::declare_type_parameter(NodeId i) {
  const NodeId name = t_.child(i, Field::name);
  if (name != kNoNode) declare_identifier(name, top().scope, BindingKind::type);
}

void Declarer::enter_import(NodeId i) {
  if (t_[i].kind == Kind::import_alias) {
    const NodeId name = t_.first_named(i);
    if (name != kNoNode) declare_identifier(name, top().scope, BindingKind::const_);
    return;
  }
  w_.facts.is_module = true;
  w_.import_sites.push_back(i);
  for (NodeId j = i + 1; j < t_[i].next; ++j) {
    const Node& node = t_[j];
    if (node.kind != Kind::identifier) continue;
    NodeId name = j;
    if (t_[node.parent].kind == Kind::import_specifier && node.field == Field::name &&
        t_.child(node.parent, Field::alias) != kNoNode) {
      w_.mark[j] |= mark_skip | mark_declares;
      continue;
    }
    declare_identifier(name, top().scope, BindingKind::import);
  }
}

BindingKind Declarer::declaration_kind(NodeId declaration) const {
  if (t_[declaration].kind == Kind::variable_declaration) return BindingKind::var;
  for (NodeId c = declaration + 1; c < t_[declaration].next; c = t_[c].next) {
    if (t_[c].kind == Kind::kw_let) return BindingKind::let;
    if (t_[c].kind == Kind::variable_declarator) break;
  }
  return BindingKind::const_;
}

BindingIndex Declarer::declare_identifier(NodeId name, ScopeIndex scope, BindingKind kind) {
  w_.mark[name] |= mark_declares;
  const BindingIndex binding = w_.declare(scope, w_.intern(name), kind, name);
  w_.aux[name] = raw(binding) + 1;
  return binding;
}

void Declarer::declare_pattern(NodeId pattern, ScopeIndex scope, BindingKind kind, bool top_level) {
  for (NodeId j = pattern; j < t_[pattern].next;) {
    const Node& node = t_[j];
    // A pair pattern's target is in the field `value`, as a parameter's default value is.
    const bool is_default =
        (node.field == Field::right && j != pattern) ||
        (node.field == Field::value && t_[node.parent].kind != Kind::pair_pattern);
    if (is_default || node.kind == Kind::computed_name || node.kind == Kind::type_annotation ||
        node.kind == Kind::decorator) {
      j = node.next;
      continue;
    }
    if (node.kind == Kind::identifier || node.kind == Kind::shorthand_pattern) {
      declare_identifier(j, scope, kind);
      if (top_level) w_.mark[j] |= mark_variable;
    }
    ++j;
  }
}

void Declarer::enter_function(NodeId node) {
  const AtomIndex atom = w_.atom_of(node);
  Frame& frame = push(t_[node].next);
  frame.atom = atom;
  open_scope(frame, ScopeKind::function);
  if (t_[node].kind != Kind::arrow_function) {
    frame.this_code = raw(atom) + 1;
    frame.super_code = raw(atom) + 1;
  }
  declare_own_name(node, atom);
  declare_parameters(node);
  collect_params(w_, atom, node);
}

void Declarer::declare_own_name(NodeId node, AtomIndex atom) {
  const Kind kind = t_[node].kind;
  if (kind != Kind::function_expression && kind != Kind::generator_function &&
      kind != Kind::class_expression) {
    return;
  }
  const NodeId name = t_.child(node, Field::name);
  if (name == kNoNode) return;
  const bool is_class_name = kind == Kind::class_expression;
  w_.mark[name] |= mark_declares;
  const BindingIndex binding =
      w_.declare(top().scope, w_.intern(name),
                 is_class_name ? BindingKind::class_ : BindingKind::function, name);
  w_.facts.bindings[raw(binding)].atom = atom;
  w_.aux[name] = raw(binding) + 1;
}

void Declarer::declare_parameters(NodeId node) {
  const NodeId single = t_.child(node, Field::parameter);
  if (single != kNoNode) {
    declare_identifier(single, top().scope, BindingKind::param);
    return;
  }
  const NodeId list = t_.child(node, Field::parameters);
  if (list == kNoNode) return;
  for (NodeId p = list + 1; p < t_[list].next; p = t_[p].next) {
    NodeId pattern = p;
    if (t_[p].kind == Kind::required_parameter || t_[p].kind == Kind::optional_parameter) {
      pattern = t_.child(p, Field::pattern);
      if (pattern == kNoNode) pattern = t_.child(p, Field::name);
    }
    if (pattern == kNoNode || is_plain_token(t_[pattern].kind) ||
        t_[pattern].kind == Kind::comment || t_[pattern].kind == Kind::this_) {
      continue;
    }
    declare_pattern(pattern, top().scope, BindingKind::param, false);
  }
}

void Declarer::ignore_parameters(NodeId node) {
  const NodeId list = t_.child(node, Field::parameters);
  if (list == kNoNode) return;
  for (NodeId p = list + 1; p < t_[list].next; p = t_[p].next) {
    NodeId pattern = t_.child(p, Field::pattern);
    if (pattern == kNoNode) pattern = t_.child(p, Field::name);
    if (pattern == kNoNode) continue;
    for (NodeId j = pattern; j < t_[pattern].next; ++j) w_.mark[j] |= mark_skip | mark_declares;
  }
}

void Declarer::enter_class(NodeId node) {
  const AtomIndex atom = w_.atom_of(node);
  Frame& frame = push(t_[node].next);
  frame.atom = atom;
  open_scope(frame, ScopeKind::class_);
  declare_own_name(node, atom);
  make_class_shape(node, atom);
}

void Declarer::enter_class_body(NodeId node) {
  Frame& frame = push(t_[node].next);
  frame.this_code = raw(frame.atom) + 1;
  frame.super_code = raw(frame.atom) + 1;
}

}  // namespace dg
