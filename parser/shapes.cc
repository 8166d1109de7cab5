/// \file
/// Members of classes, interfaces, namespaces and object literals.

#include <algorithm>

#include "parser/jsdoc.h"

namespace dg {
namespace {

class ShapeFiller {
 public:
  explicit ShapeFiller(Work& work) : w_(work), t_(work.tree) {
    std::stable_sort(w_.assigned.begin(), w_.assigned.end(),
                     [](const AssignedMember& a, const AssignedMember& b) {
                       return raw(a.shape) < raw(b.shape);
                     });
  }

  /// Evaluating a member's value may make further shapes, which join the end of the list.
  void run() {
    for (std::uint32_t s = 0; s < w_.shapes.size(); ++s) {
      const NodeId node = w_.shapes[s].node;
      const auto begin = static_cast<std::uint32_t>(w_.facts.members.size());
      switch (node == kNoNode ? Kind::comment : t_[node].kind) {
        case Kind::comment:
          described(w_.shapes[s]);
          break;
        case Kind::object:
          object(node);
          break;
        case Kind::object_type:
          type_members(node);
          break;
        case Kind::interface_declaration:
          interface(s, node);
          break;
        case Kind::internal_module:
        case Kind::module_declaration:
          namespace_members(ShapeIndex{s});
          break;
        default:
          class_members(s, node);
          break;
      }
      const auto end = static_cast<std::uint32_t>(w_.facts.members.size());
      w_.facts.shapes[s].members = {begin, end - begin};
    }
  }

 private:
  void add(NameId name, MemberKind kind, bool is_static, AtomIndex atom, ExprIndex value) {
    w_.facts.members.push_back({name, kind, is_static, atom, value});
  }

  NameId key_of(NodeId key) {
    NameId name{};
    return key != kNoNode && w_.key_name(key, name) ? name : NameId{};
  }

  AtomIndex code_atom(NodeId value) const {
    const NodeId code = w_.unwrap(value);
    const bool is_code = is_function(t_[code].kind) || is_class(t_[code].kind);
    return is_code ? w_.atom_of(code) : kNone<AtomIndex>;
  }

  /// The members that a comment gives an object type.
  void described(const ShapeWork& shape) {
    for (std::uint32_t i = shape.doc_begin; i < shape.doc_begin + shape.doc_count; ++i) {
      const WorkMember& member = w_.doc_members[i];
      add(member.name, MemberKind::field, false, kNone<AtomIndex>,
          w_.typed(ExprIndex{0}, member.type));
    }
  }

  /// What `/** @type {T} */` before a member says of it.
  ExprIndex documented(NodeId member, ExprIndex value) {
    const NodeId comment = doc_comment(w_, member);
    if (comment == kNoNode) return value;
    return w_.typed(value, read_doc(w_, comment, ScopeIndex{0}).type);
  }

  void field(NodeId member, NodeId key, NodeId value, bool is_static) {
    const NameId name = key_of(key);
    const NodeId annotation = t_.child(member, Field::type);
    ExprIndex expr = value == kNoNode ? ExprIndex{0} : w_.eval(value);
    if (annotation != kNoNode) expr = w_.typed(expr, w_.eval(annotation));
    expr = documented(member, expr);
    const AtomIndex atom = value == kNoNode ? kNone<AtomIndex> : code_atom(value);
    add(name, MemberKind::field, is_static, atom, expr);
  }

  void object(NodeId node) {
    for (NodeId c = node + 1; c < t_[node].next; c = t_[c].next) {
      switch (t_[c].kind) {
        case Kind::pair:
          if (prototype(c)) break;
          field(c, t_.child(c, Field::key), t_.child(c, Field::value), false);
          break;
        case Kind::method_definition:
          method(c);
          break;
        case Kind::shorthand_property: {
          const ExprIndex value = w_.eval(c);
          add(w_.intern(c), MemberKind::field, false, kNone<AtomIndex>, value);
          break;
        }
        case Kind::spread: {
          const NodeId inner = t_.first_named(c);
          if (inner == kNoNode) break;
          const ExprIndex value = w_.eval(inner);
          add(NameId{}, MemberKind::spread, false, kNone<AtomIndex>, value);
          break;
        }
        default:
          break;
      }
    }
  }

