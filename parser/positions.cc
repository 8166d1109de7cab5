#include "parser/positions.h"

#include <algorithm>
#include <cstring>

namespace dg {
namespace {

constexpr std::uint32_t kBlock = 256;

/// Units of UTF-16 that the character starting at a byte takes; 0 for a continuation byte.
std::uint32_t units_of(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if ((byte & 0xC0) == 0x80) return 0;
  return byte >= 0xF0 ? 2 : 1;
}

std::uint32_t count_units(std::string_view text) noexcept {
  std::uint32_t units = 0;
  for (const char c : text) units += units_of(c);
  return units;
}

bool is_ascii(std::string_view text) noexcept {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    if ((word & 0x8080808080808080U) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

void LineIndex::start(std::string_view bytes) {
  bytes_ = bytes;
  hint_ = 0;
  begins_.clear();
  begins_.push_back(bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  units_.clear();
  has_cr_ = false;
  if (bytes.empty()) return;
  has_cr_ = std::memchr(bytes.data(), '\r', bytes.size()) != nullptr;
  if (!has_cr_) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (at < end) {
      at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      if (at == nullptr) break;
      begins_.push_back(static_cast<std::uint32_t>(++at - bytes.data()));
    }
  } else {
    for (std::uint32_t i = 0; i < bytes.size(); ++i) {
      const bool lone_cr = bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n');
      if (bytes[i] == '\n' || lone_cr) begins_.push_back(i + 1);
    }
  }
  if (is_ascii(bytes)) return;
  std::uint32_t units = 0;
  for (std::size_t i = 0; i < bytes.size(); i += kBlock) {
    units_.push_back(units);
    units += count_units(bytes.substr(i, kBlock));
  }
  units_.push_back(units);
}

std::uint32_t LineIndex::units_before(std::uint32_t byte) const noexcept {
  const std::uint32_t block = byte / kBlock;
  return units_[block] + count_units(bytes_.substr(block * kBlock, byte - block * kBlock));
}

std::uint32_t LineIndex::line_at(std::uint32_t byte) const noexcept {
  const auto count = static_cast<std::uint32_t>(begins_.size());
  for (std::uint32_t line = hint_; line < count && line < hint_ + 4; ++line) {
    if (begins_[line] <= byte && (line + 1 == count || byte < begins_[line + 1])) {
      return hint_ = line;
    }
  }
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), byte);
  if (after == begins_.begin()) return 0;
  return hint_ = static_cast<std::uint32_t>(after - begins_.begin()) - 1;
}

Position LineIndex::position(std::uint32_t byte) const noexcept {
  const std::uint32_t line = line_at(byte);
  const std::uint32_t begin = std::min(begins_[line], byte);
  const std::uint32_t units =
      units_.empty() ? byte - begin : units_before(byte) - units_before(begin);
  return {line + 1, units + 1};
}

}  // namespace dg
