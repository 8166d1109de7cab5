#pragma once
/// \file
/// The base protocol of LSP (3.17, "Base Protocol"): `Content-Length: N\r\n\r\n` and N bytes of
/// JSON. Pure: bytes in, messages out; the socket, the client and later stdio share it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dg {

struct FrameLimits {
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = std::size_t{64} << 20;
};

/// One message with its header.
std::string frame(std::string_view body);

/// Splits a stream of bytes into messages. After an error it stays in error: the stream cannot be
/// trusted to be in step any more, so the connection has to be closed.
class FrameReader {
 public:
  explicit FrameReader(FrameLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes);  ///< O(bytes), amortised.
  std::optional<std::string> next();  ///< The next whole message, if there is one.
  const std::string& error() const noexcept { return error_; }  ///< Empty: none.

 private:
  bool read_header();

  FrameLimits limits_;
  std::string buffer_;
  std::size_t consumed_ = 0;         ///< Bytes of buffer_ already handed out.
  std::optional<std::size_t> body_;  ///< Length of the message whose header was read.
  std::string error_;
};

}  // namespace dg
