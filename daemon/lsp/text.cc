#include "daemon/lsp/text.h"

#include <algorithm>

namespace dg::lsp {
namespace {

/// Units of the code point whose lead byte this is; continuation bytes belong to their lead.
std::uint32_t units(unsigned char lead, Encoding encoding) {
  if (encoding == Encoding::utf16) return lead >= 0xf0u ? 2 : 1;
  return 1;
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

/// The byte in a line at which a column is.
std::size_t byte_of(std::string_view line, std::uint32_t column, Encoding encoding) {
  if (encoding == Encoding::utf8) {
    std::size_t at = std::min<std::size_t>(column, line.size());
    while (at > 0 && at < line.size() && continues(line[at])) --at;
    return at;
  }
  std::uint32_t seen = 0;
  std::size_t at = 0;
  while (at < line.size() && seen < column) {
    seen += units(static_cast<unsigned char>(line[at]), encoding);
    do ++at;
    while (at < line.size() && continues(line[at]));
  }
  return at;
}

std::uint32_t column_of(std::string_view line, std::size_t byte, Encoding encoding) {
  if (encoding == Encoding::utf8) return static_cast<std::uint32_t>(byte);
  std::uint32_t column = 0;
  for (std::size_t at = 0; at < byte; ++at) {
    if (!continues(line[at])) column += units(static_cast<unsigned char>(line[at]), encoding);
  }
  return column;
}

}  // namespace

Text::Text(std::string bytes) : bytes_(std::move(bytes)) {
  find_lines();
}

void Text::find_lines() {
  begins_.assign(1, 0);
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    const bool pair = bytes_[at] == '\r' && at + 1 < bytes_.size() && bytes_[at + 1] == '\n';
    if (bytes_[at] == '\n' || (bytes_[at] == '\r' && !pair)) begins_.push_back(at + 1);
  }
}

std::string_view Text::line(std::size_t number) const {
  if (number >= begins_.size()) return {};
  const std::size_t begin = begins_[number];
  std::size_t end = number + 1 < begins_.size() ? begins_[number + 1] : bytes_.size();
  while (end > begin && (bytes_[end - 1] == '\n' || bytes_[end - 1] == '\r')) --end;
  return std::string_view(bytes_).substr(begin, end - begin);
}

std::size_t Text::offset(Spot spot, Encoding encoding) const {
  if (spot.line >= begins_.size()) return bytes_.size();
  return begins_[spot.line] + byte_of(line(spot.line), spot.character, encoding);
}

std::uint32_t Text::column(Spot spot, Encoding from, Encoding to) const {
  if (from == to) return spot.character;
  const std::string_view text = line(spot.line);
  return column_of(text, byte_of(text, spot.character, from), to);
}

void Text::replace(Spot begin, Spot end, std::string_view text, Encoding encoding) {
  const std::size_t first = offset(begin, encoding);
  const std::size_t last = std::max(first, offset(end, encoding));
  bytes_.replace(first, last - first, text);
  find_lines();
}

LineMap::LineMap(const Text& from, const Text& to) : from_(from.lines()), to_(to.lines()) {
  identity_ = from.bytes() == to.bytes();
  const std::size_t most = std::min(from_, to_);
  while (head_ < most && from.line(head_) == to.line(head_)) ++head_;
  while (tail_ < most - head_ && from.line(from_ - 1 - tail_) == to.line(to_ - 1 - tail_)) ++tail_;
}

bool LineMap::is_kept(std::uint32_t line) const {
  return line < head_ || (line < from_ && line >= from_ - tail_);
}

std::uint32_t LineMap::map(std::uint32_t line) const {
  if (line < head_) return line;
  if (line >= from_ - tail_) return static_cast<std::uint32_t>(line + to_ - from_);
  const std::size_t last = std::max(head_, to_ - tail_);
  return static_cast<std::uint32_t>(std::min<std::size_t>(line, last == 0 ? 0 : last - 1));
}

}  // namespace dg::lsp
