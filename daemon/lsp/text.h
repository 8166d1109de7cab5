#pragma once
/// \file
/// Positions in a text, in the three encodings of LSP 3.17 (`positionEncodings`), and where a line
/// of one text is in another. Pure.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dg::lsp {

/// What columns count: bytes, UTF-16 units (LSP's default), code points.
enum class Encoding { utf8, utf16, utf32 };

/// As LSP has it: both count from 0.
struct Spot {
  std::uint32_t line = 0;
  std::uint32_t character = 0;
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

/// A text and where its lines begin. A line ends with LF, CR LF or CR.
class Text {
 public:
  explicit Text(std::string bytes = {});

  const std::string& bytes() const noexcept { return bytes_; }
  std::size_t lines() const noexcept { return begins_.size(); }
  std::string_view line(std::size_t number) const;  ///< Without its end; empty beyond the last.
  /// The byte of a place. A column beyond a line's end means its end, a line beyond the last the
  /// end of the text, as LSP has it.
  std::size_t offset(Spot spot, Encoding encoding) const;
  /// The column of a place in another encoding. O(length of the line).
  std::uint32_t column(Spot spot, Encoding from, Encoding to) const;
  void replace(Spot begin, Spot end, std::string_view text, Encoding encoding);

 private:
  void find_lines();
  std::string bytes_;
  std::vector<std::size_t> begins_;
};

/// Where the lines of one version of a text are in another, of which a part in the middle differs.
class LineMap {
 public:
  LineMap(const Text& from, const Text& to);
  /// The line, or the nearest one where it is not in the other text.
  std::uint32_t map(std::uint32_t line) const;
  bool is_kept(std::uint32_t line) const;  ///< Whether it is in both.
  bool is_identity() const noexcept { return identity_; }

 private:
  bool identity_ = false;
  std::size_t head_ = 0, tail_ = 0;  ///< Lines that both begin and end with.
  std::size_t from_ = 0, to_ = 0;    ///< Lines of each.
};

}  // namespace dg::lsp
