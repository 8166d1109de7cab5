#pragma once
/// \file
/// Little-endian base-128 varints (LEB128; dwarfstd.org, DWARF 5 §7.6) appended to and read from
/// byte strings. Internal to events/ and storage/. A reader never runs past its end: it turns bad
/// and gives zeros.

#include <cstdint>
#include <string>
#include <string_view>

namespace dg {

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Zig-zag, so that small negative differences stay short
/// (protobuf.dev/programming-guides/encoding).
inline void put_signed(std::string& out, std::int64_t value) {
  put_varint(out, (static_cast<std::uint64_t>(value) << 1) ^
                      static_cast<std::uint64_t>(value < 0 ? -1 : 0));
}

inline void put_fixed64(std::string& out, std::uint64_t value) {
  char bytes[8];
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  out.append(bytes, sizeof bytes);
}

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return at_ == end_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  std::uint64_t varint() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  /// A varint that must be at most `limit`.
  std::uint32_t number(std::uint64_t limit) noexcept {
    const std::uint64_t value = varint();
    if (value <= limit && value <= 0xffffffffu) return static_cast<std::uint32_t>(value);
    ok_ = false;
    return 0;
  }

  /// A count of things that take at least one byte each: cannot exceed what is left.
  std::uint32_t count() noexcept { return number(left()); }

  std::int64_t signed_varint() noexcept {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

  std::uint64_t fixed64() noexcept {
    if (left() < 8) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(at_[i]);
    at_ += 8;
    return value;
  }

  std::string_view bytes(std::size_t size) noexcept {
    if (size > left()) {
      ok_ = false;
      return {};
    }
    const std::string_view result(at_, size);
    at_ += size;
    return result;
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace dg
