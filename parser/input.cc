#include "parser/input.h"

#include <algorithm>
#include <cstring>

#include "parser/names.h"

namespace dg {
namespace {

constexpr std::size_t kSample = 8192;
constexpr std::size_t kHead = 1024;

bool is_binary(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
  const std::string_view sample = bytes.substr(0, kSample);
  const auto nuls = static_cast<std::size_t>(std::count(sample.begin(), sample.end(), '\0'));
  if (nuls * 64 > sample.size()) return true;
  std::size_t bad = 0, at = 0;
  for (std::string_view rest = sample; !valid_utf8(rest, &at); ++bad) rest.remove_prefix(at + 1);
  return bad > 16 && bad * 8 > sample.size();
}

constexpr std::size_t kEncodedRun = 512;

bool is_encoded(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=';
}

/// Bytes of the line in long runs of base64 (RFC 4648) or hexadecimal: an image in a string is data
/// and says nothing of the code around it.
std::size_t encoded_bytes(std::string_view line) {
  std::size_t bytes = 0, run = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && is_encoded(line[i])) {
      ++run;
      continue;
    }
    if (run >= kEncodedRun) bytes += run;
    run = 0;
  }
  return bytes;
}

bool is_minified(std::string_view bytes, std::uint32_t max_line) {
  std::size_t in_long_lines = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const void* found = std::memchr(bytes.data() + begin, '\n', bytes.size() - begin);
    const std::size_t end =
        found == nullptr ? bytes.size()
                         : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const std::string_view line = bytes.substr(begin, end - begin);
    if (line.size() > max_line) in_long_lines += line.size() - encoded_bytes(line);
    begin = end + 1;
  }
  return in_long_lines * 2 > bytes.size();
}

bool is_generated(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kHead);
  if (head.starts_with("/******/") && head.find("webpackBootstrap") != std::string_view::npos) {
    return true;
  }
  const std::size_t mark = head.find("@generated");
  if (mark == std::string_view::npos) return false;
  const std::size_t newline = head.rfind('\n', mark);
  std::string_view line = head.substr(newline == std::string_view::npos ? 0 : newline + 1);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return line.starts_with("//") || line.starts_with("/*") || line.starts_with("*");
}

}  // namespace

SkipReason skip_reason(std::string_view bytes, const ParseOptions& options) {
  if (bytes.size() > options.max_bytes) return SkipReason::too_large;
  if (is_binary(bytes)) return SkipReason::binary;
  if (is_minified(bytes, options.max_line_bytes)) return SkipReason::minified;
  if (is_generated(bytes)) return SkipReason::generated;
  return SkipReason::none;
}

}  // namespace dg
