#include "parser/parse_only.h"

#include <tree_sitter/api.h>

#include <memory>

#include "parser/syntax.h"

namespace dg {

std::uint32_t parse_only(Language language, std::string_view bytes) {
  thread_local const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser{
      ts_parser_new(), &ts_parser_delete};
  thread_local const Grammar grammars[] = {Grammar(Language::javascript),
                                           Grammar(Language::typescript), Grammar(Language::tsx)};
  ts_parser_set_language(parser.get(), grammars[static_cast<std::size_t>(language)].language());
  const std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree{
      ts_parser_parse_string(parser.get(), nullptr, bytes.data(),
                             static_cast<std::uint32_t>(bytes.size())),
      &ts_tree_delete};
  return tree ? ts_node_descendant_count(ts_tree_root_node(tree.get())) : 0;
}

}  // namespace dg
