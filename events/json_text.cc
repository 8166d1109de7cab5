#include "events/json_text.h"

#include <algorithm>
#include <charconv>

namespace dg {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kHex = "0123456789abcdef";

unsigned byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<unsigned char>(text[i]);
}

struct Utf8Part {
  std::size_t size = 1;  ///< Of the well-formed sequence, or of the maximal ill-formed subpart.
  bool valid = false;
};

/// The sequence that begins at `i`, by Table 3-7 of the Unicode standard.
Utf8Part utf8_part(std::string_view text, std::size_t i) noexcept {
  const unsigned lead = byte_at(text, i);
  if (lead < 0x80) return {1, true};
  std::size_t size = 0;
  unsigned low = 0x80, high = 0xBF;  // Of the second byte.
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {1, false};
  }
  for (std::size_t k = 1; k < size; ++k) {
    if (i + k >= text.size()) return {k, false};
    const unsigned next = byte_at(text, i + k);
    if (next < (k == 1 ? low : 0x80) || next > (k == 1 ? high : 0xBF)) return {k, false};
  }
  return {size, true};
}

/// Calls `plain(run)` for runs that can be copied and `special(i)` for bytes that `stop` names,
/// with ill-formed parts handed over as the replacement character.
template <typename Stop, typename Plain, typename Special>
void scan(std::string_view text, Stop stop, Plain plain, Special special) {
  std::size_t begin = 0;
  std::size_t i = 0;
  const auto flush = [&] {
    if (i > begin) plain(text.substr(begin, i - begin));
  };
  while (i < text.size()) {
    const unsigned byte = byte_at(text, i);
    if (byte < 0x80) {
      if (stop(byte)) {
        flush();
        special(byte);
        begin = ++i;
      } else {
        ++i;
      }
      continue;
    }
    const Utf8Part part = utf8_part(text, i);
    if (part.valid) {
      i += part.size;
      continue;
    }
    flush();
    plain(kReplacement);
    begin = i += part.size;
  }
  flush();
}

void append_code_point(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

}  // namespace

void append_utf8(std::string& out, std::string_view text) {
  scan(
      text, [](unsigned) { return false; }, [&](std::string_view run) { out.append(run); },
      [](unsigned) {});
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  scan(
      text, [](unsigned byte) { return byte < 0x20 || byte == '"' || byte == '\\'; },
      [&](std::string_view run) { out.append(run); },
      [&](unsigned byte) {
        if (byte == '"' || byte == '\\') {
          out += '\\';
          out += static_cast<char>(byte);
        } else if (byte == '\n') {
          out += "\\n";
        } else if (byte == '\t') {
          out += "\\t";
        } else {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        }
      });
  out += '"';
}

void append_json_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

bool JsonReader::string(std::string& out) {
  out.clear();
  if (!take("\"")) return false;
  while (!text_.empty()) {
    const unsigned byte = byte_at(text_, 0);
    if (byte == '"') {
      text_.remove_prefix(1);
      return true;
    }
    if (byte < 0x20) return false;
    if (byte == '\\') {
      if (!escape(out)) return false;
      continue;
    }
    const Utf8Part part = utf8_part(text_, 0);
    if (!part.valid) return false;
    out.append(text_.substr(0, part.size));
    text_.remove_prefix(part.size);
  }
  return false;
}

bool JsonReader::escape(std::string& out) {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  if (text_.size() < 2) return false;
  const char what = text_[1];
  text_.remove_prefix(2);
  if (const std::size_t i = kFrom.find(what); i != std::string_view::npos) {
    out += kTo[i];
    return true;
  }
  std::uint32_t unit = 0;
  if (what != 'u' || !hex4(unit)) return false;
  if (unit >= 0xD800 && unit <= 0xDFFF) {  // A pair of surrogates, or nothing.
    std::uint32_t low = 0;
    if (unit > 0xDBFF || !take("\\u") || !hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  append_code_point(out, unit);
  return true;
}

bool JsonReader::hex4(std::uint32_t& out) noexcept {
  if (text_.size() < 4) return false;
  const auto result = std::from_chars(text_.data(), text_.data() + 4, out, 16);
  if (result.ec != std::errc() || result.ptr != text_.data() + 4) return false;
  text_.remove_prefix(4);
  return true;
}

bool JsonReader::integer(std::int64_t& out) noexcept {
  const std::size_t sign = text_.starts_with('-') ? 1 : 0;
  const bool leading_zero = text_.size() > sign + 1 && text_[sign] == '0' &&
                            text_[sign + 1] >= '0' && text_[sign + 1] <= '9';
  if (leading_zero) return false;
  const auto result = std::from_chars(text_.data(), text_.data() + text_.size(), out);
  if (result.ec != std::errc()) return false;
  text_.remove_prefix(static_cast<std::size_t>(result.ptr - text_.data()));
  return true;
}

bool JsonReader::number(std::uint64_t& out, std::uint64_t limit) noexcept {
  std::int64_t value = 0;
  if (!integer(value) || value < 0 || static_cast<std::uint64_t>(value) > limit) return false;
  out = static_cast<std::uint64_t>(value);
  return true;
}

}  // namespace dg
