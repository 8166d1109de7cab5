/// The walk over tree-sitter's own structures gives what its public cursor gives.

#include <tree_sitter/api.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "parser/syntax.h"
#include "parser/tree_walk.h"
#include "tests/modules/parser_test_support.h"

namespace dg::test {
namespace {

struct CursorDeleter {
  TSTreeCursor* cursor;
  ~CursorDeleter() { ts_tree_cursor_delete(cursor); }
};

/// The first difference between the two walks, or nothing.
std::string difference(Language language, const std::string& source) {
  const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser{ts_parser_new(),
                                                                      &ts_parser_delete};
  ts_parser_set_language(parser.get(), Grammar(language).language());
  const std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree{
      ts_parser_parse_string(parser.get(), nullptr, source.data(),
                             static_cast<std::uint32_t>(source.size())),
      &ts_tree_delete};
  const std::unique_ptr<DgTreeWalk, decltype(&dg_tree_walk_delete)> walk{dg_tree_walk_new(),
                                                                         &dg_tree_walk_delete};
  dg_tree_walk_start(walk.get(), tree.get());
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree.get()));
  const CursorDeleter deleter{&cursor};
  DgWalkNode got{};
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const std::string place =
        " at byte " + std::to_string(ts_node_start_byte(node)) + " " + ts_node_type(node);
    if (dg_tree_walk_next(walk.get(), &got) == 0) return "ends early" + place;
    if (got.begin != ts_node_start_byte(node) || got.end != ts_node_end_byte(node)) {
      return "range" + place;
    }
    if (got.depth != ts_tree_cursor_current_depth(&cursor)) return "depth" + place;
    if (got.symbol != ts_node_symbol(node)) return "symbol" + place;
    if (got.field != ts_tree_cursor_current_field_id(&cursor)) return "field" + place;
    if ((got.missing != 0) != ts_node_is_missing(node)) return "missing" + place;
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        more = false;
        break;
      }
    }
  }
  return dg_tree_walk_next(walk.get(), &got) != 0 ? "goes on" : "";
}

TEST(TreeWalk, EqualsTheCursorOnSmallAndBrokenSources) {
  for (const char* source :
       {"", " \n", "a", "/* c */ f(/* d */ a, // e\n b);", "class A { m( const",
        "export const m v = {", "((", "})", "x = <a b={c}>t {d}</a>",
        "for (const [a, b = 1] of c) label: ;", "\xEF\xBB\xBFlet a = `x${1}y`",
        "import a, * as b from 'c'; export { d as default };",
        "@d() class E<T> extends F<T> implements G { private h?: I = 1 }", "if (a) b; else c"}) {
    for (const Language language : {Language::javascript, Language::typescript, Language::tsx}) {
      EXPECT_EQ(difference(language, source), "") << source;
    }
  }
}

TEST(TreeWalk, EqualsTheCursorOnRealCode) {
  const std::filesystem::path root = std::filesystem::path(DELTAGRAPH_SOURCE_DIR) / "node_modules";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const auto language = language_of(entry.path().string());
    if (!entry.is_regular_file() || !language) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_EQ(difference(*language, text.str()), "") << entry.path();
    ++files;
  }
  EXPECT_GT(files, 20U);
}

}  // namespace
}  // namespace dg::test
