/// \file
/// Values that flow into names: what declarations, assignments and loops start them with, what
/// functions return, and arguments of functions that are called where they stand.

#include <string>

#include "parser/contexts.h"
#include "parser/jsdoc.h"

namespace dg {
namespace {

class ValueExtractor {
 public:
  explicit ValueExtractor(Work& work) : w_(work), t_(work.tree) {}

  void visit(NodeId i, AtomIndex owner) {
    switch (t_[i].kind) {
      case Kind::assignment:
      case Kind::augmented_assignment:
        assignment(i);
        break;
      case Kind::catch_clause:
        caught(i);
        break;
      case Kind::variable_declarator:
        declarator(i);
        break;
      case Kind::formal_parameters:
        parameters(t_[i].parent, i);
        break;
      case Kind::for_in_statement:
        for_in(i);
        break;
      case Kind::return_statement:
        returned(owner, t_.first_named(i));
        break;
      case Kind::arrow_function:
        if (t_.child(i, Field::parameter) != kNoNode) parameters(i, kNoNode);
        arrow_body(i);
        break;
      case Kind::class_declaration:
      case Kind::class_expression:
        class_types(i);
        break;
      case Kind::yield_:
        yielded(owner, i);
        break;
      case Kind::type_parameter:
        type_parameter(i);
        break;
      case Kind::type_alias:
        type_alias(i);
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
        const bool is_open = raw(init) == 0 || kind_of(init) == ExprKind::parameter;
        if (is_open || kind_of(value) == ExprKind::module) init = value;
      }
      argument = t_.first_named_after(argument, list);
    }
  }

 private:
  ExprKind kind_of(ExprIndex value) const { return w_.facts.exprs[raw(value)].kind; }

  void assignment(NodeId i) {
    const NodeId left = t_.child(i, Field::left);
    const NodeId right = t_.child(i, Field::right);
    if (left == kNoNode || right == kNoNode) return;
    const NodeId name = w_.unwrap(left);
    const ExprIndex value = w_.eval(right);
    if (t_[name].kind == Kind::object_pattern || t_[name].kind == Kind::array_pattern) {
      if (raw(value) != 0) flow(name, value);
    } else if (t_[name].kind == Kind::identifier) {
      assigned(name, value);
    }
  }

  void assigned(NodeId name, ExprIndex value) {
    const BindingIndex binding = w_.binding_of(name);
    if (binding == kNone<BindingIndex>) return;
    const ExprIndex init = w_.facts.bindings[raw(binding)].init;
    const Expr before = w_.facts.exprs[raw(init)];
    if (raw(value) == 0 || before.kind == ExprKind::parameter) return;
    if (before.kind == ExprKind::typed) {
      const ExprIndex held = w_.choice_of(ExprIndex{before.a}, value);
      w_.facts.bindings[raw(binding)].init = w_.typed(held, ExprIndex{before.b});
    } else {
      w_.facts.bindings[raw(binding)].init = w_.choice_of(init, value);
    }
  }

  /// `catch (e)`: e is what the `try` throws.
  void caught(NodeId i) {
    const NodeId pattern = t_.child(i, Field::parameter);
    const NodeId body = t_.child(t_[i].parent, Field::body);
    if (pattern == kNoNode || body == kNoNode) return;
    const ExprIndex value = thrown_in(w_, body);
    if (raw(value) == 0) return;
    if (t_[pattern].kind == Kind::identifier) return set_init(pattern, value);
    flow(pattern, value);
  }

