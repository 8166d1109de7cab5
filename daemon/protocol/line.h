#pragma once
/// \file
/// The framing of MCP over stdio: one JSON text a line, UTF-8, without line feeds inside
/// (modelcontextprotocol.io, "Transports"). Pure, as frame.h.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dg {

/// Splits a stream of bytes into lines. Unlike a header, a line that is too long does not end the
/// stream: it is given once, cut, and what follows it is read on.
class LineReader {
 public:
  explicit LineReader(std::size_t limit = std::size_t{64} << 20) : limit_(limit) {}

  void feed(std::string_view bytes);  ///< O(bytes), amortised.
  /// The next whole line without its end (LF or CR LF); blank ones are left out. What was too long
  /// is no JSON any more, so that its reader answers with a parse error.
  std::optional<std::string> next();

 private:
  std::size_t limit_;
  std::string buffer_;
  std::size_t consumed_ = 0;  ///< Bytes of buffer_ already handed out.
  std::size_t searched_ = 0;  ///< No line ends before this.
  bool skipping_ = false;     ///< The rest of a line that was too long is coming.
};

}  // namespace dg
