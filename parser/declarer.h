#pragma once
/// \file
/// The first pass as one class, whose methods are in declare.cc (the loop), declare_atoms.cc and
/// declare_members.cc (what becomes an atom) and declare_scopes.cc (scopes and names). For
/// declare().

#include <vector>

#include "parser/work.h"

namespace dg {

/// Events of names and scopes, for resolve_names(): the upper two bits, the lower ones a node or
/// scope.
inline constexpr std::uint32_t kEnterScope = 1U << 30;
inline constexpr std::uint32_t kExitScope = 2U << 30;

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

/// Used once per file. See declare.cc for what an extent is.
class Declarer {
 public:
  explicit Declarer(Work& work) : w_(work), t_(work.tree) {}
  void run();

 private:
  Frame& top() { return frames_.back(); }
  Frame& push(NodeId end);
  void pop();
  void open_scope(Frame& frame, ScopeKind kind);
  void begin_module();

  // Atoms.
  AtomIndex make_atom(NodeId begin, NodeId end, NodeId node, AtomKind kind, FunctionForm form);
  void set_name(AtomIndex index, NameId name, NameId segment, NodeId name_at);
  /// The atom of a function or class node, its kind read off the node.
  AtomIndex make_code_atom(NodeId begin, NodeId end, NodeId node);
  void push_extent(AtomIndex atom) { push(w_.atoms[raw(atom)].extent_end).atom = atom; }
  /// A function or class that no statement has planned: named from where it stands.
  void make_unplanned(NodeId begin, NodeId end, NodeId node);
  /// For `x.y = function () {}` as a statement: that statement, whose doc comment it has.
  NodeId statement_of_assignment(NodeId node) const;
  void bind_to_atom(BindingIndex binding, AtomIndex atom);

  // Declarations.
  /// `function f` and `class C` as statements, possibly below `export` or `declare`.
  void plan_named(NodeId node, NodeId begin, NodeId end);
  /// `export default function () {}`.
  void make_planned_default(NodeId node, NodeId begin, NodeId end);
  void plan_type(NodeId node, NodeId begin, NodeId end);
  /// A declaration with one plain name is one atom from `export` to `;`. With several, each
  /// declarator is on its own; destructured names are atoms of their own.
  void plan_variables(NodeId node, NodeId begin, NodeId end);
  BindingKind declaration_kind(NodeId declaration) const;
  void plan_declarator(NodeId node, NodeId begin, NodeId end);
  bool takes_from_module(NodeId value) const;
  bool creates_require(NodeId value) const;
  BindingIndex declare_identifier(NodeId name, ScopeIndex scope, BindingKind kind);
  /// All names of a destructuring pattern; default values are left for the loop.
  void declare_pattern(NodeId pattern, ScopeIndex scope, BindingKind kind, bool top_level);
  /// A destructured top-level name.
  void make_variable(NodeId name);

  // Functions and classes.
  void enter_function(NodeId node);
  /// A function or class expression's own name is visible inside it only.
  void declare_own_name(NodeId node, AtomIndex atom);
  void declare_parameters(NodeId node);
  /// Parameter names of types and overloads are no names of any scope.
  void ignore_parameters(NodeId node);
  void enter_class(NodeId node);
  void make_class_shape(NodeId node, AtomIndex atom);
  void enter_class_body(NodeId node);
  struct Modifiers {
    bool is_static = false, is_async = false, get = false, set = false, generator = false;
  };
  Modifiers modifiers_of(NodeId node) const;
  NodeId name_node(NodeId member) const;
  /// A method, accessor or constructor of a class or object literal, or its signature.
  void make_method(NodeId begin, NodeId node);
  NameId computed_name(NodeId name);
  /// A class field: an atom where it holds a function.
  void make_field(NodeId begin, NodeId node);
  /// `k: function () {}` in an object literal.
  void plan_pair(NodeId node);

  // The loop's body.
  void enter(NodeId i);
  bool planned(NodeId i) const { return (w_.mark[i] & mark_planned) != 0; }
  void enter_code(NodeId i);  ///< Functions, classes and their members.
  void enter_type_or_block(NodeId i);
  void use_name(NodeId i);
  void enter_signature(NodeId i);
  void enter_method(NodeId i);
  /// TypeScript's grammar puts a member's decorators before it, as siblings.
  void enter_decorator(NodeId i);
  void enter_type(NodeId i);
  void declare_type_parameter(NodeId i);
  void enter_export(NodeId i);
  /// `export default () => {}`: the code is the atom `default` (or its own name).
  void plan_default_value(NodeId value, NodeId statement);
  void plan_statement(NodeId node, NodeId begin, NodeId end);
  void enter_ambient(NodeId i);

  // Blocks.
  static bool declares_lexically(Kind kind);
  bool holds_declarations(NodeId i) const;
  void enter_block(NodeId i);
  void enter_scoped_statement(NodeId i);

  // Imports.
  void enter_import(NodeId i);
  void note_import_site(NodeId i);

  Work& w_;
  const SyntaxTree& t_;
  std::vector<Frame> frames_;
};

}  // namespace dg
