/// \file
/// Exports: ESM, TypeScript's forms, and CommonJS in its common shapes; and assignments to members.

#include <string>

#include "parser/added.h"
#include "parser/descriptors.h"
#include "parser/jsdoc.h"

namespace dg {
namespace {

Export& add_export(Work& w, ExportKind kind, NameId exported, NodeId at) {
  Export& fact = w.facts.exports.emplace_back();
  fact.kind = kind;
  fact.exported = exported;
  fact.at = w.at(at);
  return fact;
}

void export_binding(Work& w, NodeId name) {
  const BindingIndex binding = w.binding_of(name);
  if (binding == kNone<BindingIndex>) return;
  const Binding& b = w.facts.bindings[raw(binding)];
  // Overloads and their implementation are one export.
  const auto& exports = w.facts.exports;
  if (!exports.empty() && exports.back().binding == binding && exports.back().exported == b.name) {
    return;
  }
  Export& fact = add_export(w, ExportKind::local, b.name, name);
  fact.binding = binding;
  fact.type_only = b.type_only;
}

/// All names that a declaration declares.
void export_declaration(Work& w, NodeId statement, NodeId declaration) {
  const SyntaxTree& t = w.tree;
  if (t[declaration].kind == Kind::ambient_declaration) {
    declaration = t.first_named(declaration);
    if (declaration == kNoNode) return;
  }
  const bool is_default = t.has(statement, Kind::kw_default);
  const Kind kind = t[declaration].kind;
  if (kind == Kind::lexical_declaration || kind == Kind::variable_declaration) {
    for (NodeId c = declaration + 1; c < t[declaration].next; c = t[c].next) {
      if (t[c].kind != Kind::variable_declarator) continue;
      const NodeId name = t.child(c, Field::name);
      if (name == kNoNode) continue;
      for (NodeId j = name; j < t[name].next; ++j) {
        const bool declares = (w.mark[j] & mark_declares) != 0;
        if (declares && w.aux[j] != 0) export_binding(w, j);
      }
    }
    return;
  }
  const NodeId name = t.child(declaration, Field::name);
  if (is_default) {
    Export& fact = add_export(w, ExportKind::local, w.names.intern("default"), declaration);
    if (name != kNoNode && w.binding_of(name) != kNone<BindingIndex>) {
      fact.binding = w.binding_of(name);
    } else {
      fact.kind = ExportKind::expression;
      const ExprIndex value = w.eval(declaration);
      w.facts.exports.back().value = value;
    }
    return;
  }
  if (name != kNoNode && t[name].leaf) export_binding(w, name);
}

void export_clause(Work& w, NodeId statement, NodeId clause) {
  const SyntaxTree& t = w.tree;
  const bool type_only = t.has(statement, Kind::kw_type);
  const bool from = w.aux[statement] != 0;
  for (NodeId c = clause + 1; c < t[clause].next; c = t[c].next) {
    if (t[c].kind != Kind::export_specifier) continue;
    const NodeId name = t.child(c, Field::name), alias = t.child(c, Field::alias);
    if (name == kNoNode) continue;
    NameId local{}, exported{};
    if (!w.key_name(name, local)) local = w.intern(name);
    exported = local;
    if (alias != kNoNode && !w.key_name(alias, exported)) exported = w.intern(alias);
    Export& fact = add_export(w, from ? ExportKind::named_from : ExportKind::local, exported, name);
    fact.type_only = type_only || t.has(c, Kind::kw_type);
    if (from) {
      fact.import = ImportIndex{w.aux[statement] - 1};
      fact.imported = local;
    } else {
      fact.binding = w.binding_of(name);
    }
  }
}

void export_star(Work& w, NodeId statement) {
  const SyntaxTree& t = w.tree;
  const NodeId ns = t.child(statement, Kind::namespace_export);
  NameId exported{};
  if (ns != kNoNode) {
    const NodeId name = t.first_named(ns);
    if (name != kNoNode && !w.key_name(name, exported)) exported = w.intern(name);
  }
  Export& fact = add_export(w, ns != kNoNode ? ExportKind::namespace_from : ExportKind::all_from,
                            exported, statement);
  fact.type_only = t.has(statement, Kind::kw_type);
  fact.import = ImportIndex{w.aux[statement] - 1};
}

bool inside_namespace(const Work& w, NodeId statement) {
  const NodeId block = w.tree[statement].parent;
  return block != kNoNode && w.tree[block].kind == Kind::statement_block;
}

bool is_void(const Work& w, NodeId value) {
  const NodeId n = w.unwrap(value);
  const Kind kind = w.tree[n].kind;
  return kind == Kind::undefined_ || (kind == Kind::unary && w.source(n).starts_with("void"));
}

void export_all(Work& w, NodeId value, NodeId at) {
  const ExprIndex expr = w.eval(value);
  add_export(w, ExportKind::cjs_all, NameId{}, at).value = expr;
  w.facts.is_commonjs = true;
}

/// `B` of `Object.create(B.prototype)`, `new B()`, `B.prototype`; else none.
ExprIndex parent_class_of(Work& w, NodeId value) {
  const SyntaxTree& t = w.tree;
  const NodeId n = w.unwrap(value);
  if (t[n].kind == Kind::new_) return w.eval(t.child(n, Field::constructor));
  NodeId prototype = n;
  if (t[n].kind == Kind::call) {
    const NodeId callee = t.child(n, Field::function);
    const NodeId arguments = t.child(n, Field::arguments);
    if (callee == kNoNode || arguments == kNoNode || w.source(callee) != "Object.create") {
      return ExprIndex{0};
    }
    prototype = t.first_named(arguments);
  }
  if (prototype == kNoNode || t[prototype].kind != Kind::member) return ExprIndex{0};
  const NodeId property = t.child(prototype, Field::property);
  if (property == kNoNode || w.source(property) != "prototype") return ExprIndex{0};
  return w.eval(t.child(prototype, Field::object));
}

bool is_prototype_of(const Work& w, NodeId n, NodeId& object) {
  if (n == kNoNode || w.tree[n].kind != Kind::member) return false;
  const NodeId property = w.tree.child(n, Field::property);
  object = w.tree.child(n, Field::object);
  return object != kNoNode && property != kNoNode && w.source(property) == "prototype";
}

/// `this.x = v`: a member of the class, or an assignment where there is no class.
void assign_to_this(Work& w, const Expr& self, NameId name, ExprIndex value, AtomIndex owner,
                    ExprIndex object) {
  const Atom& binder = w.facts.atoms[self.a];
  const bool class_self = self.kind == ExprKind::atom;
  ShapeIndex shape = binder.kind == AtomKind::class_ ? binder.shape : binder.member_of;
  if (shape != kNone<ShapeIndex> && !w.facts.shapes[raw(shape)].is_class) shape = kNone<ShapeIndex>;
  if (shape != kNone<ShapeIndex>) {
    w.assigned.push_back({shape, name, value, class_self || binder.is_static});
  } else if (may_hold_code(w.facts.exprs[raw(value)].kind)) {
    add_assignment(w, object, name, value, owner);
  }
}

/// A name of an object, by a getter: an export where it is the exports object.
void give_out(Work& w, NodeId object, NameId name, NodeId value, NodeId at, AtomIndex owner) {
  const ExprIndex target = w.eval(object);
  const ExprIndex held = w.eval(value);
  if (w.is_export_object(target)) {
    add_export(w, ExportKind::cjs_member, name, at).value = held;
    w.facts.is_commonjs = true;
  } else if (raw(target) != 0 && may_hold_code(w.facts.exprs[raw(held)].kind)) {
    add_assignment(w, target, name, held, owner);
  }
}

/// `this` in a descriptor's functions is the object that has the property.
void describe_this(Work& w, ExprIndex object, NodeId descriptor, AtomIndex owner) {
  if (w.tree[descriptor].kind != Kind::object || raw(object) == 0) return;
  add_assignment(w, object, w.names.intern("<descriptor>"), w.eval(descriptor), owner);
}

/// `Object.defineProperty(object, key, descriptor)`.
void define_property(Work& w, NodeId object, NodeId key, NodeId descriptor, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  const ExprIndex target = w.eval(object);
  describe_this(w, target, descriptor, owner);
  const NodeId value = described_value(w, descriptor);
  if (value == kNoNode) return;
  const bool exports = w.is_export_object(target);
  if (t[key].kind == Kind::identifier) {
    // Babel's `export *`: each key of x in turn, `get: function () { return x[key]; }`.
    const NodeId from = w.unwrap(value);
    const NodeId index = t[from].kind == Kind::subscript ? t.child(from, Field::index) : kNoNode;
    if (exports && index != kNoNode && w.source(index) == w.source(key)) {
      export_all(w, t.child(from, Field::object), key);
    }
    return;
  }
  NameId name{};
  if (t[key].kind != Kind::string || !w.key_name(key, name)) return;
  if (w.names.text(name) == "__esModule") return;
  give_out(w, object, name, value, key, owner);
}

/// `Object.defineProperties(object, {key: descriptor})`.
void define_properties(Work& w, NodeId object, NodeId table, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  if (t[table].kind != Kind::object) return;
  for (NodeId c = table + 1; c < t[table].next; c = t[c].next) {
    if (t[c].kind != Kind::pair) continue;
    const NodeId key = t.child(c, Field::key), descriptor = t.child(c, Field::value);
    if (descriptor == kNoNode) continue;
    describe_this(w, w.eval(object), descriptor, owner);
    const NodeId value = described_value(w, descriptor);
    NameId name{};
    if (value != kNoNode && key != kNoNode && w.key_name(key, name)) {
      give_out(w, object, name, value, key, owner);
    }
  }
}

/// `_export(exports, {a: () => a})`.
void give_out_table(Work& w, NodeId object, NodeId table, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  for (NodeId c = table + 1; c < t[table].next; c = t[c].next) {
    const NodeId value = given_by(w, c);
    const NodeId key = t.child(c, t[c].kind == Kind::pair ? Field::key : Field::name);
    NameId name{};
    if (value == kNoNode || key == kNoNode) continue;
    if (!w.key_name(key, name)) name = w.intern(key);
    give_out(w, object, name, value, key, owner);
  }
}

/// `from[key]` beside `to[key]`: what has that name there has it here, whatever the name is.
bool has_key_of(const Work& w, NodeId from, NodeId to) {
  const SyntaxTree& t = w.tree;
  if (t[from].kind != Kind::subscript) return false;
  const NodeId key = t.child(from, Field::index), wanted = t.child(to, Field::index);
  if (key == kNoNode || wanted == kNoNode || t[key].kind != Kind::identifier) return false;
  return w.source(key) == w.source(wanted);
}

/// `/** @type {T} */ x.y = v;`
ExprIndex documented(Work& w, NodeId assignment, ExprIndex value) {
  const NodeId statement = w.tree[assignment].parent;
  if (w.tree[statement].kind != Kind::expression_statement) return value;
  const NodeId comment = doc_comment(w, statement);
  if (comment == kNoNode) return value;
  return w.typed(value, read_doc(w, comment, ScopeIndex{0}).type);
}

/// What compilers write for `export *`, whatever the helper's arguments are called.
enum class Helper { none, star, star_onto, table };
Helper helper_named(std::string_view name) {
  if (name == "__exportStar" || name == "_export_star" || name == "_exportStar") {
    return Helper::star;
  }
  if (name == "__export" || name == "_export") return Helper::table;
  return name == "__reExport" ? Helper::star_onto : Helper::none;
}

/// `__exportStar(from, exports)`, `__export(from)`, `__reExport(onto, from)`,
/// `_export(exports, {…})`.
void extract_helper(Work& w, Helper helper, NodeId first, NodeId second, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  if (helper == Helper::table && second != kNoNode) {
    if (t[second].kind == Kind::object) give_out_table(w, first, second, owner);
    return;
  }
  if (helper == Helper::star_onto) {
    if (second != kNoNode && w.facts.is_commonjs) export_all(w, second, second);
    return;
  }
  const bool onto_exports = second == kNoNode || w.is_export_object(w.eval(second));
  if (onto_exports && w.facts.is_commonjs) export_all(w, first, first);
}

}  // namespace

void extract_export_statement(Work& w, NodeId node) {
  const SyntaxTree& t = w.tree;
  if (inside_namespace(w, node)) return;
  const NodeId declaration = t.child(node, Field::declaration);
  if (declaration != kNoNode) return export_declaration(w, node, declaration);
  const NodeId clause = t.child(node, Kind::export_clause);
  if (clause != kNoNode) return export_clause(w, node, clause);
  if (w.aux[node] != 0) return export_star(w, node);
  NodeId value = t.child(node, Field::value);
  const bool assignment = value == kNoNode && t.has(node, Kind::equals);
  if (assignment) value = t.first_named(node);
  if (value == kNoNode) return;
  const ExprIndex expr = w.eval(value);
  Export& fact = assignment
                     ? add_export(w, ExportKind::cjs_value, w.names.intern("="), value)
                     : add_export(w, ExportKind::expression, w.names.intern("default"), value);
  fact.value = expr;
}

void extract_assignment(Work& w, NodeId node, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  const NodeId left_node = t.child(node, Field::left), right = t.child(node, Field::right);
  if (left_node == kNoNode || right == kNoNode) return;
  const NodeId left = w.unwrap(left_node);
  if (t[left].kind != Kind::member && t[left].kind != Kind::subscript) return;
  const NodeId object_node = t.child(left, Field::object);
  if (object_node == kNoNode) return;
  const ExprIndex target = w.eval(left);
  const Expr target_expr = w.facts.exprs[raw(target)];
  const ExprIndex value = documented(w, node, w.eval(right));
  if (target_expr.kind == ExprKind::module_exports) {
    add_export(w, ExportKind::cjs_value, w.names.intern("="), left).value = value;
    return;
  }
  const ExprIndex object = w.eval(object_node);
  const Expr object_expr = w.facts.exprs[raw(object)];
  const bool this_module = object_expr.kind == ExprKind::this_ && object_expr.a == 0 &&
                           !w.facts.is_module && w.facts.is_commonjs;
  const bool exports = w.is_export_object(object) || this_module;
  if (target_expr.kind == ExprKind::element) {
    // `exports[key] = x[key]` in a loop over x's keys: everything of x.
    const NodeId from = w.unwrap(right);
    if (exports && t[from].kind == Kind::subscript) {
      export_all(w, t.child(from, Field::object), left);
    } else if (!exports && raw(object) != 0 && has_key_of(w, from, left)) {
      const ExprIndex source = w.eval(t.child(from, Field::object));
      if (may_hold_code(w.facts.exprs[raw(source)].kind)) {
        add_assignment(w, object, w.names.intern("<copy>"), source, owner);
      }
    } else if (!exports) {
      add_element(w, object, value, owner);
    }
    return;
  }
  if (target_expr.kind != ExprKind::member) return;
  const NameId property{target_expr.b};
  if (t[left].kind == Kind::subscript && !exports) {
    const NodeId index = t.child(left, Field::index);
    const bool some = w.names.text(property).starts_with('[');  // A symbol, or who knows.
    if (index != kNoNode && (some || t[index].kind == Kind::number)) {
      add_element(w, object, value, owner);
    }
  }
  if (exports && !is_void(w, right)) {
    const NodeId at = t.child(left, t[left].kind == Kind::member ? Field::property : Field::index);
    add_export(w, ExportKind::cjs_member, property, at).value = value;
    w.facts.is_commonjs = true;
  }
  NodeId of = kNoNode;
  if (w.names.text(property) == "prototype") {
    const ExprIndex parent = parent_class_of(w, right);
    if (raw(parent) != 0) {
      add_assignment(w, object, w.names.intern("<extends>"), parent, owner);
      return;
    }
  } else if (w.names.text(property) == "__proto__") {
    const NodeId from = w.unwrap(right);
    NodeId parent = kNoNode;
    if (is_prototype_of(w, w.unwrap(object_node), of) && is_prototype_of(w, from, parent)) {
      add_assignment(w, w.eval(of), w.names.intern("<extends>"), w.eval(parent), owner);
      return;
    }
  }
  const bool on_this = (object_expr.kind == ExprKind::this_ && object_expr.a != 0) ||
                       t[w.unwrap(object_node)].kind == Kind::this_;
  if (on_this && !this_module &&
      (object_expr.kind == ExprKind::this_ || object_expr.kind == ExprKind::atom)) {
    assign_to_this(w, object_expr, property, value, owner, object);
    return;
  }
  if (may_hold_code(w.facts.exprs[raw(value)].kind)) {
    add_assignment(w, object, property, value, owner);
  }
}

void extract_special_call(Work& w, NodeId call, AtomIndex owner) {
  const SyntaxTree& t = w.tree;
  const NodeId callee_node = t.child(call, Field::function);
  const NodeId arguments = t.child(call, Field::arguments);
  if (callee_node == kNoNode || arguments == kNoNode || t[arguments].kind != Kind::arguments)
    return;
  NodeId callee = w.unwrap(callee_node);
  NodeId object = kNoNode;
  if (t[callee].kind == Kind::member) {
    object = t.child(callee, Field::object);
    callee = t.child(callee, Field::property);
    if (callee == kNoNode) return;
  }
  const std::string_view name = w.source(callee);
  if (object != kNoNode) put_into(w, object, name, arguments, owner);
  if (object != kNoNode) apply_to_this(w, object, name, arguments, owner);
  const bool on_object = object != kNoNode && w.source(object) == "Object";
  const bool defines = (on_object || (object != kNoNode && w.source(object) == "Reflect")) &&
                       name == "defineProperty";
  const bool defines_all = on_object && name == "defineProperties";
  const bool assigns = on_object && name == "assign";
  const bool sets_prototype = on_object && name == "setPrototypeOf";
  const bool inherits =
      name == "inherits" || name == "__extends" || name == "_inherits" || name == "_inheritsLoose";
  const Helper helper = helper_named(name);
  const bool getter = object != kNoNode && name == "__defineGetter__";
  if (!defines && !defines_all && !assigns && !sets_prototype && !inherits && !getter &&
      helper == Helper::none) {
    return;
  }
  const NodeId first = t.first_named(arguments);
  const NodeId second = first == kNoNode ? kNoNode : t.first_named_after(first, arguments);
  if (first == kNoNode) return;
  if (helper != Helper::none) return extract_helper(w, helper, first, second, owner);
  if (second == kNoNode) return;
  NameId key{};
  if (getter && t[first].kind == Kind::string && w.key_name(first, key) &&
      is_function(t[w.unwrap(second)].kind)) {
    const NodeId value = returned_by(w, w.unwrap(second));
    if (value != kNoNode) give_out(w, object, key, value, first, owner);
  } else if (getter) {
    return;
  } else if (defines) {
    const NodeId third = t.first_named_after(second, arguments);
    if (third != kNoNode) define_property(w, first, second, third, owner);
  } else if (defines_all) {
    define_properties(w, first, second, owner);
  } else if (assigns) {
    const ExprIndex target = w.eval(first);
    const bool exports = w.is_export_object(target);
    for (NodeId s = second; s != kNoNode; s = t.first_named_after(s, arguments)) {
      if (exports) {
        export_all(w, s, s);
      } else {
        const ExprIndex value = w.eval(s);
        if (raw(target) != 0 && may_hold_code(w.facts.exprs[raw(value)].kind)) {
          add_assignment(w, target, w.names.intern("<mixin>"), value, owner);
        }
      }
    }
  } else if (sets_prototype) {
    NodeId child = kNoNode, parent = kNoNode;
    if (is_prototype_of(w, first, child) && is_prototype_of(w, second, parent)) {
      add_assignment(w, w.eval(child), w.names.intern("<extends>"), w.eval(parent), owner);
    } else {
      add_assignment(w, w.eval(first), w.names.intern("<proto>"), w.eval(second), owner);
    }
  } else {
    add_assignment(w, w.eval(first), w.names.intern("<extends>"), w.eval(second), owner);
  }
}

}  // namespace dg
