#pragma once
/// \file
/// The state that the passes of extraction share while one file is being read, and the passes.
///
/// Passes, in order; each is a plain loop over the flat tree or over a list that an earlier one
/// left:
///   declare          scopes, bindings, atoms (with their extents), and what `this` means where
///   resolve_names    every identifier to its binding
///   find_narrowings  where `x instanceof C` holds
///   collect_imports  imports, in source order
///   declare_doc_types  names that comments define (jsdoc.h)
///   extract          references, assignments, exports, returns
///   fill_shapes      members of classes and object literals
///   measure          hashes, complexity, lines of code
///   name_atoms, finish   qualified names, exported flags, sorted and packed facts

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/facts.h"
#include "parser/names.h"
#include "parser/positions.h"
#include "parser/syntax.h"

namespace dg {

/// What extraction knows of an atom beside its facts.
struct AtomWork {
  NodeId extent_begin = 0, extent_end = 0;  ///< [begin, end) in the flat tree: its code.
  NodeId node = kNoNode;                    ///< The function, class, declarator … itself.
  NodeId doc_before = 0;                    ///< A doc comment stands directly before this node.
  NodeId name_node = kNoNode;               ///< Where its declared name stands.
  NameId segment{};                         ///< Its part of the qualified name, without `#k`.
  std::uint32_t return_count = 0;
  ExprIndex yields{};    ///< List of what a generator yields.
  ExprIndex declared{};  ///< The type of its result, as annotated.
};

/// `this.x = value` in a class' own code.
struct AssignedMember {
  ShapeIndex shape{};
  NameId name{};
  ExprIndex value{};
  bool is_static = false;
};

/// A declared name's place in a pattern or declarator, for its initial value.
struct PendingName {
  BindingIndex binding{};
  NodeId node = kNoNode;
};

struct ShapeWork {
  NodeId node = kNoNode;  ///< The class, interface, namespace or object node.
  bool filled = false;
  std::uint32_t doc_begin = 0, doc_count = 0;  ///< Into Work::doc_members, where there is no node.
};

/// A member of an object type that a comment describes.
struct WorkMember {
  NameId name{};
  ExprIndex type{};
};

/// Nodes [begin, end), where a name is known to hold an instance of what the node `klass` names, or
/// of what the predicate says that the call `klass` calls.
struct Narrowing {
  BindingIndex binding{};
  NodeId begin = 0, end = 0;
  NodeId klass = kNoNode;
};

class Work {
 public:
  std::string_view bytes;
  SyntaxTree tree;
  LineIndex lines;
  NamePool names;
  FileFacts facts;

  /// Per node; what it means depends on the node's kind. 0 is nothing.
  ///   identifiers: before resolve_names the name, after it see binding_of
  ///   functions, classes, declarators: atom + 1;  objects: shape + 1;  `this`, `super`: this_code
  std::vector<std::uint32_t> aux;
  /// Per node: the expression it evaluates to, + 1; for pattern nodes the value that flows in, + 1.
  std::vector<std::uint32_t> memo;
  std::vector<std::uint8_t> mark;  ///< Per node: NodeMark bits.

  std::vector<AtomWork> atoms;
  std::vector<ShapeWork> shapes;
  std::vector<std::uint32_t> events;  ///< Scope entries and exits, identifiers; resolve_names.
  std::vector<NodeId> import_sites;   ///< Candidates, in source order.
  std::vector<AssignedMember> assigned;
  std::vector<Narrowing> narrowings;       ///< In the order of their tests.
  std::vector<NodeId> constants;           ///< Per binding: the literal that a `const` holds, or 0.
  std::vector<std::uint8_t> export_alias;  ///< Per binding: it names module.exports.
  bool created_require = false;            ///< `const require = createRequire(import.meta.url)`.
  std::vector<NodeId> eval_stack;
  std::vector<WorkMember> doc_members;
  std::uint32_t doc_imports = 0;                    ///< The first import that a comment made.
  NodeId doc_node = 0;                              ///< The comment that is being read.
  std::unordered_map<NodeId, ExprIndex> doc_types;  ///< By comment; see documented_type.
  std::string text_buffer;

