#pragma once
/// \file
/// The syntax tree of one file as a flat array in pre-order, and the mapping of the grammars' node
/// names to one set of kinds.
///
/// Flattening costs one cursor walk. After it every pass is a plain loop over an array: no
/// recursion, no tree-sitter call, and a node's first child is the next element. Children of node
/// `n` are `n + 1`, then `nodes[child].next`, until `nodes[n].next`.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "parser/facts.h"
#include "parser/tree_walk.h"

struct TSLanguage;
struct TSTree;

namespace dg {

/// Node kinds that extraction tells apart; all others are `other` (inner) or `token` (leaf).
enum class Kind : std::uint8_t {
  other,
  token,
  error,
  comment,
  too_deep,
  // Leaves.
  identifier,
  property_identifier,
  private_property_identifier,
  shorthand_property,
  shorthand_pattern,
  type_identifier,
  statement_identifier,
  this_,
  super_,
  null_,
  undefined_,
  true_,
  false_,
  number,
  string,
  regex,
  string_fragment,
  jsx_text,
  import_token,
  predefined_type,
  logical_operator,
  kw_async,
  kw_await,
  kw_static,
  kw_get,
  kw_set,
  kw_const,
  kw_let,
  kw_var,
  kw_type,
  kw_typeof,
  kw_default,
  kw_abstract,
  kw_declare,
  kw_global,
  kw_export,
  star,
  equals,
  optional_chain,
  question,
  override_modifier,
  accessibility_modifier,
  namespace_token,
  // Statements and declarations.
  program,
  statement_block,
  expression_statement,
  if_statement,
  for_statement,
  for_in_statement,
  while_statement,
  do_statement,
  switch_statement,
  switch_body,
  switch_case,
  switch_default,
  try_statement,
  throw_statement,
  catch_clause,
  return_statement,
  with_statement,
  lexical_declaration,
  variable_declaration,
  variable_declarator,
  function_declaration,
  generator_declaration,
  class_declaration,
  abstract_class,
  class_body,
  class_heritage,
  extends_clause,
  implements_clause,
  extends_type_clause,
  class_static_block,
  method_definition,
  field_definition,
  method_signature,
  abstract_method,
  function_signature,
  property_signature,
  interface_declaration,
  interface_body,
  enum_declaration,
  enum_body,
  enum_assignment,
  type_alias,
  internal_module,
  module_declaration,
  ambient_declaration,
  import_alias,
  formal_parameters,
  required_parameter,
  optional_parameter,
  decorator,
  type_parameters,
  type_parameter,
  type_annotation,
  type_arguments,
  function_type,
  constructor_type,
  call_signature,
  construct_signature,
  index_signature,
  object_type,
  generic_type,
  nested_type_identifier,
  nested_identifier,
  type_query,
  type_predicate,
  mapped_type,
  infer_type,
  constraint,
  union_type,
  intersection_type,
  array_type,
  tuple_type,
  readonly_type,
  parenthesized_type,
  optional_type,
  rest_type,
  literal_type,
  lookup_type,
  conditional_type,
  // Modules.
  import_statement,
  import_clause,
  named_imports,
  import_specifier,
  namespace_import,
  import_require_clause,
  export_statement,
  export_clause,
  export_specifier,
  namespace_export,
  // Expressions.
  call,
  new_,
  member,
  subscript,
  assignment,
  augmented_assignment,
  update,
  unary,
  binary,
  ternary,
  await_,
  yield_,
  sequence,
  parenthesized,
  as_expression,
  satisfies,
  non_null,
  instantiation,
  type_assertion,
  arrow_function,
  function_expression,
  generator_function,
  class_expression,
  object,
  pair,
  spread,
  array,
  template_string,
  template_substitution,
  arguments,
  computed_name,
  meta_property,
  jsx_opening,
  jsx_closing,
  jsx_self_closing,
  jsx_attribute,
  jsx_namespace_name,
  // Patterns.
  object_pattern,
  array_pattern,
  pair_pattern,
  rest_pattern,
  assignment_pattern,
  object_assignment_pattern,
};

/// Fields that extraction asks for; all others are `none`.
enum class Field : std::uint8_t {
  none,
  alias,
  arguments,
  body,
  constructor,
  declaration,
  decorator,
  function,
  handler,
  index,
  key,
  kind,
  left,
  module,
  name,
  object,
  operator_,
  parameter,
  parameters,
  pattern,
  property,
  return_type,
  right,
  source,
  type,
  type_parameters,
  value,
  consequence,
  alternative,
  argument,
};

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = kNoIndex;

struct Node {
  std::uint32_t begin = 0, end = 0;  ///< Bytes.
  NodeId next = 0;                   ///< One past the subtree.
  NodeId parent = kNoNode;
  Kind kind = Kind::other;
  Field field = Field::none;
  bool leaf = true;
  bool missing = false;
};

/// A grammar's symbol and field numbers mapped to Kind and Field. Immutable.
class Grammar {
 public:
  explicit Grammar(Language language);
  const TSLanguage* language() const noexcept { return language_; }
  Kind kind(std::uint16_t symbol) const noexcept {
    return symbol < kinds_.size() ? kinds_[symbol] : Kind::error;
  }
  Field field(std::uint16_t id) const noexcept {
    return id < fields_.size() ? fields_[id] : Field::none;
  }
  /// Names in our tables that neither this grammar's nodes nor its tokens have; for tests.
  static std::vector<std::string_view> unknown_names();

 private:
  const TSLanguage* language_;
  std::vector<Kind> kinds_;
  std::vector<Field> fields_;
};

/// The flattened tree. Memory is kept between files.
struct SyntaxTree {
  std::vector<Node> nodes;
  std::vector<NodeId> errors;    ///< ERROR and MISSING nodes, in source order.
  std::vector<NodeId> too_deep;  ///< Nodes whose children were left out.

  struct WalkDeleter {
    void operator()(DgTreeWalk* w) const noexcept { dg_tree_walk_delete(w); }
  };
  std::unique_ptr<DgTreeWalk, WalkDeleter> walk;

  void flatten(const Grammar& grammar, const TSTree& tree, std::uint32_t max_depth);
  const Node& operator[](NodeId n) const noexcept { return nodes[n]; }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes.size()); }

  /// The first child in that field. O(children): only for nodes with few children.
  NodeId child(NodeId n, Field field) const noexcept;
  NodeId child(NodeId n, Kind kind) const noexcept;
  bool has(NodeId n, Kind kind) const noexcept { return child(n, kind) != kNoNode; }
  /// The first child that is neither a token nor a comment.
  NodeId first_named(NodeId n) const noexcept;
  NodeId first_named_after(NodeId child, NodeId parent) const noexcept;
};

bool is_function(Kind kind) noexcept;   ///< Function forms with a body.
bool is_signature(Kind kind) noexcept;  ///< Function forms without one: types and overloads.
bool is_class(Kind kind) noexcept;
bool is_wrapper(Kind kind) noexcept;      ///< Parentheses, `as`, `!`, …: transparent to values.
bool is_plain_token(Kind kind) noexcept;  ///< Punctuation and keywords.

}  // namespace dg
