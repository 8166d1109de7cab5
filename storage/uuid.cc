#include "storage/uuid.h"

#include <charconv>
#include <random>

#include "parser/hexadecimal.h"

namespace dg {

std::string make_uuid_v7(std::int64_t unix_ms, std::uint64_t counter) {
  std::random_device random;
  unsigned char bytes[16];
  for (int i = 0; i < 6; ++i) {
    bytes[i] = static_cast<unsigned char>((unix_ms >> (40 - 8 * i)) & 0xff);
  }
  for (int i = 8; i < 16; ++i) bytes[i] = static_cast<unsigned char>(random() & 0xff);
  bytes[6] = static_cast<unsigned char>((counter >> 8 & 0x0f) | 0x70);  // Version 7.
  bytes[7] = static_cast<unsigned char>(counter & 0xff);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);  // Variant 10.
  std::string text = hexadecimal(std::string_view(reinterpret_cast<const char*>(bytes), 16));
  for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return text;
}

std::int64_t uuid_v7_ms(std::string_view uuid) noexcept {
  if (uuid.size() != 36) return 0;
  std::uint64_t high = 0, low = 0;
  const auto a = std::from_chars(uuid.data(), uuid.data() + 8, high, 16);
  const auto b = std::from_chars(uuid.data() + 9, uuid.data() + 13, low, 16);
  const bool whole = a.ptr == uuid.data() + 8 && b.ptr == uuid.data() + 13;
  return whole ? static_cast<std::int64_t>(high << 16 | low) : 0;
}

}  // namespace dg
