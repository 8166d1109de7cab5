#include "daemon/requests/source_lines.h"

#include <algorithm>

#include "daemon/watch/crawl.h"

namespace dg {
namespace {

constexpr std::size_t kMostBytes = 200;

/// At most `most` bytes, cut before a whole UTF-8 sequence.
std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0u) == 0x80u) --most;
  return std::string(text.substr(0, most)) + "…";
}

}  // namespace

const Parameter kLinesParameter{"lines", "boolean", "with the source line of each site"};

void SourceLines::add_to(Json& sites, const FileVersion& file) {
  if (!wanted_) return;
  const Text* text = text_of(file);
  for (Json& site : sites) {
    site["line_text"] =
        text == nullptr ? Json(nullptr) : line(*text, site.at("line").get<std::uint64_t>());
  }
}

const SourceLines::Text* SourceLines::text_of(const FileVersion& file) {
  auto known = texts_.find(file.path);
  if (known == texts_.end()) {
    Text text;
    Result<std::optional<FileBytes>> read = read_file(context_.root, file.path, file.size);
    if (read && *read && (**read).hash == file.hash) {
      text.bytes = std::move((**read).bytes);
      text.begins.push_back(0);
      for (std::size_t at = text.bytes.find('\n'); at != std::string::npos;
           at = text.bytes.find('\n', at + 1)) {
        text.begins.push_back(at + 1);
      }
    }
    known = texts_.emplace(file.path, std::move(text)).first;
  }
  return known->second.begins.empty() ? nullptr : &known->second;
}

Json SourceLines::line(const Text& text, std::uint64_t number) const {
  if (number == 0 || number > text.begins.size()) return nullptr;
  const std::size_t begin = text.begins[number - 1];
  std::string_view line = std::string_view(text.bytes).substr(begin);
  line = line.substr(0, std::min(line.find('\n'), line.size()));
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  return shortened(line, kMostBytes);
}

}  // namespace dg
