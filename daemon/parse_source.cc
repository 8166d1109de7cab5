#include "daemon/parse_source.h"

#include <algorithm>

namespace dg {

std::shared_ptr<const FileFacts> parse_source(Parser& parser, const std::string& path,
                                              const FileBytes& file) {
  if (!file.too_large) return std::make_shared<const FileFacts>(parser.parse(path, file.bytes));
  Parser refusing(ParseOptions{.max_bytes = 0});
  FileFacts facts = refusing.parse(path, " ");
  facts.bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(file.stat.size, kNoIndex));
  return std::make_shared<const FileFacts>(std::move(facts));
}

}  // namespace dg
