/// \file
/// The first pass: scopes, bindings and atoms, in source order.
///
/// An atom's extent is the run of nodes that is its code: the whole statement for the only
/// declarator of a declaration (with `export`, `const`), the pair or field for a member, the node
/// itself otherwise. Extents nest, and an atom is made when the loop reaches its extent's first
/// node; therefore atoms come out sorted by start, parents first.

#include <vector>

#include "parser/check.h"
#include "parser/work.h"

namespace dg {
namespace {

constexpr std::uint32_t kEnter = 1U << 30;
constexpr std::uint32_t kExit = 2U << 30;

/// What holds inside a subtree. A frame is pushed where something changes and popped at `end`.
struct Frame {
  NodeId end = 0;
  AtomIndex atom{};
  ScopeIndex scope{};
  ScopeIndex var_scope{};
  std::uint32_t this_code = 1;
  std::uint32_t super_code = 0;
  bool ambient = false;
  bool opens_scope = false;
  bool namespace_body = false;
};

class Declarer {
 public:
  explicit Declarer(Work& work) : w_(work), t_(work.tree) {}

  void run() {
    begin_module();
    for (NodeId i = 1; i < t_.size(); ++i) {
      while (i >= frames_.back().end) pop();
      enter(i);
    }
    while (!frames_.empty()) pop();
  }

 private:
  Frame& top() { return frames_.back(); }

  Frame& push(NodeId end) {
    Frame frame = frames_.back();
    frame.end = end;
    frame.opens_scope = false;
    frame.namespace_body = false;
    frames_.push_back(frame);
    return frames_.back();
  }

  void pop() {
    if (top().opens_scope) w_.events.push_back(kExit | raw(top().scope));
    frames_.pop_back();
  }

  void open_scope(Frame& frame, ScopeKind kind) {
    const auto scope = static_cast<std::uint32_t>(w_.facts.scopes.size());
    const bool root = scope == 0;
    w_.facts.scopes.push_back({kind, root ? kNone<ScopeIndex> : frame.scope, frame.atom});
    frame.scope = ScopeIndex{scope};
    if (kind == ScopeKind::function || kind == ScopeKind::module || kind == ScopeKind::namespace_) {
      frame.var_scope = frame.scope;
    }
    frame.opens_scope = true;
    w_.events.push_back(kEnter | scope);
  }

