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

/// 16 digits, the most significant first.
inline std::string hexadecimal(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return hexadecimal(bytes);
}

}  // namespace dg
