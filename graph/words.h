#pragma once
/// \file
/// The words inside a name: `getUserName`, `get_user_name` and `HTTPServer2` each have several. A
/// search for a name finds it at the start of any of its words, whatever the case. Pure; ASCII case
/// only: bytes above 127 count as lower-case letters.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "graph/text_hash.h"

namespace dg {

constexpr bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) noexcept {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr char to_lower(char c) noexcept {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether a word begins at `at`: after a separator, at a capital that follows a small letter or
/// that begins a capitalised word (`S` in `HTTPServer`), and where digits begin.
constexpr bool word_begins(std::string_view name, std::size_t at) noexcept {
  const char c = name[at];
  if (!is_upper(c) && !is_lower(c) && !is_digit(c)) return false;
  if (at == 0) return true;
  const char before = name[at - 1];
  if (!is_upper(before) && !is_lower(before) && !is_digit(before)) return true;
  if (is_digit(c)) return !is_digit(before);
  if (is_upper(c)) return !is_upper(before) || (at + 1 < name.size() && is_lower(name[at + 1]));
  return is_digit(before);
}

/// Whether `text` begins with `prefix`, whatever the case.
constexpr bool has_prefix(std::string_view text, std::string_view prefix) noexcept {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (to_lower(text[i]) != to_lower(prefix[i])) return false;
  }
  return true;
}

/// Whether `text` begins at the start of some word of `name`, whatever the case. O(both).
constexpr bool has_word(std::string_view name, std::string_view text) noexcept {
  for (std::size_t at = 0; at + text.size() <= name.size(); ++at) {
    if (word_begins(name, at) && has_prefix(name.substr(at), text)) return true;
  }
  return false;
}

/// How many leading letters of a word its index key covers. Shorter queries have no key.
inline constexpr std::size_t kWordKeyLength = 3;

/// The key under which everything that continues with `text` is indexed.
inline std::uint64_t word_key(std::string_view text) noexcept {
  char key[kWordKeyLength] = {};
  for (std::size_t i = 0; i < kWordKeyLength && i < text.size(); ++i) key[i] = to_lower(text[i]);
  return text_hash({key, kWordKeyLength});
}

}  // namespace dg
