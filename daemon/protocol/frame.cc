#include "daemon/protocol/frame.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dg {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string frame(std::string_view body) {
  std::string message = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  message += body;
  return message;
}

void FrameReader::feed(std::string_view bytes) {
  if (!error_.empty()) return;
  // Compacting only when half of the buffer is used up keeps feeding linear.
  if (consumed_ > buffer_.size() / 2) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  buffer_ += bytes;
}

bool FrameReader::read_header() {
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  const std::size_t end = rest.substr(0, limits_.header_bytes).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (rest.size() >= limits_.header_bytes)
      error_ = "header longer than " + std::to_string(limits_.header_bytes) + " bytes";
    return false;
  }
  std::optional<std::size_t> length;
  for (std::string_view lines = rest.substr(0, end); !lines.empty();) {
    const std::size_t line_end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, line_end);
    lines.remove_prefix(std::min(line_end + 2, lines.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      error_ = "header line without a colon";
      return false;
    }
    if (!equal_ignoring_case(trimmed(line.substr(0, colon)), "content-length")) continue;
    const std::string_view value = trimmed(line.substr(colon + 1));
    std::size_t number = 0;
    const auto [stop, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failure != std::errc() || stop != value.data() + value.size() || length.has_value()) {
      error_ = "Content-Length is not one number";
      return false;
    }
    length = number;
  }
  if (!length) {
    error_ = "header without Content-Length";
  } else if (*length > limits_.body_bytes) {
    error_ = "message longer than " + std::to_string(limits_.body_bytes) + " bytes";
  } else {
    consumed_ += end + 4;
    body_ = length;
    return true;
  }
  return false;
}

std::optional<std::string> FrameReader::next() {
  if (!error_.empty()) return std::nullopt;
  if (!body_ && !read_header()) return std::nullopt;
  if (buffer_.size() - consumed_ < *body_) return std::nullopt;
  std::string message = buffer_.substr(consumed_, *body_);
  consumed_ += *body_;
  body_.reset();
  return message;
}

}  // namespace dg