  /// `{__proto__: base}` has what base has, where it has nothing of that name itself.
  bool prototype(NodeId pair) {
    const NodeId key = t_.child(pair, Field::key), value = t_.child(pair, Field::value);
    if (key == kNoNode || value == kNoNode || t_[key].kind == Kind::computed_name) return false;
    NameId name{};
    if (!w_.key_name(key, name) || w_.names.text(name) != "__proto__") return false;
    add(name, MemberKind::spread, false, kNone<AtomIndex>, w_.eval(value));
    return true;
  }

  void method(NodeId node) {
    const AtomIndex atom = w_.atom_of(node);
    if (atom == kNone<AtomIndex>) return;
    const Atom& fact = w_.facts.atoms[raw(atom)];
    const MemberKind kind = fact.kind == AtomKind::getter   ? MemberKind::getter
                            : fact.kind == AtomKind::setter ? MemberKind::setter
                                                            : MemberKind::method;
    add(key_of(t_.child(node, Field::name)), kind, fact.is_static, atom, ExprIndex{0});
  }

  void class_members(std::uint32_t shape, NodeId node) {
    const NodeId body = t_.child(node, Field::body);
    heritage(shape, node);
    if (body != kNoNode) {
      for (NodeId c = body + 1; c < t_[body].next; c = t_[c].next) class_member(c);
    }
    const auto first =
        std::lower_bound(w_.assigned.begin(), w_.assigned.end(), shape,
                         [](const AssignedMember& a, std::uint32_t s) { return raw(a.shape) < s; });
    for (auto it = first; it != w_.assigned.end() && raw(it->shape) == shape; ++it) {
      const Expr& value = w_.facts.exprs[raw(it->value)];
      const AtomIndex atom = value.kind == ExprKind::atom ? AtomIndex{value.a} : kNone<AtomIndex>;
      add(it->name, MemberKind::assigned, it->is_static, atom, it->value);
    }
  }

  void class_member(NodeId c) {
    switch (t_[c].kind) {
      case Kind::method_definition:
        method(c);
        parameter_properties(c);
        break;
      case Kind::abstract_method:
      case Kind::method_signature:
        method(c);
        break;
      case Kind::field_definition: {
        NodeId name = t_.child(c, Field::name);
        if (name == kNoNode) name = t_.child(c, Field::property);
        field(c, name, t_.child(c, Field::value), t_.has(c, Kind::kw_static));
        break;
      }
      default:
        break;
    }
  }

  /// TypeScript: `constructor(private store: Store)` declares and assigns this.store.
  void parameter_properties(NodeId method_node) {
    const NodeId list = t_.child(method_node, Field::parameters);
    const NodeId name = t_.child(method_node, Field::name);
    if (list == kNoNode || name == kNoNode || w_.source(name) != "constructor") return;
    for (NodeId p = list + 1; p < t_[list].next; p = t_[p].next) {
      const bool property = t_.has(p, Kind::accessibility_modifier) ||
                            t_.has(p, Kind::override_modifier) || has_readonly(p);
      const NodeId pattern = property ? t_.child(p, Field::pattern) : kNoNode;
      if (pattern == kNoNode || t_[pattern].kind != Kind::identifier) continue;
      const ExprIndex value = w_.eval(pattern);
      add(w_.intern(pattern), MemberKind::field, false, kNone<AtomIndex>, value);
    }
  }

  bool has_readonly(NodeId p) const {
    for (NodeId c = p + 1; c < t_[p].next; c = t_[c].next) {
      if (t_[c].kind == Kind::token && w_.source(c) == "readonly") return true;
    }
    return false;
  }

  void heritage(std::uint32_t shape, NodeId node) {
    const NodeId clause = t_.child(node, Kind::class_heritage);
    if (clause == kNoNode) return;
    const NodeId extends = t_.child(clause, Kind::extends_clause);
    const NodeId implements = t_.child(clause, Kind::implements_clause);
    NodeId value = kNoNode;
    if (extends != kNoNode) {
      value = t_.child(extends, Field::value);
    } else if (implements == kNoNode) {
      value = t_.first_named(clause);
    }
    if (value != kNoNode) {
      ExprIndex expr = w_.eval(value);
      const NodeId arguments =
          extends == kNoNode ? kNoNode : t_.child(extends, Kind::type_arguments);
      if (arguments != kNoNode) {
        const ExprIndex list = w_.eval_types(arguments);
        expr = w_.make_expr(ExprKind::apply, raw(expr), raw(list));
      } else {
        expr = documented_parent(node, expr);
      }
      w_.facts.shapes[shape].extends = expr;
    }
    if (implements != kNoNode) type_list(shape, implements, false);
  }

