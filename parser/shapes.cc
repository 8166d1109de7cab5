/// \file
/// Members of classes, interfaces, namespaces and object literals.

#include <algorithm>

#include "parser/work.h"

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
      switch (t_[node].kind) {
        case Kind::object:
          object(node);
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

  void field(NodeId key, NodeId value, bool is_static) {
    const NameId name = key_of(key);
    const ExprIndex expr = value == kNoNode ? ExprIndex{0} : w_.eval(value);
    const AtomIndex atom = value == kNoNode ? kNone<AtomIndex> : code_atom(value);
    add(name, MemberKind::field, is_static, atom, expr);
  }

  void object(NodeId node) {
    for (NodeId c = node + 1; c < t_[node].next; c = t_[c].next) {
      switch (t_[c].kind) {
        case Kind::pair:
          field(t_.child(c, Field::key), t_.child(c, Field::value), false);
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
        field(name, t_.child(c, Field::value), t_.has(c, Kind::kw_static));
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
      const ExprIndex expr = w_.eval(value);
      w_.facts.shapes[shape].extends = expr;
    }
    if (implements != kNoNode) type_list(shape, implements, false);
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
    if (body == kNoNode) return;
    for (NodeId c = body + 1; c < t_[body].next; c = t_[c].next) {
      const NameId name = key_of(t_.child(c, Field::name));
      if (t_[c].kind == Kind::method_signature) {
        add(name, MemberKind::method, false, kNone<AtomIndex>, ExprIndex{0});
      } else if (t_[c].kind == Kind::property_signature) {
        add(name, MemberKind::field, false, kNone<AtomIndex>, ExprIndex{0});
      }
    }
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
