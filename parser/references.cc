/// \file
/// References: every place that uses something, with the atom whose code it is; and, met on the
/// same way through the file, initial values, assignments, exports and returned values.

#include <array>
#include <string>

#include "parser/work.h"

namespace dg {
namespace {

/// How the context uses a name or member chain.
enum class Role : std::uint8_t { none, value, type, write };

class ReferenceExtractor {
 public:
  explicit ReferenceExtractor(Work& work) : w_(work), t_(work.tree) {}

  void run() {
    owners_.push_back(AtomIndex{0});
    std::uint32_t next = 1;
    for (NodeId i = 1; i < t_.size(); ++i) {
      while (w_.atoms[raw(owners_.back())].extent_end <= i) owners_.pop_back();
      while (next < w_.atoms.size() && w_.atoms[next].extent_begin == i) {
        owners_.push_back(AtomIndex{next++});
      }
      visit(i);
    }
  }

 private:
  AtomIndex owner() const { return owners_.back(); }

  void visit(NodeId i) {
    switch (t_[i].kind) {
      case Kind::identifier:
      case Kind::shorthand_property:
      case Kind::shorthand_pattern:
      case Kind::super_:
      case Kind::member:
      case Kind::subscript:
        chain(i);
        break;
      case Kind::type_identifier:
      case Kind::nested_type_identifier:
        type_name(i);
        break;
      case Kind::call:
        call(i);
        break;
      case Kind::new_:
        construct(i);
        break;
      case Kind::jsx_opening:
      case Kind::jsx_self_closing:
        jsx(i);
        break;
      case Kind::decorator:
        decorator(i);
        break;
      case Kind::class_heritage:
        heritage(i);
        break;
      case Kind::extends_clause:
        extends(i, Field::value);
        break;
      case Kind::implements_clause:
        type_list(i, ReferenceKind::implements);
        break;
      case Kind::extends_type_clause:
        type_list(i, ReferenceKind::extends);
        break;
      case Kind::assignment:
        extract_assignment(w_, i, owner());
        extract_value(w_, i, owner());
        break;
      case Kind::augmented_assignment:
        if (!is_logical_assignment(w_, i)) break;
        extract_assignment(w_, i, owner());
        extract_value(w_, i, owner());
        break;
      case Kind::formal_parameters:
      case Kind::variable_declarator:
      case Kind::for_in_statement:
      case Kind::catch_clause:
      case Kind::return_statement:
      case Kind::arrow_function:
      case Kind::class_declaration:
      case Kind::class_expression:
      case Kind::yield_:
      case Kind::type_parameter:
      case Kind::type_alias:
        extract_value(w_, i, owner());
        break;
      case Kind::export_statement:
        extract_export_statement(w_, i);
        break;
      default:
        break;
    }
  }

  // --- Emitting ---

  /// The node where the last name of a callee begins; the callee itself where it has none: of
  /// `outer(f)(x)` the second call stands where the expression does.
  NodeId last_name(NodeId callee) const {
    NodeId n = callee;
    for (;;) {
      n = w_.unwrap(n);
      NodeId inner = kNoNode;
      switch (t_[n].kind) {
        case Kind::member:
        case Kind::nested_identifier:
          inner = t_.child(n, Field::property);
          break;
        case Kind::nested_type_identifier:
          inner = t_.child(n, Field::name);
          break;
        case Kind::subscript:
          inner = t_.child(n, Field::index);
          break;
        case Kind::call:
        case Kind::new_:
          return callee;
        case Kind::generic_type:
          inner = t_.child(n, Field::name);
          break;
        case Kind::sequence:
          inner = last_of_sequence(n);
          break;
        default:
          return n;
      }
      if (inner == kNoNode) return n;
      if (t_[n].kind == Kind::subscript || t_[inner].leaf) return inner;
      n = inner;
    }
  }

  NodeId last_of_sequence(NodeId n) const {
    NodeId last = kNoNode;
    for (NodeId c = n + 1; c < t_[n].next; c = t_[c].next) {
      if (!is_plain_token(t_[c].kind) && t_[c].kind != Kind::comment) last = c;
    }
    return last;
  }

  Reference& emit(ReferenceKind kind, NodeId named, ExprIndex target) {
    Reference& r = w_.facts.references.emplace_back();
    r.kind = kind;
    r.owner = owner();
    r.target = target;
    // The byte offset stands in for the position until finish() has sorted the references.
    r.at.line = t_[last_name(named)].begin;
    return r;
  }

