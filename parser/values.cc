/// \file
/// Values that flow into names: what declarations, assignments and loops start them with, what
/// functions return, and arguments of functions that are called where they stand.

#include "parser/work.h"

namespace dg {
namespace {

constexpr std::uint32_t kMaxReturns = 8;

class ValueExtractor {
 public:
  explicit ValueExtractor(Work& work) : w_(work), t_(work.tree) {}

  void visit(NodeId i, AtomIndex owner) {
    switch (t_[i].kind) {
      case Kind::assignment:
        assignment(i);
        break;
      case Kind::variable_declarator:
        declarator(i);
        break;
      case Kind::formal_parameters:
        defaults(i);
        break;
      case Kind::for_in_statement:
        for_in(i);
        break;
      case Kind::return_statement:
        returned(owner, t_.first_named(i));
        break;
      case Kind::arrow_function:
        arrow_body(i);
        break;
      default:
        break;
    }
  }

  /// The function literal that is called where it stands, or where it is handed to one that is:
  /// `(function (f) { f(b) })(function (a) {…})`.
  AtomIndex literal_called(NodeId callee) const {
    if (is_function(t_[callee].kind)) return w_.atom_of(callee);
    if (t_[callee].kind != Kind::identifier) return kNone<AtomIndex>;
    const BindingIndex binding = w_.binding_of(callee);
    if (binding == kNone<BindingIndex>) return kNone<AtomIndex>;
    const Binding& b = w_.facts.bindings[raw(binding)];
    const Expr& init = w_.facts.exprs[raw(b.init)];
    const bool literal = b.kind == BindingKind::param && init.kind == ExprKind::atom;
    return literal ? AtomIndex{init.a} : kNone<AtomIndex>;
  }

  /// `(function (a) {…})(b)`: a starts as b. Of several calls the first counts, but for one that
  /// hands over a module.
  void bind_iife(NodeId callee, NodeId list) {
    if (list == kNoNode || t_[list].kind != Kind::arguments) return;
    const AtomIndex atom = literal_called(callee);
    if (atom == kNone<AtomIndex>) return;
    const Range params = w_.facts.atoms[raw(atom)].params;
    NodeId argument = t_.first_named(list);
    for (std::uint32_t k = 0; k < params.count && argument != kNoNode; ++k) {
      const Param& param = w_.facts.params[params.begin + k];
      if (t_[argument].kind == Kind::spread || param.form == ParamForm::rest) return;
      const BindingIndex binding = param.binding;
      const ExprIndex value = w_.eval(argument);
      if (binding != kNone<BindingIndex>) {
        ExprIndex& init = w_.facts.bindings[raw(binding)].init;
        if (raw(init) == 0 || kind_of(value) == ExprKind::module) init = value;
      }
      argument = t_.first_named_after(argument, list);
    }
  }

  /// `import('x').then(m => …)`: m is the module.
  void bind_imported(NodeId callee, NodeId list) {
    if (t_[callee].kind != Kind::member || list == kNoNode || t_[list].kind != Kind::arguments)
      return;
    const NodeId object = t_.child(callee, Field::object);
    const NodeId method = t_.child(callee, Field::property);
    if (object == kNoNode || method == kNoNode || w_.source(method) != "then") return;
    const ExprIndex module = w_.eval(object);
    const NodeId first = t_.first_named(list);
    if (first == kNoNode || w_.facts.exprs[raw(module)].kind != ExprKind::module) return;
    const AtomIndex atom = w_.atom_of(w_.unwrap(first));
    if (!is_function(t_[w_.unwrap(first)].kind) || atom == kNone<AtomIndex>) return;
    const Range params = w_.facts.atoms[raw(atom)].params;
    if (params.count == 0) return;
    const ExprIndex value = w_.make_expr(ExprKind::await, raw(module));
    const Param& param = w_.facts.params[params.begin];
    if (param.form == ParamForm::plain && param.binding != kNone<BindingIndex>) {
      w_.facts.bindings[raw(param.binding)].init = value;
    } else if (param.form == ParamForm::destructured) {
      const NodeId pattern = parameter_pattern(w_.unwrap(first));
      if (pattern != kNoNode) flow(pattern, value);
    }
  }

