#include "daemon/extractor_options.h"

#include <charconv>

namespace dg {
namespace {

void read(std::string_view text, std::string_view key, std::uint32_t& value) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos || (at != 0 && text[at - 1] != ' ')) return;
  const char* begin = text.data() + at + key.size();
  std::from_chars(begin, text.data() + text.size(), value);
}

}  // namespace

std::string extractor_options_text(const ParseOptions& options) {
  return "max_bytes=" + std::to_string(options.max_bytes) +
         " max_line_bytes=" + std::to_string(options.max_line_bytes) +
         " max_depth=" + std::to_string(options.max_depth);
}

ParseOptions parse_options_of(std::string_view text) {
  ParseOptions options;
  read(text, "max_bytes=", options.max_bytes);
  read(text, "max_line_bytes=", options.max_line_bytes);
  read(text, "max_depth=", options.max_depth);
  return options;
}

}  // namespace dg