  NodeId shown_callee(NodeId callee) const {
    const NodeId inner = w_.unwrap(callee);
    if (t_[inner].kind != Kind::sequence) return inner;
    const NodeId last = last_of_sequence(inner);
    return last == kNoNode ? inner : last;
  }

  Range arguments(NodeId list) {
    if (list == kNoNode || t_[list].kind != Kind::arguments) return {};
    values_.clear();
    for (NodeId c = list + 1; c < t_[list].next; c = t_[c].next) {
      const Kind kind = t_[c].kind;
      if (is_plain_token(kind) || kind == Kind::comment) continue;
      const ExprIndex value = w_.eval(kind == Kind::spread ? t_.first_named(c) : c);
      values_.push_back(kind == Kind::spread ? w_.make_expr(ExprKind::spread, raw(value)) : value);
    }
    if (values_.empty()) return {};
    auto& lists = w_.facts.expr_lists;
    const Range range{static_cast<std::uint32_t>(lists.size()),
                      static_cast<std::uint32_t>(values_.size())};
    lists.insert(lists.end(), values_.begin(), values_.end());
    return range;
  }

  // --- Names and member chains used as values ---

  /// The topmost wrapper around a node.
  NodeId outermost(NodeId n) const {
    while (is_wrapper(t_[t_[n].parent].kind)) n = t_[n].parent;
    return n;
  }

  Role role_of(NodeId n) const {
    const NodeId child = outermost(n);
    const NodeId parent = t_[child].parent;
    const Field field = t_[child].field;
    switch (t_[parent].kind) {
      case Kind::member:
      case Kind::subscript:
      case Kind::nested_identifier:
        return field == Field::object ? Role::none : Role::value;
      case Kind::nested_type_identifier:
        return Role::none;
      case Kind::call:
        return field == Field::function ? Role::none : Role::value;
      case Kind::new_:
        return field == Field::constructor ? Role::none : Role::value;
      case Kind::jsx_opening:
      case Kind::jsx_closing:
      case Kind::jsx_self_closing:
        return field == Field::name ? Role::none : Role::value;
      case Kind::jsx_namespace_name:
      case Kind::decorator:
      case Kind::class_heritage:
      case Kind::export_specifier:
      case Kind::namespace_export:
        return Role::none;
      case Kind::extends_clause:
        return field == Field::value ? Role::none : Role::value;
      case Kind::assignment:
      case Kind::augmented_assignment:
      case Kind::for_in_statement:
      case Kind::assignment_pattern:
      case Kind::object_assignment_pattern:
        return field == Field::left ? Role::write : Role::value;
      case Kind::update:
      case Kind::object_pattern:
      case Kind::array_pattern:
      case Kind::pair_pattern:
      case Kind::rest_pattern:
        return Role::write;
      case Kind::type_query:
        return Role::type;
      case Kind::sequence:
        return is_called_sequence(parent, child) ? Role::none : Role::value;
      default:
        return Role::value;
    }
  }

  /// `(0, x.f)()`: the call itself refers to x.f.
  bool is_called_sequence(NodeId sequence, NodeId child) const {
    if (t_[child].next != t_[sequence].next) return false;
    const NodeId outer = outermost(sequence);
    return t_[t_[outer].parent].kind == Kind::call && t_[outer].field == Field::function;
  }

  NodeId root_of(NodeId n) const {
    for (;;) {
      n = w_.unwrap(n);
      if (t_[n].kind != Kind::member && t_[n].kind != Kind::subscript &&
          t_[n].kind != Kind::nested_identifier) {
        return n;
      }
      const NodeId object = t_.child(n, Field::object);
      if (object == kNoNode) return n;
      n = object;
    }
  }

  bool is_module_level(const Binding& b) const {
    const ScopeKind kind = w_.facts.scopes[raw(b.scope)].kind;
    return kind == ScopeKind::module || kind == ScopeKind::namespace_;
  }

  /// Whether a value use of that root may matter to another atom.
  bool matters(NodeId root, NodeId whole) const {
    const Kind kind = t_[root].kind;
    if (kind == Kind::this_) return root != whole && w_.aux[root] > 1;
    if (kind == Kind::super_) return root != whole;
    const bool name = kind == Kind::identifier || kind == Kind::type_identifier ||
                      kind == Kind::shorthand_property || kind == Kind::shorthand_pattern;
    if (!name) return false;
    const BindingIndex binding = w_.binding_of(root);
    if (binding == kNone<BindingIndex>) return false;
    const Binding& b = w_.facts.bindings[raw(binding)];
    return b.atom != kNone<AtomIndex> || b.import != kNone<ImportIndex> || is_module_level(b);
  }