 private:
  NodeId parameter_pattern(NodeId function) const {
    const NodeId list = t_.child(function, Field::parameters);
    NodeId first = list == kNoNode ? kNoNode : t_.first_named(list);
    if (first == kNoNode) return kNoNode;
    if (const NodeId inner = t_.child(first, Field::pattern); inner != kNoNode) first = inner;
    return t_[first].kind == Kind::object_pattern ? first : kNoNode;
  }

  ExprKind kind_of(ExprIndex value) const { return w_.facts.exprs[raw(value)].kind; }

  void assignment(NodeId i) {
    const NodeId left = t_.child(i, Field::left);
    const NodeId right = t_.child(i, Field::right);
    if (left == kNoNode || right == kNoNode) return;
    const NodeId name = w_.unwrap(left);
    if (t_[name].kind != Kind::identifier) return;
    const BindingIndex binding = w_.binding_of(name);
    if (binding == kNone<BindingIndex>) return;
    const ExprIndex value = w_.eval(right);
    Binding& b = w_.facts.bindings[raw(binding)];
    if (raw(b.init) == 0 && b.atom == kNone<AtomIndex>) b.init = value;
    if (raw(b.init) == 0 && b.kind != BindingKind::function && b.kind != BindingKind::class_) {
      b.init = value;
    }
    // `try { x = require('a') } catch { x = require('b') }`: either.
    if (b.init != value && kind_of(b.init) == ExprKind::module &&
        kind_of(value) == ExprKind::module) {
      b.init = w_.make_expr(ExprKind::choice, raw(b.init), raw(value));
    }
  }

  void declarator(NodeId i) {
    const NodeId name = t_.child(i, Field::name), value = t_.child(i, Field::value);
    if (name == kNoNode || value == kNoNode) return;
    const ExprIndex init = w_.eval(value);
    if (t_[name].kind != Kind::identifier) return flow(name, init);
    set_init(name, init);
    if (names_exports(value)) {
      const BindingIndex binding = w_.binding_of(name);
      if (binding == kNone<BindingIndex>) return;
      w_.export_alias.resize(w_.facts.bindings.size());
      w_.export_alias[raw(binding)] = 1;
    }
  }

  /// Whether a value is `module.exports`, `exports` or an assignment to one of them.
  bool names_exports(NodeId value) {
    NodeId n = w_.unwrap(value);
    while (t_[n].kind == Kind::assignment) {
      const NodeId left = t_.child(n, Field::left), right = t_.child(n, Field::right);
      if (left == kNoNode || right == kNoNode) return false;
      if (w_.facts.exprs[raw(w_.eval(left))].kind == ExprKind::module_exports) return true;
      n = w_.unwrap(right);
    }
    return w_.facts.exprs[raw(w_.eval(n))].kind == ExprKind::module_exports;
  }

  /// `(f = g, {h = g}) => …`: g is one of the things that f and h can be.
  void defaults(NodeId list) {
    for (NodeId p = t_.first_named(list); p != kNoNode; p = t_.first_named_after(p, list)) {
      NodeId pattern = p, value = kNoNode;
      if (t_[p].kind == Kind::assignment_pattern) {
        pattern = t_.child(p, Field::left);
        value = t_.child(p, Field::right);
      } else if (t_[p].kind == Kind::required_parameter || t_[p].kind == Kind::optional_parameter) {
        pattern = t_.child(p, Field::pattern);
        value = t_.child(p, Field::value);
      }
      if (pattern == kNoNode) continue;
      const ExprIndex otherwise = value == kNoNode ? ExprIndex{0} : w_.eval(value);
      if (t_[pattern].kind == Kind::object_pattern || t_[pattern].kind == Kind::array_pattern) {
        flow(pattern, otherwise);
      } else if (t_[pattern].kind == Kind::identifier && raw(otherwise) != 0) {
        set_init(pattern, otherwise);
      }
    }
  }

  void set_init(NodeId name, ExprIndex value) {
    const BindingIndex binding = w_.binding_of(name);
    if (binding == kNone<BindingIndex>) return;
    Binding& b = w_.facts.bindings[raw(binding)];
    if (raw(b.init) == 0) b.init = value;
  }

  void for_in(NodeId i) {
    const NodeId left = t_.child(i, Field::left), right = t_.child(i, Field::right);
    if (left == kNoNode || right == kNoNode) return;
    bool of = false;
    for (NodeId c = t_[left].next; c < right; c = t_[c].next) of |= w_.source(c) == "of";
    if (!of) return;
    const ExprIndex list = w_.eval(right);
    if (raw(list) == 0) return;
    const ExprIndex element = w_.make_expr(ExprKind::element, raw(list));
    if (t_[left].kind != Kind::identifier) return flow(left, element);
    if ((w_.mark[left] & mark_declares) != 0) set_init(left, element);
  }