  void start(std::string_view file_bytes);

  std::string_view source(NodeId n) const noexcept {
    return bytes.substr(tree[n].begin, tree[n].end - tree[n].begin);
  }
  NameId intern(NodeId n) { return names.intern(source(n)); }
  Position at(NodeId n) const noexcept { return lines.position(tree[n].begin); }
  static constexpr std::uint32_t kMaxChoices = 8;

  /// The node below parentheses, `as`, `!` and the like.
  NodeId unwrap(NodeId n) const noexcept;
  /// The nearest ancestor that is no such wrapper.
  NodeId parent_of_value(NodeId n) const noexcept;
  /// The text of a string literal or substitution-free template, escapes resolved. False: neither.
  bool literal_text(NodeId n, std::string& out) const;
  /// The name of a key or property: identifier, private name, string or number; false if computed.
  bool key_name(NodeId key, NameId& out);

  /// The text that a computed key is: a literal, names of constants (`const k = 'key'`, and
  /// `keys.k` of `const keys = {k: 'key'}`), and what `+` and templates make of these. False: it is
  /// none.
  bool constant_text(NodeId n, NameId& out);
  /// `[Symbol.iterator]`, `[kState]` for a key that is a symbol, or an imported name that may be
  /// one.
  bool symbol_text(NodeId n, NameId& out);

  /// Expressions, equal ones once. `call` and `construct` are never shared.
  ExprIndex make_expr(ExprKind kind, std::uint32_t a = kNoIndex, std::uint32_t b = kNoIndex);
  ExprIndex eval(NodeId n);
  ExprIndex eval_types(NodeId arguments);  ///< The list of the types in a node.
  ExprIndex make_list(std::span<const ExprIndex> elements);
  /// `value` with a declared type. The value alone where nothing is known of the type.
  ExprIndex typed(ExprIndex value, ExprIndex type) {
    if (raw(type) == 0 || type == value) return value;
    return make_expr(ExprKind::typed, raw(value), raw(type));
  }
  /// What a name may be: these, or `value` too, of which no more than kMaxChoices are told apart.
  ExprIndex choice_of(ExprIndex alternatives, ExprIndex value);
  /// `[, ...rest] = of`: an array of what is left of it.
  ExprIndex rest_of(ExprIndex of) {
    const ExprIndex all = make_expr(ExprKind::spread, raw(of));
    return make_expr(ExprKind::array, raw(make_list({&all, 1})), 0);
  }
  /// `Array<element>`, of an element type.
  ExprIndex array_type(ExprIndex element) {
    const ExprIndex list = make_list({&element, 1});
    const ExprIndex array = make_expr(ExprKind::name, kNoIndex, raw(names.intern("Array")));
    return make_expr(ExprKind::apply, raw(array), raw(list));
  }
  /// What a function `(x): x is type` gives.
  ExprIndex predicate_of(ExprIndex type) {
    return make_expr(ExprKind::construct_type, 0, raw(type));
  }
  /// The comment `/** @type {T} */` before a parenthesis, in JavaScript; none.
  NodeId cast_of(NodeId parenthesis) const noexcept;
  ExprIndex cast_type(NodeId parenthesis);
  /// The type that the comment before a node gives it; none. Read once for each comment.
  ExprIndex documented_type(NodeId n);

  AtomIndex atom_of(NodeId n) const noexcept {
    return aux[n] == 0 ? kNone<AtomIndex> : AtomIndex{aux[n] - 1};
  }
  ShapeIndex ensure_shape(NodeId object);
  /// Adds what a name is tested to be an instance of where `n` stands, the outermost test first:
  /// classes, and calls of predicates. O(tests of the file).
  void narrowed_to(BindingIndex binding, NodeId n, std::vector<NodeId>& tests) const;
  bool is_global(NodeId identifier, std::string_view name) const noexcept;
  BindingIndex binding_of(NodeId identifier) const noexcept;
  bool is_export_object(ExprIndex expr) const noexcept;