  /// `@extends {Base<T>}`: the type arguments that JavaScript cannot write.
  ExprIndex documented_parent(NodeId node, ExprIndex parent) {
    const AtomIndex atom = w_.atom_of(node);
    const NodeId comment =
        atom == kNone<AtomIndex> ? kNoNode : doc_comment(w_, w_.atoms[raw(atom)].doc_before);
    if (comment == kNoNode) return parent;
    const Expr type = w_.facts.exprs[raw(read_doc(w_, comment, w_.scope_of(atom)).extends)];
    return type.kind == ExprKind::apply ? w_.make_expr(ExprKind::apply, raw(parent), type.b)
                                        : parent;
  }

  void type_list(std::uint32_t shape, NodeId clause, bool first_is_extends) {
    std::vector<ExprIndex> types;
    for (NodeId c = clause + 1; c < t_[clause].next; c = t_[c].next) {
      const Kind kind = t_[c].kind;
      if (kind != Kind::type_identifier && kind != Kind::generic_type &&
          kind != Kind::nested_type_identifier) {
        continue;
      }
      types.push_back(w_.eval(c));
    }
    if (first_is_extends && !types.empty()) {
      w_.facts.shapes[shape].extends = types.front();
      types.erase(types.begin());
    }
    auto& lists = w_.facts.expr_lists;
    w_.facts.shapes[shape].implements = {static_cast<std::uint32_t>(lists.size()),
                                         static_cast<std::uint32_t>(types.size())};
    lists.insert(lists.end(), types.begin(), types.end());
  }

  void interface(std::uint32_t shape, NodeId node) {
    const NodeId extends = t_.child(node, Kind::extends_type_clause);
    if (extends != kNoNode) type_list(shape, extends, true);
    const NodeId body = t_.child(node, Field::body);
    if (body != kNoNode) type_members(body);
  }

  /// Members of an interface or object type. What it is called as, constructed as and indexed by
  /// has a name that no source can have.
  void type_members(NodeId body) {
    for (NodeId c = body + 1; c < t_[body].next; c = t_[c].next) {
      switch (t_[c].kind) {
        case Kind::method_signature:
          type_method(c);
          break;
        case Kind::property_signature: {
          const NodeId annotation = t_.child(c, Field::type);
          type_member(key_of(t_.child(c, Field::name)),
                      annotation == kNoNode ? ExprIndex{0} : w_.eval(annotation));
          break;
        }
        case Kind::call_signature:
          type_member(w_.names.intern("<call>"), w_.eval(c));
          break;
        case Kind::construct_signature:
          type_member(w_.names.intern("<new>"), w_.eval(c));
          break;
        case Kind::index_signature: {
          const NodeId annotation = t_.child(c, Field::type);
          if (annotation != kNoNode) type_member(w_.names.intern("<index>"), w_.eval(annotation));
          break;
        }
        default:
          break;
      }
    }
  }

  void type_member(NameId name, ExprIndex type) {
    add(name, MemberKind::field, false, kNone<AtomIndex>, w_.typed(ExprIndex{0}, type));
  }

  /// `get x(): T` in a type is a field.
  void type_method(NodeId node) {
    const NameId name = key_of(t_.child(node, Field::name));
    if (t_.has(node, Kind::kw_get)) {
      const NodeId annotation = t_.child(node, Field::return_type);
      return type_member(name, annotation == kNoNode ? ExprIndex{0} : w_.eval(annotation));
    }
    const ExprIndex type = w_.eval(node);
    add(name, MemberKind::method, false, kNone<AtomIndex>, w_.typed(ExprIndex{0}, type));
  }

  /// What a namespace holds, by the atoms directly inside it.
  void namespace_members(ShapeIndex shape) {
    const AtomIndex holder = w_.facts.shapes[raw(shape)].atom;
    const NodeId end = w_.atoms[raw(holder)].extent_end;
    for (std::uint32_t a = raw(holder) + 1; a < w_.atoms.size() && w_.atoms[a].extent_begin < end;
         ++a) {
      if (w_.facts.atoms[a].parent != holder) continue;
      const Atom& fact = w_.facts.atoms[a];
      if (fact.member_of != kNone<ShapeIndex>) continue;
      const NameId name = fact.name;
      add(name, MemberKind::field, true, AtomIndex{a}, ExprIndex{0});
    }
  }

  Work& w_;
  const SyntaxTree& t_;
};

}  // namespace

void fill_shapes(Work& work) {
  ShapeFiller(work).run();
}

}  // namespace dg
