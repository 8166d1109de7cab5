#include "parser/parse.h"

#include <tree_sitter/api.h>

#include <array>
#include <memory>
#include <utility>

#include "parser/check.h"
#include "parser/grammar_gaps.h"
#include "parser/input.h"
#include "parser/jsdoc.h"
#include "parser/work.h"

namespace dg {
namespace {

using TreePointer = std::unique_ptr<TSTree, decltype(&ts_tree_delete)>;

/// A node count beyond which scratch memory is given back after the file.
constexpr std::size_t kKeptNodes = std::size_t{1} << 21;

struct Input {
  std::string_view bytes;
};

const char* read_input(void* payload, std::uint32_t byte, TSPoint, std::uint32_t* count) {
  const auto& bytes = static_cast<const Input*>(payload)->bytes;
  *count = byte < bytes.size() ? static_cast<std::uint32_t>(bytes.size()) - byte : 0;
  return *count == 0 ? "" : bytes.data() + byte;
}

/// Called by tree-sitter once for each 100 operations of its parser.
bool out_of_steps(TSParseState* state) {
  std::uint64_t& left = *static_cast<std::uint64_t*>(state->payload);
  if (left == 0) return true;
  --left;
  return false;
}

std::optional<Language> language_by_extension(std::string_view path) noexcept {
  constexpr std::array<std::pair<std::string_view, Language>, 8> kExtensions = {{
      {".js", Language::javascript},
      {".mjs", Language::javascript},
      {".cjs", Language::javascript},
      {".jsx", Language::javascript},
      {".ts", Language::typescript},
      {".mts", Language::typescript},
      {".cts", Language::typescript},
      {".tsx", Language::tsx},
  }};
  for (const auto& [extension, language] : kExtensions) {
    if (path.ends_with(extension)) return language;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Language> language_of(std::string_view path) noexcept {
  for (std::size_t at = path.find("::"); at != std::string_view::npos; at = path.find("::", at + 1))
    if (language_by_extension(path.substr(0, at))) return std::nullopt;
  return language_by_extension(path);
}

namespace {

/// Bytes that stand in no node of the grammar, and one for each missing token. O(nodes with
/// errors).
std::uint64_t unread_bytes(const TSTree& tree) {
  std::uint64_t bytes = 0;
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(&tree));
  bool more = ts_tree_cursor_goto_first_child(&cursor);
  while (more) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const bool unread = ts_node_is_error(node);
    if (unread) bytes += ts_node_end_byte(node) - ts_node_start_byte(node);
    if (ts_node_is_missing(node)) ++bytes;
    more = !unread && ts_node_has_error(node) && ts_tree_cursor_goto_first_child(&cursor);
    while (!more) {
      more = ts_tree_cursor_goto_next_sibling(&cursor);
      if (!more && !ts_tree_cursor_goto_parent(&cursor)) break;
    }
  }
  ts_tree_cursor_delete(&cursor);
  return bytes;
}

}  // namespace

struct Parser::Impl {
  explicit Impl(const ParseOptions& parse_options) : options(parse_options) {}

  const Grammar& grammar(Language language) {
    auto& slot = grammars[static_cast<std::size_t>(language)];
    if (!slot) slot = std::make_unique<Grammar>(language);
    return *slot;
  }

  TreePointer parse_tree(Language language, std::string_view bytes);
  TreePointer parse_best(Language language, std::string_view bytes);
  void extract_facts();

