#pragma once
/// \file
/// Bytes and numbers as hexadecimal digits, lower case. Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>

namespace dg {

/// Two digits a byte, in the order of the bytes. O(bytes).
inline std::string hexadecimal(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// Appends the lowest `digits` (1 to 16) of a number, the most significant first.
inline void append_hexadecimal(std::string& out, std::uint64_t value, int digits = 16) {
  for (int shift = 4 * digits - 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[value >> shift & 15];
}

/// 16 digits, the most significant first.
inline std::string hexadecimal(std::uint64_t value) {
  std::string text;
  append_hexadecimal(text, value);
  return text;
}

}  // namespace dg
