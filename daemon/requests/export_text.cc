#include "daemon/requests/export_text.h"

namespace dg {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Hands over each character: as it is when it is valid and printable, U+FFFD for an invalid byte.
template <typename Escape>
void append_escaped(std::string& out, std::string_view text, const Escape& escape) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
      if (!escape(out, text.front())) out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = utf8_length(text);
    out += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(length > 0 ? length : 1);
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool escape_dot(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
    return true;
  }
  if (is_control(c)) out += kReplacement;
  return is_control(c);
}

bool escape_xml(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return true;
    case '<':
      out += "&lt;";
      return true;
    case '>':
      out += "&gt;";
      return true;
    case '"':
      out += "&quot;";
      return true;
    case '\t':
      out += "&#9;";
      return true;
    case '\n':
      out += "&#10;";
      return true;
    case '\r':
      out += "&#13;";
      return true;
    default:
      break;
  }
  if (is_control(c)) out += kReplacement;
  return is_control(c);
}

bool escape_sql(std::string& out, char c) {
  if (c == '\'') {
    out += "''";
    return true;
  }
  if (c == '\0') out += kReplacement;
  return c == '\0';
}

}  // namespace

void append_dot_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text, escape_dot);
  out += '"';
}
void append_xml_text(std::string& out, std::string_view text) {
  append_escaped(out, text, escape_xml);
}
void append_sql_string(std::string& out, std::string_view text) {
  out += '\'';
  append_escaped(out, text, escape_sql);
  out += '\'';
}

std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return 0;
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF.
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) >= 0xa0) ||
      (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) >= 0x90)) {
    return 0;
  }
  return length;
}

}  // namespace dg