  void chain(NodeId n) {
    if ((w_.mark[n] & (mark_declares | mark_skip)) != 0) return;
    const Role role = role_of(n);
    if (role == Role::none) return;
    if (role == Role::write) return write(n);
    use(n, role == Role::type);
  }

  void use(NodeId n, bool type_position) {
    const NodeId root = root_of(n);
    if (!matters(root, w_.unwrap(n))) return;
    Reference& r = emit(ReferenceKind::value, n, ExprIndex{0});
    r.type_position = type_position || is_type_only(root);
    r.optional_chain = t_.has(n, Kind::optional_chain);
    const auto index = w_.facts.references.size() - 1;
    const ExprIndex target = w_.eval(n);
    const NameId text = callee_text(w_, n);
    w_.facts.references[index].target = target;
    w_.facts.references[index].text = text;
  }

  bool is_type_only(NodeId root) const {
    const BindingIndex binding = w_.binding_of(root);
    const Kind kind = t_[root].kind;
    if (kind == Kind::this_ || kind == Kind::super_ || binding == kNone<BindingIndex>) return false;
    return w_.facts.bindings[raw(binding)].type_only;
  }

  void write(NodeId n) {
    const Kind kind = t_[n].kind;
    if (kind == Kind::member || kind == Kind::subscript) {
      const NodeId object = t_.child(n, Field::object);
      if (object != kNoNode && t_[w_.unwrap(object)].kind != Kind::this_) {
        use(w_.unwrap(object), false);
      }
      return;
    }
    const BindingIndex binding = w_.binding_of(n);
    if (kind == Kind::super_ || binding == kNone<BindingIndex>) return;
    Binding& b = w_.facts.bindings[raw(binding)];
    b.reassigned = true;
    if (!is_module_level(b) && b.import == kNone<ImportIndex>) return;
    const ExprIndex target = w_.eval(n);
    const NameId text = b.name;
    emit(ReferenceKind::write, n, target).text = text;
  }

  void type_name(NodeId n) {
    if ((w_.mark[n] & (mark_declares | mark_skip)) != 0) return;
    NodeId parent = t_[n].parent;
    if (t_[parent].kind == Kind::nested_type_identifier) return;
    if (t_[parent].kind == Kind::generic_type && t_[n].field == Field::name) {
      parent = t_[parent].parent;
    }
    const Kind kind = t_[parent].kind;
    if (kind == Kind::implements_clause || kind == Kind::extends_type_clause) return;
    NodeId root = n;
    while (t_[root].kind == Kind::nested_type_identifier ||
           t_[root].kind == Kind::nested_identifier) {
      const NodeId inner =
          t_.child(root, t_[root].kind == Kind::nested_identifier ? Field::object : Field::module);
      if (inner == kNoNode) return;
      root = inner;
    }
    if (!matters(root, n)) return;
    const ExprIndex target = w_.eval(n);
    const NameId text = callee_text(w_, n);
    Reference& r = emit(ReferenceKind::value, n, target);
    r.type_position = true;
    r.text = text;
  }

  // --- Calls ---

  void call(NodeId i) {
    const NodeId callee = t_.child(i, Field::function);
    const NodeId list = t_.child(i, Field::arguments);
    if (callee == kNoNode) return;
    extract_special_call(w_, i, owner());
    const bool is_import =
        w_.memo[i] != 0 && w_.facts.exprs[w_.memo[i] - 1].kind == ExprKind::module;
    if (is_import || t_[callee].kind == Kind::import_token) return;
    const NodeId shown = shown_callee(callee);
    flow_into_parameters(w_, shown, list);
    const bool tagged = list != kNoNode && t_[list].kind == Kind::template_string;
    const bool decorates = t_[t_[i].parent].kind == Kind::decorator;
    const ExprIndex target = w_.eval(callee);
    const Range args = arguments(list);
    const NameId text = callee_text(w_, shown);
    Reference& r = emit(tagged      ? ReferenceKind::tagged
                        : decorates ? ReferenceKind::decorator
                                    : ReferenceKind::call,
                        callee, target);
    r.args = args;
    r.text = text;
    r.optional_chain = t_.has(i, Kind::optional_chain) || t_.has(shown, Kind::optional_chain);
    r.awaited = is_awaited(i);
    w_.aux[i] = static_cast<std::uint32_t>(w_.facts.references.size());
    event(shown, list);
  }

