#pragma once
/// \file
/// The name pool of one file under construction: text to NameId, each distinct text once.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/facts.h"

namespace dg {

/// Open addressing with linear probing; memory is kept between files. Not thread-safe.
class NamePool {
 public:
  /// Starts a file. `valid_utf8`: whether its bytes need no repair. Adds the empty name.
  void start(bool valid_utf8);
  /// O(length). Invalid UTF-8 becomes U+FFFD.
  NameId intern(std::string_view text);
  std::string_view text(NameId id) const noexcept {
    const std::uint32_t begin = raw(id) == 0 ? 0 : ends_[raw(id) - 1];
    return std::string_view(bytes_).substr(begin, ends_[raw(id)] - begin);
  }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(ends_.size()); }
  const std::string& bytes() const noexcept { return bytes_; }
  const std::vector<std::uint32_t>& ends() const noexcept { return ends_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id = kNoIndex;
  };
  void grow();

  std::vector<Slot> slots_;
  std::string bytes_;
  std::vector<std::uint32_t> ends_;
  std::string repaired_;
  bool valid_ = true;
};

/// Whether all of it is well-formed UTF-8 (RFC 3629); `at`, if given, gets the first bad byte.
bool valid_utf8(std::string_view text, std::size_t* at = nullptr) noexcept;
/// The text with each ill-formed byte replaced by U+FFFD.
void repair_utf8(std::string_view text, std::string& out);
/// The longest prefix of at most `limit` bytes that does not cut a character.
std::string_view utf8_prefix(std::string_view text, std::size_t limit) noexcept;

}  // namespace dg