  /// Unfolds a destructuring pattern from the outside in: what flows into each of its nodes.
  void flow(NodeId pattern, ExprIndex value) {
    w_.memo[pattern] = raw(value) + 1;
    for (NodeId j = pattern + 1; j < t_[pattern].next;) {
      const Node& node = t_[j];
      const NodeId parent = node.parent;
      const bool skipped = node.field == Field::right || node.kind == Kind::computed_name ||
                           node.kind == Kind::type_annotation || w_.memo[parent] == 0;
      if (skipped || is_plain_token(node.kind) || node.kind == Kind::comment) {
        j = node.next;
        continue;
      }
      const ExprIndex in = part_of(j, ExprIndex{w_.memo[parent] - 1});
      if (node.kind == Kind::identifier || node.kind == Kind::shorthand_pattern) {
        if ((w_.mark[j] & mark_declares) != 0) set_init(j, in);
      } else {
        w_.memo[j] = raw(in) + 1;
      }
      ++j;
    }
  }

  /// The part of `in`, which flows into j's parent, that flows into j.
  ExprIndex part_of(NodeId j, ExprIndex in) {
    const NodeId parent = t_[j].parent;
    const bool known = raw(in) != 0;
    switch (t_[parent].kind) {
      case Kind::object_pattern: {
        NodeId key = kNoNode;
        if (t_[j].kind == Kind::shorthand_pattern) key = j;
        if (t_[j].kind == Kind::pair_pattern) key = t_.child(j, Field::key);
        if (t_[j].kind == Kind::object_assignment_pattern) {
          key = t_.child(j, Field::left);
          if (key != kNoNode && t_[key].kind != Kind::shorthand_pattern) key = kNoNode;
        }
        NameId name{};
        if (t_[j].kind == Kind::rest_pattern) return in;
        if (!known || key == kNoNode || !w_.key_name(key, name)) return ExprIndex{0};
        return w_.make_expr(ExprKind::member, raw(in), raw(name));
      }
      case Kind::array_pattern:
        if (t_[j].kind == Kind::rest_pattern) return in;
        return known ? w_.make_expr(ExprKind::element, raw(in)) : in;
      case Kind::assignment_pattern:
      case Kind::object_assignment_pattern: {
        const NodeId right = t_.child(parent, Field::right);
        const ExprIndex otherwise = right == kNoNode ? ExprIndex{0} : w_.eval(right);
        if (raw(otherwise) == 0) return in;
        return w_.make_expr(ExprKind::choice, raw(in), raw(otherwise));
      }
      default:
        return in;
    }
  }

  // --- Returned values ---

  void returned(AtomIndex atom, NodeId value) {
    if (value == kNoNode || raw(atom) == 0) return;
    const AtomKind kind = w_.facts.atoms[raw(atom)].kind;
    if (kind == AtomKind::generator || kind == AtomKind::variable || kind == AtomKind::class_)
      return;
    if (w_.atoms[raw(atom)].return_count >= kMaxReturns) return;
    const ExprIndex expr = w_.eval(value);
    Atom& fact = w_.facts.atoms[raw(atom)];
    if (raw(expr) == 0 || expr == fact.returns) return;
    ++w_.atoms[raw(atom)].return_count;
    const ExprIndex both = raw(fact.returns) == 0
                               ? expr
                               : w_.make_expr(ExprKind::choice, raw(fact.returns), raw(expr));
    w_.facts.atoms[raw(atom)].returns = both;
  }

  void arrow_body(NodeId i) {
    const NodeId body = t_.child(i, Field::body);
    const AtomIndex atom = w_.atom_of(i);
    if (body == kNoNode || atom == kNone<AtomIndex>) return;
    if (t_[body].kind != Kind::statement_block) returned(atom, body);
  }

  Work& w_;
  const SyntaxTree& t_;
};

}  // namespace

void extract_value(Work& work, NodeId node, AtomIndex owner) {
  ValueExtractor(work).visit(node, owner);
}

void flow_into_parameters(Work& work, NodeId callee, NodeId arguments) {
  ValueExtractor(work).bind_iife(callee, arguments);
  ValueExtractor(work).bind_imported(callee, arguments);
}

}  // namespace dg
