#include "daemon/protocol/line.h"

namespace dg {

void LineReader::feed(std::string_view bytes) {
  if (consumed_ > buffer_.size() / 2) {
    buffer_.erase(0, consumed_);
    searched_ -= consumed_;
    consumed_ = 0;
  }
  buffer_ += bytes;
}

std::optional<std::string> LineReader::next() {
  while (true) {
    const std::size_t end = buffer_.find('\n', searched_);
    const bool whole = end != std::string::npos;
    const std::size_t size = (whole ? end : buffer_.size()) - consumed_;
    std::optional<std::string> line;
    if (size > limit_ && !skipping_) line = buffer_.substr(consumed_, limit_);
    if (size > limit_ || (skipping_ && !whole)) {
      skipping_ = !whole;
      consumed_ = searched_ = whole ? end + 1 : buffer_.size();
      if (line) return line;
      if (!whole) return std::nullopt;
      continue;
    }
    if (!whole) {
      searched_ = buffer_.size();
      return std::nullopt;
    }
    line = buffer_.substr(consumed_, size);
    consumed_ = searched_ = end + 1;
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    while (!line->empty() && (line->back() == '\r' || line->back() == ' ')) line->pop_back();
    if (!line->empty()) return line;
  }
}

}  // namespace dg