  void declarator(NodeId i) {
    const NodeId name = t_.child(i, Field::name), value = t_.child(i, Field::value);
    const NodeId annotation = t_.child(i, Field::type);
    if (name == kNoNode || (value == kNoNode && annotation == kNoNode && !is_documented(i))) return;
    ExprIndex init = value == kNoNode ? ExprIndex{0} : w_.eval(value);
    if (annotation != kNoNode) init = w_.typed(init, w_.eval(annotation));
    init = documented(i, init);
    if (t_[name].kind != Kind::identifier) return flow(name, init);
    set_init(name, init);
    if (value != kNoNode && names_exports(value)) {
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

  /// The statement of a declarator, before which its comment stands.
  NodeId statement_of(NodeId declarator) const {
    const NodeId declaration = t_[declarator].parent;
    const NodeId outer = t_[declaration].parent;
    return t_[outer].kind == Kind::export_statement ? outer : declaration;
  }
  bool is_documented(NodeId declarator) const {
    return doc_comment(w_, statement_of(declarator)) != kNoNode;
  }
  ExprIndex documented(NodeId declarator, ExprIndex init) {
    const NodeId comment = doc_comment(w_, statement_of(declarator));
    if (comment == kNoNode) return init;
    return w_.typed(init, read_doc(w_, comment, ScopeIndex{0}).type);
  }

  void signature_result(NodeId signature, AtomIndex atom) {
    const Kind kind = t_[signature].kind;
    if (kind != Kind::function_signature && kind != Kind::method_signature &&
        kind != Kind::abstract_method) {
      return;
    }
    const NodeId result = t_.child(signature, Field::return_type);
    if (result != kNoNode) w_.atoms[raw(atom)].declared = w_.eval(result);
  }

  // --- Parameters ---

  /// What the parameters of a function can be: their declared type, what the place expects that the
  /// function is given to, their default. `(f = g, {h = g}) => …`: g is one of the things that f
  /// and h can be.
  void parameters(NodeId function, NodeId list) {
    const AtomIndex atom = w_.atom_of(function);
    if (atom == kNone<AtomIndex>) return;
    if (!is_function(t_[function].kind)) {
      signature_result(function, atom);
      return;
    }
    const DocTypes doc = doc_of_function(function, atom);
    const NodeId result = t_.child(function, Field::return_type);
    if (result != kNoNode) w_.atoms[raw(atom)].declared = w_.eval(result);
    if (raw(doc.returns) != 0) w_.atoms[raw(atom)].declared = doc.returns;
    if (raw(doc.self) != 0) declare_this(atom, function, doc.self);
    ExprIndex expected{0};
    bool asked = false;
    const auto context = [&](std::uint32_t ordinal) {
      if (!asked) expected = context_of(w_, function);
      asked = true;
      if (raw(expected) == 0) return ExprIndex{0};
      return w_.make_expr(ExprKind::parameter, raw(expected), ordinal);
    };
    if (list == kNoNode) {
      const NodeId only = t_.child(function, Field::parameter);
      const ExprIndex type = doc.params.empty() ? ExprIndex{0} : doc.params[0].type;
      return parameter(function, 0, only, kNoNode,
                       raw(type) != 0 ? w_.typed(ExprIndex{0}, type) : context(0));
    }
    std::uint32_t ordinal = 0;
    for (NodeId p = t_.first_named(list); p != kNoNode; p = t_.first_named_after(p, list)) {
      NodeId pattern = p, value = kNoNode, annotation = kNoNode;
      if (t_[p].kind == Kind::assignment_pattern) {
        pattern = t_.child(p, Field::left);
        value = t_.child(p, Field::right);
      } else if (t_[p].kind == Kind::required_parameter || t_[p].kind == Kind::optional_parameter) {
        pattern = t_.child(p, Field::pattern);
        if (pattern == kNoNode) pattern = t_.child(p, Field::name);
        value = t_.child(p, Field::value);
        annotation = t_.child(p, Field::type);
      }
      if (pattern != kNoNode && t_[pattern].kind == Kind::this_ && annotation != kNoNode) {
        declare_this(atom, pattern, w_.eval(annotation));
      }
      if (pattern == kNoNode || t_[pattern].kind == Kind::this_) continue;
      const ExprIndex type =
          annotation != kNoNode ? w_.eval(annotation) : documented_param(doc, pattern, ordinal);
      parameter(function, ordinal, pattern, value,
                raw(type) != 0 ? w_.typed(ExprIndex{0}, type) : context(ordinal));
      ++ordinal;
    }
  }

  /// `function f(this: T)`: a parameter of that name, which no code can name otherwise.
  void declare_this(AtomIndex atom, NodeId at, ExprIndex type) {
    const BindingIndex binding =
        w_.declare(w_.scope_of(atom), w_.names.intern("this"), BindingKind::param, at);
    w_.facts.bindings[raw(binding)].init = w_.typed(ExprIndex{0}, type);
  }

  DocTypes doc_of_function(NodeId function, AtomIndex atom) {
    NodeId comment = doc_comment(w_, w_.atoms[raw(atom)].doc_before);
    if (comment == kNoNode) comment = doc_comment(w_, function);
    if (comment == kNoNode) return {};
    DocTypes doc = read_doc(w_, comment, w_.scope_of(atom));
    // `/** @type {Handler} */ const f = (x) => …`: x is what a Handler is given.
    if (raw(doc.type) != 0 && doc.params.empty()) {
      const std::uint32_t count = w_.facts.atoms[raw(atom)].params.count;
      for (std::uint32_t i = 0; i < count; ++i) {
        const ExprIndex held = w_.typed(ExprIndex{0}, doc.type);
        doc.params.push_back({{}, w_.make_expr(ExprKind::parameter, raw(held), i)});
      }
    }
    return doc;
  }

  ExprIndex documented_param(const DocTypes& doc, NodeId pattern, std::uint32_t ordinal) {
    NodeId named = pattern;
    if (t_[pattern].kind == Kind::rest_pattern) named = t_.first_named(pattern);
    const bool plain = named != kNoNode && t_[named].kind == Kind::identifier;
    for (std::size_t i = 0; i < doc.params.size(); ++i) {
      const DocType& param = doc.params[i];
      if (param.name.empty() ? i != ordinal : plain ? w_.source(named) != param.name : i != ordinal)
        continue;
      // `{...T}` of a rest parameter is an array of T.
      const Expr type = w_.facts.exprs[raw(param.type)];
      return type.kind == ExprKind::spread ? w_.array_type(ExprIndex{type.a}) : param.type;
    }
    return ExprIndex{0};
  }

  /// What callers give a parameter that has no name of its own: `({a, b}) => …`.
  ExprIndex handed_over(NodeId function, std::uint32_t ordinal) {
    const ExprIndex self = w_.eval(function);
    return raw(self) == 0 ? self : w_.make_expr(ExprKind::parameter, raw(self), ordinal);
  }

  void parameter(NodeId function, std::uint32_t ordinal, NodeId pattern, NodeId value,
                 ExprIndex given) {
    const ExprIndex otherwise = value == kNoNode ? ExprIndex{0} : w_.eval(value);
    ExprIndex init = raw(given) == 0 ? otherwise : given;
    if (raw(given) != 0 && raw(otherwise) != 0) {
      const Expr& e = w_.facts.exprs[raw(given)];
      init = e.kind == ExprKind::typed ? w_.typed(otherwise, ExprIndex{e.b})
                                       : w_.make_expr(ExprKind::choice, raw(given), raw(otherwise));
    }
    if (t_[pattern].kind == Kind::object_pattern || t_[pattern].kind == Kind::array_pattern) {
      flow(pattern,
           raw(given) != 0 ? init : w_.choice_of(handed_over(function, ordinal), otherwise));
    } else if (t_[pattern].kind == Kind::identifier && raw(init) != 0) {
      set_init(pattern, init);
    } else if (t_[pattern].kind == Kind::rest_pattern && raw(init) != 0) {
      const NodeId inner = t_.first_named(pattern);
      const bool declared = w_.facts.exprs[raw(init)].kind == ExprKind::typed;
      if (inner != kNoNode && t_[inner].kind == Kind::identifier && declared) set_init(inner, init);
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
    ExprIndex element = w_.make_expr(ExprKind::iterated, raw(list));
    if (t_.has(i, Kind::kw_await)) element = w_.make_expr(ExprKind::await, raw(element));
    if (t_[left].kind != Kind::identifier) return flow(left, element);
    if ((w_.mark[left] & mark_declares) != 0) return set_init(left, element);
    assigned(left, element);
  }

  /// Unfolds a destructuring pattern from the outside in: what flows into each of its nodes, be it
  /// a declaration's or an assignment's.
  void flow(NodeId pattern, ExprIndex value) {
    w_.memo[pattern] = raw(value) + 1;
    for (NodeId j = pattern + 1; j < t_[pattern].next;) {
      const Node& node = t_[j];
      const NodeId parent = node.parent;
      const bool skipped = node.field == Field::right || node.kind == Kind::computed_name ||
                           node.kind == Kind::member || node.kind == Kind::subscript ||
                           node.kind == Kind::type_annotation || w_.memo[parent] == 0;
      if (skipped || is_plain_token(node.kind) || node.kind == Kind::comment) {
        j = node.next;
        continue;
      }
      const ExprIndex in = part_of(j, ExprIndex{w_.memo[parent] - 1});
      if (node.kind == Kind::identifier || node.kind == Kind::shorthand_pattern) {
        if ((w_.mark[j] & mark_declares) != 0) {
          set_init(j, in);
        } else {
          assigned(j, in);
        }
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
      case Kind::array_pattern: {
        if (!known) return in;
        if (t_[j].kind == Kind::rest_pattern) return w_.rest_of(in);
        return w_.make_expr(ExprKind::member, raw(in), raw(w_.names.intern(ordinal_of(j))));
      }
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

  /// The position of a part of an array pattern, holes counted.
  std::string ordinal_of(NodeId part) const {
    const NodeId pattern = t_[part].parent;
    int ordinal = 0;
    for (NodeId c = pattern + 1; c < part; c = t_[c].next) ordinal += w_.source(c) == "," ? 1 : 0;
    return std::to_string(ordinal);
  }

  // --- Types ---

  void type_parameter(NodeId i) {
    const NodeId name = t_.child(i, Field::name);
    const NodeId constraint = t_.child(i, Kind::constraint);
    const NodeId otherwise = t_.child(i, Field::value);
    const NodeId standard = otherwise == kNoNode ? kNoNode : t_.first_named(otherwise);
    if (name == kNoNode) return;
    const BindingIndex binding = w_.binding_of(name);
    const ExprIndex least = w_.eval(constraint);
    const ExprIndex omitted = w_.eval(standard);
    if (binding != kNone<BindingIndex>) {
      w_.facts.bindings[raw(binding)].init = w_.typed(omitted, least);
    }
  }

  /// `@template T` before a class: its members' comments may mention T.
  void class_types(NodeId i) {
    const AtomIndex atom = w_.atom_of(i);
    if (atom == kNone<AtomIndex>) return;
    const NodeId comment = doc_comment(w_, w_.atoms[raw(atom)].doc_before);
    if (comment != kNoNode) read_doc(w_, comment, w_.scope_of(atom));
  }

  void type_alias(NodeId i) {
    const NodeId value = t_.child(i, Field::value);
    const AtomIndex atom = w_.atom_of(i);
    if (value == kNoNode || atom == kNone<AtomIndex>) return;
    const ExprIndex type = w_.eval(value);
    w_.facts.atoms[raw(atom)].returns = type;
  }

  // --- Returned values ---

  void yielded(AtomIndex atom, NodeId i) {
    const NodeId value = t_.first_named(i);
    if (value == kNoNode || w_.facts.atoms[raw(atom)].kind == AtomKind::variable) return;
    if (w_.atoms[raw(atom)].return_count >= Work::kMaxChoices) return;
    ++w_.atoms[raw(atom)].return_count;
    ExprIndex element = w_.eval(value);
    if (t_.has(i, Kind::star)) element = w_.make_expr(ExprKind::spread, raw(element));
    const ExprIndex before = w_.atoms[raw(atom)].yields;
    w_.atoms[raw(atom)].yields = w_.make_expr(ExprKind::list, raw(element), raw(before));
  }

  void returned(AtomIndex atom, NodeId value) {
    if (value == kNoNode || raw(atom) == 0) return;
    const AtomKind kind = w_.facts.atoms[raw(atom)].kind;
    if (kind == AtomKind::generator || kind == AtomKind::variable || kind == AtomKind::class_) {
      return;
    }
    if (w_.atoms[raw(atom)].return_count >= Work::kMaxChoices) return;
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
}

}  // namespace dg
