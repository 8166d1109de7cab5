#pragma once
/// \file
/// Byte offsets to lines and columns (UTF-16 code units, as LSP counts them) in O(1) to O(log
/// lines).

#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/facts.h"

namespace dg {

/// Where lines begin: after LF, CRLF or a lone CR (LSP 3.17, "Text Documents"). A byte order mark
/// is before the first line and has no column. Memory is kept between files.
class LineIndex {
 public:
  void start(std::string_view bytes);  ///< O(bytes). `bytes` must outlive the use.
  Position position(std::uint32_t byte) const noexcept;
  std::uint32_t line_at(std::uint32_t byte) const noexcept;  ///< From 0.
  std::uint32_t line_count() const noexcept { return static_cast<std::uint32_t>(begins_.size()); }
  bool has_cr() const noexcept { return has_cr_; }
  const std::vector<std::uint32_t>& begins() const noexcept { return begins_; }

 private:
  std::uint32_t units_before(std::uint32_t byte) const noexcept;

  std::string_view bytes_;
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> units_;  ///< UTF-16 units before each 256-byte block; empty for ASCII.
  bool has_cr_ = false;
  mutable std::uint32_t hint_ = 0;  ///< Most questions come in source order.
};

}  // namespace dg