  ParseOptions options;
  std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser{ts_parser_new(), &ts_parser_delete};
  std::array<std::unique_ptr<Grammar>, 3> grammars;
  Work work;
};

TreePointer Parser::Impl::parse_tree(Language language, std::string_view bytes) {
  ts_parser_reset(parser.get());
  const bool fits = ts_parser_set_language(parser.get(), grammar(language).language());
  DG_ENFORCE(fits, "the grammars are built for this tree-sitter");
  Input input{bytes};
  TSInput source{};
  source.payload = &input;
  source.read = &read_input;
  source.encoding = TSInputEncodingUTF8;
  std::uint64_t steps = options.max_steps;
  TSParseOptions limits{};
  limits.payload = &steps;
  limits.progress_callback = &out_of_steps;
  return {ts_parser_parse_with_options(parser.get(), nullptr, source, limits), &ts_tree_delete};
}

/// Parses again without the forms that the grammar does not know, where that leaves less unread.
TreePointer Parser::Impl::parse_best(Language language, std::string_view bytes) {
  TreePointer tree = parse_tree(language, bytes);
  if (!tree || !ts_node_has_error(ts_tree_root_node(tree.get()))) return tree;
  const std::optional<std::string> known = without_grammar_gaps(bytes, language);
  if (!known) return tree;
  TreePointer second = parse_tree(language, *known);
  return second && unread_bytes(*second) < unread_bytes(*tree) ? std::move(second)
                                                               : std::move(tree);
}

void Parser::Impl::extract_facts() {
  declare(work);
  resolve_names(work);
  find_narrowings(work);
  unwrap_module(work);
  collect_imports(work);
  declare_doc_types(work);
  extract(work);
  fill_shapes(work);
  measure(work);
  name_atoms(work);
  finish(work);
}

namespace {

void clear(FileFacts& facts) {
  facts.atoms.clear();
  facts.params.clear();
  facts.scopes.clear();
  facts.bindings.clear();
  facts.exprs.clear();
  facts.expr_lists.clear();
  facts.references.clear();
  facts.imports.clear();
  facts.exports.clear();
  facts.shapes.clear();
  facts.members.clear();
  facts.assignments.clear();
  facts.problems.clear();
  facts.problem_count = 0;
  facts.skipped = SkipReason::none;
  facts.is_module = facts.is_commonjs = false;
}

/// A skipped file is its module atom alone.
void only_module(Work& work, SkipReason reason) {
  clear(work.facts);
  FileFacts& facts = work.facts;
  facts.skipped = reason;
  Atom& module = facts.atoms.emplace_back();
  module.kind = AtomKind::module;
  module.name = module.qualified_name = work.names.intern("<module>");
  module.byte_end = static_cast<std::uint32_t>(work.bytes.size());
  module.end = work.lines.position(module.byte_end);
  facts.scopes.push_back({ScopeKind::module, kNone<ScopeIndex>, AtomIndex{0}});
  facts.exprs.push_back({});
}

}  // namespace

Parser::Parser(ParseOptions options) : impl_(std::make_unique<Impl>(options)) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

FileFacts Parser::parse(std::string_view path, std::string_view bytes) {
  const auto language = language_of(path);
  DG_ENFORCE(language.has_value(), "only source files are handed to the parser");
  Work& work = impl_->work;
  clear(work.facts);
  work.facts.language = *language;
  work.facts.bytes = static_cast<std::uint32_t>(bytes.size());
  work.names.start(valid_utf8(bytes));
  SkipReason reason = skip_reason(bytes, impl_->options);
  work.bytes = bytes;
  work.lines.start(bytes);
  if (reason == SkipReason::none) {
    const TreePointer tree = impl_->parse_best(*language, bytes);
    if (tree) {
      work.tree.flatten(impl_->grammar(*language), *tree, impl_->options.max_depth);
    } else {
      reason = SkipReason::too_complex;
    }
  }
  if (reason == SkipReason::none) {
    work.start(bytes);
    impl_->extract_facts();
  } else {
    only_module(work, reason);
  }
  const std::uint32_t last = work.lines.begins().back();
  work.facts.lines = work.lines.line_count() - (last >= bytes.size() ? 1 : 0);
  FileFacts result = work.facts;  // Copied: exactly as large as needed; the scratch is kept.
  result.name_bytes = work.names.bytes();
  result.name_ends = work.names.ends();
  result.name_bytes.shrink_to_fit();
  if (work.tree.nodes.capacity() > kKeptNodes) work = Work();
  return result;
}

}  // namespace dg
