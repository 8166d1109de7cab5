#include "parser/contexts.h"

namespace dg {
namespace {

constexpr int kMaxNesting = 12;

class ContextFinder {
 public:
  explicit ContextFinder(Work& work) : w_(work), t_(work.tree) {}

  ExprIndex of(NodeId n, int nesting) {
    if (nesting > kMaxNesting) return ExprIndex{0};
    const NodeId child = n;
    const NodeId parent = t_[n].parent;
    if (parent == kNoNode) return ExprIndex{0};
    switch (t_[parent].kind) {
      case Kind::as_expression:
      case Kind::satisfies: {
        const NodeId type = t_.first_named_after(child, parent);
        return type == kNoNode ? of(parent, nesting + 1) : typed(w_.eval(type));
      }
      case Kind::parenthesized: {
        const ExprIndex cast = documented(parent);
        return raw(cast) == 0 ? of(parent, nesting + 1) : cast;
      }
      case Kind::non_null:
      case Kind::ternary:
      case Kind::binary:
        return of(parent, nesting + 1);
      case Kind::arguments:
        return argument(child, parent, nesting);
      case Kind::pair: {
        const ExprIndex own = t_[child].field == Field::key ? ExprIndex{0} : documented(parent);
        return raw(own) == 0 ? property(t_.child(parent, Field::key), parent, nesting) : own;
      }
      case Kind::object:
        return t_[child].kind == Kind::method_definition
                   ? property(t_.child(child, Field::name), child, nesting)
                   : ExprIndex{0};
      case Kind::array: {
        const ExprIndex list = of(parent, nesting + 1);
        return raw(list) == 0 ? list : w_.make_expr(ExprKind::iterated, raw(list));
      }
      case Kind::variable_declarator:
      case Kind::field_definition:
      case Kind::required_parameter:
      case Kind::optional_parameter: {
        if (t_[child].field != Field::value) return ExprIndex{0};
        const NodeId type = t_.child(parent, Field::type);
        return type == kNoNode ? documented(declaration_of(parent)) : typed(w_.eval(type));
      }
      case Kind::assignment: {
        const NodeId left = t_.child(parent, Field::left);
        if (left == kNoNode || child == left) return ExprIndex{0};
        const ExprIndex declared = documented(t_[parent].parent);
        return raw(declared) == 0 ? w_.eval(left) : declared;
      }
      case Kind::return_statement:
        return returned(parent, nesting);
      case Kind::arrow_function:
        return t_[child].field == Field::body ? result_of(parent, nesting) : ExprIndex{0};
      default:
        return ExprIndex{0};
    }
  }

 private:
  ExprIndex typed(ExprIndex type) { return w_.typed(ExprIndex{0}, type); }

  /// The type of `/** @type {T} */` before a node; none.
  ExprIndex documented(NodeId n) { return typed(w_.documented_type(n)); }

  /// Where a comment on a variable or field stands before: the statement that declares it.
  NodeId declaration_of(NodeId declarator) const {
    if (t_[declarator].kind != Kind::variable_declarator) return declarator;
    const NodeId declaration = t_[declarator].parent;
    const NodeId outer = t_[declaration].parent;
    return t_[outer].kind == Kind::export_statement ? outer : declaration;
  }

  ExprIndex argument(NodeId child, NodeId list, int nesting) {
    const NodeId call = t_[list].parent;
    if (t_[call].kind != Kind::call && t_[call].kind != Kind::new_) return ExprIndex{0};
    std::uint32_t ordinal = 0;
    for (NodeId c = t_.first_named(list); c != child; c = t_.first_named_after(c, list)) {
      if (c == kNoNode || t_[c].kind == Kind::spread) return ExprIndex{0};
      ++ordinal;
    }
    const ExprIndex value = w_.eval(call);
    const ExprKind kind = w_.facts.exprs[raw(value)].kind;
    if (kind != ExprKind::call && kind != ExprKind::construct) return ExprIndex{0};
    // What is expected of the call's result tells type parameters too.
    const ExprIndex expected = of(call, nesting + 1);
    const Expr& e = w_.facts.exprs[raw(expected)];
    const bool declared = e.kind == ExprKind::typed && e.a == 0;
    const ExprIndex asked = declared ? w_.typed(value, ExprIndex{e.b}) : value;
    return w_.make_expr(ExprKind::argument, raw(asked), ordinal);
  }

  ExprIndex property(NodeId key, NodeId member, int nesting) {
    const NodeId object = t_[member].parent;
    NameId name{};
    if (key == kNoNode || t_[object].kind != Kind::object) return ExprIndex{0};
    const bool computed = t_[key].kind == Kind::computed_name;
    const NodeId inner = computed ? t_.first_named(key) : kNoNode;
    if (computed ? inner == kNoNode : !w_.key_name(key, name)) return ExprIndex{0};
    const ExprIndex expected = of(object, nesting + 1);
    if (raw(expected) == 0) return expected;
    // Of `{[key]: …}` with who knows which key, any member.
    if (computed && !w_.constant_text(inner, name)) {
      return w_.make_expr(ExprKind::element, raw(expected), kNoIndex);
    }
    return w_.make_expr(ExprKind::member, raw(expected), raw(name));
  }

  ExprIndex returned(NodeId statement, int nesting) {
    NodeId n = t_[statement].parent;
    while (n != kNoNode && !is_function(t_[n].kind)) {
      if (is_class(t_[n].kind)) return ExprIndex{0};
      n = t_[n].parent;
    }
    return n == kNoNode ? ExprIndex{0} : result_of(n, nesting);
  }

  /// What a function is declared, or expected where it stands, to give.
  ExprIndex result_of(NodeId function, int nesting) {
    const NodeId type = t_.child(function, Field::return_type);
    if (type != kNoNode) return typed(w_.eval(type));
    const AtomIndex atom = w_.atom_of(function);
    if (atom == kNone<AtomIndex>) return ExprIndex{0};
    const ExprIndex declared = w_.atoms[raw(atom)].declared;
    if (raw(declared) != 0) return typed(declared);
    const ExprIndex expected = of(function, nesting + 1);
    return raw(expected) == 0 ? expected : w_.make_expr(ExprKind::call, raw(expected));
  }

  Work& w_;
  const SyntaxTree& t_;
};

}  // namespace

ExprIndex context_of(Work& work, NodeId value) {
  return ContextFinder(work).of(value, 0);
}

}  // namespace dg