  BindingIndex declare(ScopeIndex scope, NameId name, BindingKind kind, NodeId at);
  /// The binding that a name has in a scope or around it.
  BindingIndex find(ScopeIndex scope, NameId name) const noexcept;
  /// The scope that an atom's code opens, the module's where it opens none.
  ScopeIndex scope_of(AtomIndex atom);

 private:
  std::vector<ScopeIndex> scope_of_atom_;
  std::vector<std::uint32_t> expr_slots_;
  std::vector<std::uint64_t> declared_keys_;
  std::vector<std::uint32_t> declared_values_;
  std::size_t declared_count_ = 0;
  void grow_declared();
  void grow_exprs();
};

enum NodeMark : std::uint8_t {
  mark_declares = 1,  ///< An identifier that declares its name: no use of it.
  mark_skip = 2,      ///< Handled by its parent: no value reference of its own.
  mark_planned = 4,   ///< Its atom was made when an enclosing statement was met.
  mark_variable = 8,  ///< A declaring identifier that becomes a variable atom of its own.
};

// aux of a resolved identifier: binding + 1, or kGlobalName | name.
inline constexpr std::uint32_t kGlobalName = 0x80000000U;
// this_code: binder atom + 1, with kThisIsClass where `this` is the class itself (static code).
inline constexpr std::uint32_t kThisIsClass = 0x80000000U;

void declare(Work& work);
void resolve_names(Work& work);
void find_narrowings(Work& work);
void unwrap_module(Work& work);
void collect_imports(Work& work);
void extract(Work& work);
void fill_shapes(Work& work);
void measure(Work& work);
void name_atoms(Work& work);
void finish(Work& work);

// --- Pieces that more than one pass uses ---

/// The name a function or class expression gets from where it stands: `name` and the segment of its
/// qualified name. See atom_names.cc for the rules.
struct GivenName {
  NameId name{};
  NameId segment{};
  NodeId at = kNoNode;  ///< Where the name stands; none: anonymous.
  NameId test_callee{};
  ShapeIndex object = kNone<ShapeIndex>;  ///< The object literal it is a member of.
};
GivenName name_from_context(Work& work, NodeId node);
/// The prefix that enclosing named object literals give to their members: `obj.inner.`.
void append_object_prefix(Work& work, NodeId object, std::string& out);

/// Canonical one-line text of a subtree, at most `limit` bytes.
void append_canonical(const Work& work, NodeId n, std::size_t limit, std::string& out);
NameId signature_of(Work& work, AtomIndex atom);
void collect_params(Work& work, AtomIndex atom, NodeId function);
NameId doc_of(Work& work, NodeId before);
/// The text of a callee: `a.b().c`, at most 120 bytes.
NameId callee_text(Work& work, NodeId callee);

/// The value that a declarator, assignment, loop or return gives to a name or function.
void extract_value(Work& work, NodeId node, AtomIndex owner);
/// What the last reference, which a decorator made, is given, and what comes of it.
void extract_decorated(Work& work, NodeId decorator);
/// The declared types of results, once all that is returned is known.
void declare_results(Work& work);
/// What the `catch` of a `try` with this body can be given, as far as the file shows.
ExprIndex thrown_in(Work& work, NodeId body);
/// `a ||= b`, `a ??= b`, `a &&= b`.
bool is_logical_assignment(const Work& work, NodeId node) noexcept;
/// Whether a `const` that starts as this may be, or hold, the text of a key.
bool may_be_constant(Kind kind) noexcept;
/// `Symbol('x')`, `Symbol.for('x')`.
bool makes_symbol(const Work& work, NodeId call);
/// `(function (a) {…})(b)`: a starts as b.
void flow_into_parameters(Work& work, NodeId callee, NodeId arguments);
/// Records what an assignment expression exports, if anything, and the assignment itself.
void extract_assignment(Work& work, NodeId node, AtomIndex owner);
/// Calls that export or inherit: Object.defineProperty(exports, …), util.inherits(A, B), ….
void extract_special_call(Work& work, NodeId call, AtomIndex owner);
void extract_export_statement(Work& work, NodeId node);
bool is_test_function(std::string_view name) noexcept;

}  // namespace dg
