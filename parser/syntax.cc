#include "parser/syntax.h"

#include <tree_sitter/api.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

extern "C" {
const TSLanguage* tree_sitter_javascript(void);
const TSLanguage* tree_sitter_typescript(void);
const TSLanguage* tree_sitter_tsx(void);
}

namespace dg {
namespace {

template <typename Value>
using Entry = std::pair<std::string_view, Value>;

constexpr auto kNamed = std::to_array<Entry<Kind>>({
    {"comment", Kind::comment},
    {"html_comment", Kind::comment},
    {"hash_bang_line", Kind::comment},
    {"identifier", Kind::identifier},
    {"property_identifier", Kind::property_identifier},
    {"private_property_identifier", Kind::private_property_identifier},
    {"shorthand_property_identifier", Kind::shorthand_property},
    {"shorthand_property_identifier_pattern", Kind::shorthand_pattern},
    {"type_identifier", Kind::type_identifier},
    {"statement_identifier", Kind::statement_identifier},
    {"this", Kind::this_},
    {"super", Kind::super_},
    {"null", Kind::null_},
    {"true", Kind::true_},
    {"false", Kind::false_},
    {"number", Kind::number},
    {"string", Kind::string},
    {"regex", Kind::regex},
    {"string_fragment", Kind::string_fragment},
    {"escape_sequence", Kind::string_fragment},
    {"jsx_text", Kind::jsx_text},
    {"html_character_reference", Kind::jsx_text},
    {"import", Kind::import_token},
    {"predefined_type", Kind::predefined_type},
    {"optional_chain", Kind::optional_chain},
    {"override_modifier", Kind::override_modifier},
    {"accessibility_modifier", Kind::accessibility_modifier},
    {"program", Kind::program},
    {"statement_block", Kind::statement_block},
    {"expression_statement", Kind::expression_statement},
    {"if_statement", Kind::if_statement},
    {"for_statement", Kind::for_statement},
    {"for_in_statement", Kind::for_in_statement},
    {"while_statement", Kind::while_statement},
    {"do_statement", Kind::do_statement},
    {"switch_statement", Kind::switch_statement},
    {"switch_body", Kind::switch_body},
    {"switch_case", Kind::switch_case},
    {"switch_default", Kind::switch_default},
    {"try_statement", Kind::try_statement},
    {"throw_statement", Kind::throw_statement},
    {"catch_clause", Kind::catch_clause},
    {"return_statement", Kind::return_statement},
    {"with_statement", Kind::with_statement},
    {"lexical_declaration", Kind::lexical_declaration},
    {"using_declaration", Kind::lexical_declaration},
    {"variable_declaration", Kind::variable_declaration},
    {"variable_declarator", Kind::variable_declarator},
    {"function_declaration", Kind::function_declaration},
    {"generator_function_declaration", Kind::generator_declaration},
    {"class_declaration", Kind::class_declaration},
    {"abstract_class_declaration", Kind::abstract_class},
    {"class_body", Kind::class_body},
    {"class_heritage", Kind::class_heritage},
    {"extends_clause", Kind::extends_clause},
    {"implements_clause", Kind::implements_clause},
    {"extends_type_clause", Kind::extends_type_clause},
    {"class_static_block", Kind::class_static_block},
    {"method_definition", Kind::method_definition},
    {"field_definition", Kind::field_definition},
    {"public_field_definition", Kind::field_definition},
    {"method_signature", Kind::method_signature},
    {"abstract_method_signature", Kind::abstract_method},
    {"function_signature", Kind::function_signature},
    {"property_signature", Kind::property_signature},
    {"interface_declaration", Kind::interface_declaration},
    {"interface_body", Kind::interface_body},
    {"enum_declaration", Kind::enum_declaration},
    {"enum_body", Kind::enum_body},
    {"enum_assignment", Kind::enum_assignment},
    {"type_alias_declaration", Kind::type_alias},
    {"internal_module", Kind::internal_module},
    {"module", Kind::module_declaration},
    {"ambient_declaration", Kind::ambient_declaration},
    {"import_alias", Kind::import_alias},
    {"formal_parameters", Kind::formal_parameters},
    {"required_parameter", Kind::required_parameter},
    {"optional_parameter", Kind::optional_parameter},
    {"decorator", Kind::decorator},
    {"type_parameters", Kind::type_parameters},
    {"type_parameter", Kind::type_parameter},
    {"type_annotation", Kind::type_annotation},
    {"type_arguments", Kind::type_arguments},
    {"function_type", Kind::function_type},
    {"constructor_type", Kind::constructor_type},
    {"call_signature", Kind::call_signature},
    {"construct_signature", Kind::construct_signature},
    {"index_signature", Kind::index_signature},
    {"object_type", Kind::object_type},
    {"generic_type", Kind::generic_type},
    {"nested_type_identifier", Kind::nested_type_identifier},
    {"nested_identifier", Kind::nested_identifier},
    {"type_query", Kind::type_query},
    {"type_predicate", Kind::type_predicate},
    {"type_predicate_annotation", Kind::type_annotation},
    {"mapped_type_clause", Kind::mapped_type},
    {"infer_type", Kind::infer_type},
    {"constraint", Kind::constraint},
    {"union_type", Kind::union_type},
    {"intersection_type", Kind::intersection_type},
    {"array_type", Kind::array_type},
    {"tuple_type", Kind::tuple_type},
    {"readonly_type", Kind::readonly_type},
    {"parenthesized_type", Kind::parenthesized_type},
    {"optional_type", Kind::optional_type},
    {"rest_type", Kind::rest_type},
    {"literal_type", Kind::literal_type},
    {"lookup_type", Kind::lookup_type},
    {"conditional_type", Kind::conditional_type},
    {"this_type", Kind::this_},
    {"undefined", Kind::undefined_},
    {"import_statement", Kind::import_statement},
    {"import_clause", Kind::import_clause},
    {"named_imports", Kind::named_imports},
    {"import_specifier", Kind::import_specifier},
    {"namespace_import", Kind::namespace_import},
    {"import_require_clause", Kind::import_require_clause},
    {"export_statement", Kind::export_statement},
    {"export_clause", Kind::export_clause},
    {"export_specifier", Kind::export_specifier},
    {"namespace_export", Kind::namespace_export},
    {"call_expression", Kind::call},
    {"new_expression", Kind::new_},
    {"member_expression", Kind::member},
    {"subscript_expression", Kind::subscript},
    {"assignment_expression", Kind::assignment},
    {"augmented_assignment_expression", Kind::augmented_assignment},
    {"update_expression", Kind::update},
    {"unary_expression", Kind::unary},
    {"binary_expression", Kind::binary},
    {"ternary_expression", Kind::ternary},
    {"await_expression", Kind::await_},
    {"yield_expression", Kind::yield_},
    {"sequence_expression", Kind::sequence},
    {"parenthesized_expression", Kind::parenthesized},
    {"as_expression", Kind::as_expression},
    {"satisfies_expression", Kind::satisfies},
    {"non_null_expression", Kind::non_null},
    {"instantiation_expression", Kind::instantiation},
    {"type_assertion", Kind::type_assertion},
    {"arrow_function", Kind::arrow_function},
    {"function_expression", Kind::function_expression},
    {"generator_function", Kind::generator_function},
    {"class", Kind::class_expression},
    {"object", Kind::object},
    {"pair", Kind::pair},
    {"spread_element", Kind::spread},
    {"array", Kind::array},
    {"template_string", Kind::template_string},
    {"template_substitution", Kind::template_substitution},
    {"arguments", Kind::arguments},
    {"computed_property_name", Kind::computed_name},
    {"meta_property", Kind::meta_property},
    {"jsx_opening_element", Kind::jsx_opening},
    {"jsx_closing_element", Kind::jsx_closing},
    {"jsx_self_closing_element", Kind::jsx_self_closing},
    {"jsx_attribute", Kind::jsx_attribute},
    {"jsx_namespace_name", Kind::jsx_namespace_name},
    {"object_pattern", Kind::object_pattern},
    {"array_pattern", Kind::array_pattern},
    {"pair_pattern", Kind::pair_pattern},
    {"rest_pattern", Kind::rest_pattern},
    {"assignment_pattern", Kind::assignment_pattern},
    {"object_assignment_pattern", Kind::object_assignment_pattern},
});

constexpr auto kTokens = std::to_array<Entry<Kind>>({
    {"&&", Kind::logical_operator},
    {"||", Kind::logical_operator},
    {"??", Kind::logical_operator},
    {"&&=", Kind::logical_operator},
    {"||=", Kind::logical_operator},
    {"?\?=", Kind::logical_operator},
    {"async", Kind::kw_async},
    {"await", Kind::kw_await},
    {"static", Kind::kw_static},
    {"get", Kind::kw_get},
    {"set", Kind::kw_set},
    {"const", Kind::kw_const},
    {"let", Kind::kw_let},
    {"var", Kind::kw_var},
    {"type", Kind::kw_type},
    {"typeof", Kind::kw_typeof},
    {"default", Kind::kw_default},
    {"abstract", Kind::kw_abstract},
    {"declare", Kind::kw_declare},
    {"global", Kind::kw_global},
    {"export", Kind::kw_export},
    {"*", Kind::star},
    {"=", Kind::equals},
    {"?", Kind::question},
    {"namespace", Kind::namespace_token},
});

constexpr auto kFields = std::to_array<Entry<Field>>({
    {"alias", Field::alias},
    {"arguments", Field::arguments},
    {"body", Field::body},
    {"constructor", Field::constructor},
    {"declaration", Field::declaration},
    {"decorator", Field::decorator},
    {"function", Field::function},
    {"handler", Field::handler},
    {"index", Field::index},
    {"key", Field::key},
    {"kind", Field::kind},
    {"left", Field::left},
    {"module", Field::module},
    {"name", Field::name},
    {"object", Field::object},
    {"operator", Field::operator_},
    {"parameter", Field::parameter},
    {"parameters", Field::parameters},
    {"pattern", Field::pattern},
    {"property", Field::property},
    {"return_type", Field::return_type},
    {"right", Field::right},
    {"source", Field::source},
    {"type", Field::type},
    {"type_parameters", Field::type_parameters},
    {"value", Field::value},
    {"consequence", Field::consequence},
    {"alternative", Field::alternative},
    {"argument", Field::argument},
});

template <typename Value, std::size_t N>
std::unordered_map<std::string_view, Value> as_map(const std::array<Entry<Value>, N>& entries) {
  return {entries.begin(), entries.end()};
}

const TSLanguage* grammar_of(Language language) {
  switch (language) {
    case Language::javascript:
      return tree_sitter_javascript();
    case Language::typescript:
      return tree_sitter_typescript();
    case Language::tsx:
      return tree_sitter_tsx();
  }
  return tree_sitter_javascript();
}

/// Kinds whose inside says nothing to extraction: they become one leaf.
bool closed(Kind kind) {
  return kind == Kind::string || kind == Kind::regex || kind == Kind::comment ||
         kind == Kind::predefined_type || kind == Kind::accessibility_modifier ||
         is_plain_token(kind);
}

}  // namespace

Grammar::Grammar(Language language) : language_(grammar_of(language)) {
  const auto named = as_map(kNamed);
  const auto tokens = as_map(kTokens);
  const auto fields = as_map(kFields);
  kinds_.resize(ts_language_symbol_count(language_), Kind::other);
  for (std::size_t s = 0; s < kinds_.size(); ++s) {
    const auto symbol = static_cast<TSSymbol>(s);
    const std::string_view name = ts_language_symbol_name(language_, symbol);
    const bool is_named = ts_language_symbol_type(language_, symbol) == TSSymbolTypeRegular;
    const auto& map = is_named ? named : tokens;
    const auto found = map.find(name);
    kinds_[s] = found != map.end() ? found->second : is_named ? Kind::other : Kind::token;
  }
  fields_.resize(ts_language_field_count(language_) + 1, Field::none);
  for (std::size_t f = 1; f < fields_.size(); ++f) {
    const auto found =
        fields.find(ts_language_field_name_for_id(language_, static_cast<TSFieldId>(f)));
    if (found != fields.end()) fields_[f] = found->second;
  }
}

std::vector<std::string_view> Grammar::unknown_names() {
  std::vector<std::string_view> missing;
  const auto known = [](std::string_view name, bool named) {
    for (const Language language : {Language::javascript, Language::typescript, Language::tsx}) {
      const auto length = static_cast<std::uint32_t>(name.size());
      if (ts_language_symbol_for_name(grammar_of(language), name.data(), length, named) != 0) {
        return true;
      }
    }
    return false;
  };
  for (const auto& [name, kind] : kNamed) {
    if (!known(name, true)) missing.push_back(name);
  }
  for (const auto& [name, kind] : kTokens) {
    if (!known(name, false)) missing.push_back(name);
  }
  return missing;
}

void SyntaxTree::flatten(const Grammar& grammar, const TSTree& tree, std::uint32_t max_depth) {
  nodes.clear();
  errors.clear();
  too_deep.clear();
  if (!walk) walk.reset(dg_tree_walk_new());
  const TSNode root = ts_tree_root_node(&tree);
  const bool broken = ts_node_has_error(root);
  // Above the root, which may be an ERROR, stands one more `program`: then every node in it has a
  // grandparent, and passes may look two levels up unasked.
  Node& top = nodes.emplace_back();
  top.end = ts_node_end_byte(root);
  top.kind = Kind::program;
  top.leaf = false;
  NodeId parent = 0;
  std::uint32_t depth = 0;
  const auto close = [&] {
    nodes[parent].next = size();
    parent = nodes[parent].parent;
    --depth;
  };
  DgWalkNode at{};
  dg_tree_walk_start(walk.get(), &tree);
  while (dg_tree_walk_next(walk.get(), &at) != 0) {
    while (depth > at.depth) close();
    const NodeId id = size();
    Node& node = nodes.emplace_back();
    node.begin = at.begin;
    node.end = at.end;
    node.next = id + 1;
    node.parent = parent;
    node.kind = grammar.kind(at.symbol);
    node.field = grammar.field(at.field);
    if (broken) {
      node.missing = at.missing != 0;
      if (node.missing || node.kind == Kind::error) errors.push_back(id);
    }
    if (at.has_children == 0) {
      if (node.kind == Kind::other) node.kind = Kind::token;
    } else if (closed(node.kind)) {
      dg_tree_walk_skip(walk.get());
    } else if (depth >= max_depth) {
      node.kind = Kind::too_deep;
      too_deep.push_back(id);
      dg_tree_walk_skip(walk.get());
    } else {
      node.leaf = false;
      parent = id;
      ++depth;
    }
  }
  while (depth > 0) close();
  nodes[0].next = size();
  nodes[1].leaf = false;  // The root of an empty file is no token.
}

NodeId SyntaxTree::child(NodeId n, Field field) const noexcept {
  const NodeId end = nodes[n].next;
  for (NodeId c = n + 1; c < end; c = nodes[c].next) {
    if (nodes[c].field == field && nodes[c].kind != Kind::comment) return c;
  }
  return kNoNode;
}

NodeId SyntaxTree::child(NodeId n, Kind kind) const noexcept {
  const NodeId end = nodes[n].next;
  for (NodeId c = n + 1; c < end; c = nodes[c].next) {
    if (nodes[c].kind == kind) return c;
  }
  return kNoNode;
}

NodeId SyntaxTree::first_named(NodeId n) const noexcept {
  const NodeId end = nodes[n].next;
  for (NodeId c = n + 1; c < end; c = nodes[c].next) {
    if (!is_plain_token(nodes[c].kind) && nodes[c].kind != Kind::comment) return c;
  }
  return kNoNode;
}

NodeId SyntaxTree::first_named_after(NodeId child, NodeId parent) const noexcept {
  const NodeId end = nodes[parent].next;
  for (NodeId c = nodes[child].next; c < end; c = nodes[c].next) {
    if (!is_plain_token(nodes[c].kind) && nodes[c].kind != Kind::comment) return c;
  }
  return kNoNode;
}

bool is_function(Kind kind) noexcept {
  switch (kind) {
    case Kind::function_declaration:
    case Kind::generator_declaration:
    case Kind::function_expression:
    case Kind::generator_function:
    case Kind::arrow_function:
    case Kind::method_definition:
      return true;
    default:
      return false;
  }
}

bool is_signature(Kind kind) noexcept {
  switch (kind) {
    case Kind::function_signature:
    case Kind::method_signature:
    case Kind::abstract_method:
    case Kind::function_type:
    case Kind::constructor_type:
    case Kind::call_signature:
    case Kind::construct_signature:
      return true;
    default:
      return false;
  }
}

bool is_class(Kind kind) noexcept {
  return kind == Kind::class_declaration || kind == Kind::abstract_class ||
         kind == Kind::class_expression;
}

bool is_wrapper(Kind kind) noexcept {
  switch (kind) {
    case Kind::parenthesized:
    case Kind::as_expression:
    case Kind::satisfies:
    case Kind::non_null:
    case Kind::instantiation:
    case Kind::type_assertion:
      return true;
    default:
      return false;
  }
}

bool is_plain_token(Kind kind) noexcept {
  return kind == Kind::token || (kind >= Kind::logical_operator && kind <= Kind::namespace_token);
}

}  // namespace dg