  bool is_awaited(NodeId i) const {
    const NodeId parent = w_.parent_of_value(i);
    return parent != kNoNode && t_[parent].kind == Kind::await_;
  }

  void event(NodeId callee, NodeId list) {
    if (t_[callee].kind != Kind::member || list == kNoNode) return;
    const NodeId property = t_.child(callee, Field::property);
    const NodeId object = t_.child(callee, Field::object);
    if (property == kNoNode || object == kNoNode) return;
    ReferenceKind kind{};
    if (!event_method(w_.source(property), kind)) return;
    const NodeId key = t_.first_named(list);
    std::string text;
    if (key == kNoNode || !w_.literal_text(key, text)) return;
    const ExprIndex target = w_.eval(object);
    const NameId name = w_.names.intern(text);
    emit(kind, callee, target).text = name;
  }

  static bool event_method(std::string_view name, ReferenceKind& kind) {
    constexpr std::array<std::string_view, 4> kEmit = {"emit", "dispatchEvent", "trigger",
                                                       "publish"};
    constexpr std::array<std::string_view, 6> kListen = {
        "on", "once", "addEventListener", "subscribe", "addListener", "prependListener"};
    for (const std::string_view known : kEmit) {
      if (name == known) return kind = ReferenceKind::emit, true;
    }
    for (const std::string_view known : kListen) {
      if (name == known) return kind = ReferenceKind::listen, true;
    }
    return false;
  }

  void construct(NodeId i) {
    const NodeId callee = t_.child(i, Field::constructor);
    if (callee == kNoNode) return;
    const ExprIndex target = w_.eval(callee);
    const Range args = arguments(t_.child(i, Field::arguments));
    const NameId text = callee_text(w_, w_.unwrap(callee));
    Reference& r = emit(ReferenceKind::construct, callee, target);
    r.args = args;
    r.text = text;
    r.awaited = is_awaited(i);
    w_.aux[i] = static_cast<std::uint32_t>(w_.facts.references.size());
  }

  void simple(ReferenceKind kind, NodeId named, bool type_position) {
    const ExprIndex target = w_.eval(named);
    const NameId text = callee_text(w_, w_.unwrap(named));
    Reference& r = emit(kind, named, target);
    r.text = text;
    r.type_position = type_position;
  }

  void jsx(NodeId i) {
    const NodeId name = t_.child(i, Field::name);
    if (name == kNoNode || t_[name].kind == Kind::jsx_namespace_name) return;
    const std::string_view text = w_.source(name);
    const bool intrinsic =
        t_[name].kind == Kind::identifier && !text.empty() &&
        ((text[0] >= 'a' && text[0] <= 'z') || text.find('-') != std::string_view::npos);
    if (!intrinsic) simple(ReferenceKind::jsx, name, false);
  }

  void decorator(NodeId i) {
    // Of `@d(x)` the call stands for itself, and what it gives is called here.
    const NodeId value = t_.first_named(i);
    if (value == kNoNode) return;
    simple(ReferenceKind::decorator, value, false);
    extract_decorated(w_, i);
  }

  /// JavaScript's grammar has the expression directly below; TypeScript's an extends clause.
  void heritage(NodeId i) {
    const NodeId value = t_.first_named(i);
    if (value == kNoNode || t_[value].kind == Kind::extends_clause ||
        t_[value].kind == Kind::implements_clause) {
      return;
    }
    simple(ReferenceKind::extends, value, false);
  }

  void extends(NodeId i, Field field) {
    const NodeId value = t_.child(i, field);
    if (value != kNoNode) simple(ReferenceKind::extends, value, false);
  }

  void type_list(NodeId i, ReferenceKind kind) {
    for (NodeId c = i + 1; c < t_[i].next; c = t_[c].next) {
      const Kind k = t_[c].kind;
      if (k == Kind::type_identifier || k == Kind::generic_type ||
          k == Kind::nested_type_identifier) {
        simple(kind, c, true);
      }
    }
  }

  Work& w_;
  const SyntaxTree& t_;
  std::vector<AtomIndex> owners_;
  std::vector<ExprIndex> values_;
};

}  // namespace

void extract(Work& work) {
  ReferenceExtractor(work).run();
  declare_results(work);
}

}  // namespace dg