  void begin_module() {
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

  // --- Atoms ---

  AtomIndex make_atom(NodeId begin, NodeId end, NodeId node, AtomKind kind, FunctionForm form) {
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

  void set_name(AtomIndex index, NameId name, NameId segment, NodeId name_at) {
    Atom& atom = w_.facts.atoms[raw(index)];
    atom.name = name;
    w_.atoms[raw(index)].segment = segment;
    w_.atoms[raw(index)].name_node = name_at;
    atom.start = w_.at(w_.atoms[raw(index)].extent_begin);
    atom.name_at = name_at == kNoNode ? atom.start : w_.at(name_at);
  }

  /// The atom of a function or class node, its kind read off the node.
  AtomIndex make_code_atom(NodeId begin, NodeId end, NodeId node) {
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

  void push_extent(AtomIndex atom) { push(w_.atoms[raw(atom)].extent_end).atom = atom; }

  /// A function or class that no statement has planned: named from where it stands.
  void make_unplanned(NodeId begin, NodeId end, NodeId node) {
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

  /// For `x.y = function () {}` as a statement: that statement, whose doc comment it has.
  NodeId statement_of_assignment(NodeId node) const {
    NodeId n = t_[node].parent;
    for (int steps = 0; n != kNoNode && steps < 8; ++steps, n = t_[n].parent) {
      if (t_[n].kind == Kind::expression_statement) return n;
      if (t_[n].kind != Kind::assignment && !is_wrapper(t_[n].kind)) return kNoNode;
    }
    return kNoNode;
  }

  void bind_to_atom(BindingIndex binding, AtomIndex atom) {
    Binding& b = w_.facts.bindings[raw(binding)];
    const bool replace = b.atom == kNone<AtomIndex> || !w_.facts.atoms[raw(atom)].ambient;
    if (replace) b.atom = atom;
  }

  // --- Declarations ---

  /// `function f` and `class C` as statements, possibly below `export` or `declare`.
  void plan_named(NodeId node, NodeId begin, NodeId end) {
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

  /// `export default function () {}`.
  void make_planned_default(NodeId node, NodeId begin, NodeId end) {
    const AtomIndex atom = make_code_atom(begin, end, node);
    w_.mark[node] |= mark_planned;
    const NameId name = w_.names.intern("default");
    set_name(atom, name, name, kNoNode);
    push_extent(atom);
  }

  void plan_type(NodeId node, NodeId begin, NodeId end) {
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

  /// A declaration with one plain name is one atom from `export` to `;`. With several, each
  /// declarator is on its own; destructured names are atoms of their own.
  void plan_variables(NodeId node, NodeId begin, NodeId end) {
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

  BindingKind declaration_kind(NodeId declaration) const {
    if (t_[declaration].kind == Kind::variable_declaration) return BindingKind::var;
    for (NodeId c = declaration + 1; c < t_[declaration].next; c = t_[c].next) {
      if (t_[c].kind == Kind::kw_let) return BindingKind::let;
      if (t_[c].kind == Kind::variable_declarator) break;
    }
    return BindingKind::const_;
  }

  void plan_declarator(NodeId node, NodeId begin, NodeId end) {
    w_.mark[node] |= mark_planned;
    const NodeId declaration = t_[node].parent;
    const NodeId name = t_.child(node, Field::name);
    if (name == kNoNode) return;
    const BindingKind kind = declaration_kind(declaration);
    const ScopeIndex scope = kind == BindingKind::var ? top().var_scope : top().scope;
    const ScopeKind scope_kind = w_.facts.scopes[raw(scope)].kind;
    const NodeId outer = t_[declaration].parent;
    const bool top_level =
        (scope_kind == ScopeKind::module || scope_kind == ScopeKind::namespace_) &&
        t_[outer].kind != Kind::for_statement;
    if (t_[name].kind != Kind::identifier) {
      declare_pattern(name, scope, kind, top_level);
      return;
    }
    const BindingIndex binding = declare_identifier(name, scope, kind);
    const NodeId value = t_.child(node, Field::value);
    const NodeId code = value == kNoNode ? kNoNode : w_.unwrap(value);
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

  BindingIndex declare_identifier(NodeId name, ScopeIndex scope, BindingKind kind) {
    w_.mark[name] |= mark_declares;
    const BindingIndex binding = w_.declare(scope, w_.intern(name), kind, name);
    w_.aux[name] = raw(binding) + 1;
    return binding;
  }

  /// All names of a destructuring pattern; default values are left for the loop.
  void declare_pattern(NodeId pattern, ScopeIndex scope, BindingKind kind, bool top_level) {
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

  /// A destructured top-level name.
  void make_variable(NodeId name) {
    const AtomIndex atom =
        make_atom(name, name + 1, name, AtomKind::variable, FunctionForm::variable);
    const auto binding = BindingIndex{w_.aux[name] - 1};
    bind_to_atom(binding, atom);
    const NameId text = w_.facts.bindings[raw(binding)].name;
    set_name(atom, text, text, name);
  }

  // --- Functions and classes ---

  void enter_function(NodeId node) {
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

  /// A function or class expression's own name is visible inside it only.
  void declare_own_name(NodeId node, AtomIndex atom) {
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

  void declare_parameters(NodeId node) {
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

  /// Parameter names of types and overloads are no names of any scope.
  void ignore_parameters(NodeId node) {
    const NodeId list = t_.child(node, Field::parameters);
    if (list == kNoNode) return;
    for (NodeId p = list + 1; p < t_[list].next; p = t_[p].next) {
      NodeId pattern = t_.child(p, Field::pattern);
      if (pattern == kNoNode) pattern = t_.child(p, Field::name);
      if (pattern == kNoNode) continue;
      for (NodeId j = pattern; j < t_[pattern].next; ++j) w_.mark[j] |= mark_skip | mark_declares;
    }
  }

  void enter_class(NodeId node) {
    const AtomIndex atom = w_.atom_of(node);
    Frame& frame = push(t_[node].next);
    frame.atom = atom;
    open_scope(frame, ScopeKind::class_);
    declare_own_name(node, atom);
    make_class_shape(node, atom);
  }

  void make_class_shape(NodeId node, AtomIndex atom) {
    const auto shape = ShapeIndex{static_cast<std::uint32_t>(w_.facts.shapes.size())};
    Shape& fact = w_.facts.shapes.emplace_back();
    fact.is_class =
        t_[node].kind != Kind::internal_module && t_[node].kind != Kind::module_declaration;
    fact.atom = atom;
    w_.shapes.push_back({node, false});
    w_.facts.atoms[raw(atom)].shape = shape;
  }

  void enter_class_body(NodeId node) {
    Frame& frame = push(t_[node].next);
    frame.this_code = raw(frame.atom) + 1;
    frame.super_code = raw(frame.atom) + 1;
  }

  struct Modifiers {
    bool is_static = false, is_async = false, get = false, set = false, generator = false;
  };
  Modifiers modifiers_of(NodeId node) const {
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

  NodeId name_node(NodeId member) const {
    const NodeId name = t_.child(member, Field::name);
    return name != kNoNode ? name : t_.child(member, Field::property);
  }

  /// A method, accessor or constructor of a class or object literal, or its signature.
  void make_method(NodeId begin, NodeId node) {
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

  NameId computed_name(NodeId name) {
    std::string text;
    append_canonical(w_, name, 80, text);
    return w_.names.intern(text);
  }

  /// A class field: an atom where it holds a function.
  void make_field(NodeId begin, NodeId node) {
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

  /// `k: function () {}` in an object literal.
  void plan_pair(NodeId node) {
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

  // --- The loop's body ---

  void enter(NodeId i) {
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
      case Kind::formal_parameters:
        break;
      default:
        enter_structure(i);
        break;
    }
  }

  bool planned(NodeId i) const { return (w_.mark[i] & mark_planned) != 0; }

  void enter_structure(NodeId i) {
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

  void use_name(NodeId i) {
    const std::uint8_t mark = w_.mark[i];
    if ((mark & mark_variable) != 0) make_variable(i);
    if ((mark & (mark_declares | mark_skip)) != 0) return;
    w_.aux[i] = raw(w_.intern(i));
    w_.events.push_back(i);
  }

  void enter_signature(NodeId i) {
    ignore_parameters(i);
    if (t_.child(i, Kind::type_parameters) != kNoNode) {
      open_scope(push(t_[i].next), ScopeKind::block);
    }
    const AtomIndex atom = w_.atom_of(i);
    if (t_[i].kind == Kind::function_signature && atom != kNone<AtomIndex>) {
      collect_params(w_, atom, i);
    }
  }

  void enter_method(NodeId i) {
    const Kind holder = t_[t_[i].parent].kind;
    const bool atom = t_[i].kind == Kind::method_definition || holder == Kind::class_body;
    if (atom && !planned(i)) make_method(i, i);
    if (t_[i].kind == Kind::method_definition) return enter_function(i);
    enter_signature(i);
    if (atom) collect_params(w_, w_.atom_of(i), i);
  }

  /// TypeScript's grammar puts a member's decorators before it, as siblings.
  void enter_decorator(NodeId i) {
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

  void enter_type(NodeId i) {
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

  void declare_type_parameter(NodeId i) {
    const NodeId name = t_.child(i, Field::name);
    if (name != kNoNode) declare_identifier(name, top().scope, BindingKind::type);
  }

  void enter_export(NodeId i) {
    if (!top().namespace_body) w_.facts.is_module = true;
    const NodeId declaration = t_.child(i, Field::declaration);
    if (declaration != kNoNode) plan_statement(declaration, i, t_[i].next);
    if (t_.child(i, Field::source) != kNoNode) w_.import_sites.push_back(i);
    const NodeId value = t_.child(i, Field::value);
    if (value != kNoNode) plan_default_value(value, i);
  }

  /// `export default () => {}`: the code is the atom `default` (or its own name).
  void plan_default_value(NodeId value, NodeId statement) {
    const NodeId code = w_.unwrap(value);
    if (!is_function(t_[code].kind) && !is_class(t_[code].kind)) return;
    const NodeId name = t_.child(code, Field::name);
    const AtomIndex atom = make_code_atom(statement, t_[statement].next, code);
    w_.mark[code] |= mark_planned;
    const NameId text = name == kNoNode ? w_.names.intern("default") : w_.intern(name);
    set_name(atom, text, text, name);
    push_extent(atom);
  }

  void plan_statement(NodeId node, NodeId begin, NodeId end) {
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

  void enter_ambient(NodeId i) {
    if (planned(i)) return;
    push(t_[i].next).ambient = true;
    const NodeId inner = t_.first_named(i);
    if (inner != kNoNode) plan_statement(inner, i, t_[i].next);
  }

  // --- Blocks ---

  static bool declares_lexically(Kind kind) {
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

  bool holds_declarations(NodeId i) const {
    for (NodeId c = i + 1; c < t_[i].next; c = t_[c].next) {
      if (declares_lexically(t_[c].kind)) return true;
    }
    return false;
  }

  void enter_block(NodeId i) {
    const Kind parent = t_[t_[i].parent].kind;
    const bool is_body = is_function(parent) || parent == Kind::class_static_block ||
                         parent == Kind::internal_module || parent == Kind::module_declaration;
    if (!is_body && holds_declarations(i)) open_scope(push(t_[i].next), ScopeKind::block);
  }

  void enter_scoped_statement(NodeId i) {
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
    declare_pattern(left, var ? top().var_scope : top().scope, var ? BindingKind::var : kind,
                    false);
  }

  // --- Imports ---

  void enter_import(NodeId i) {
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

  void note_import_site(NodeId i) {
    const NodeId callee = t_.child(i, Field::function);
    if (callee == kNoNode) return;
    const bool import = t_[callee].kind == Kind::import_token;
    if (import || (t_[callee].kind == Kind::identifier && w_.source(callee) == "require")) {
      w_.import_sites.push_back(i);
    }
  }

  Work& w_;
  const SyntaxTree& t_;
  std::vector<Frame> frames_;
};

}  // namespace

void declare(Work& work) {
  Declarer(work).run();
}

/// Names are resolved with one stack of visible bindings per name, so that the cost is that of the
/// identifiers and bindings, however deeply scopes nest.
void resolve_names(Work& work) {
  const auto& bindings = work.facts.bindings;
  std::vector<std::uint32_t> first(work.facts.scopes.size() + 1, 0), order(bindings.size());
  for (const Binding& b : bindings) ++first[raw(b.scope) + 1];
  for (std::size_t s = 1; s < first.size(); ++s) first[s] += first[s - 1];
  std::vector<std::uint32_t> fill(first.begin(), first.end() - 1);
  for (std::uint32_t b = 0; b < bindings.size(); ++b) order[fill[raw(bindings[b].scope)]++] = b;

  std::vector<std::uint32_t> visible(work.names.size(), 0), shadowed(bindings.size(), 0);
  for (const std::uint32_t event : work.events) {
    const std::uint32_t what = event & (3U << 30), value = event & ~(3U << 30);
    if (what == 0) {
      const std::uint32_t name = work.aux[value];
      work.aux[value] = visible[name] != 0 ? visible[name] : kGlobalName | name;
      continue;
    }
    for (std::uint32_t k = first[value]; k < first[value + 1]; ++k) {
      const std::uint32_t b = order[k], name = raw(bindings[b].name);
      if (what == kEnter) {
        shadowed[b] = visible[name];
        visible[name] = b + 1;
      } else {
        visible[name] = shadowed[b];
      }
    }
  }
}

}  // namespace dg
