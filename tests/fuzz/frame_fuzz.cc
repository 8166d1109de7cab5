// Any bytes on the socket: framing and JSON-RPC take them without a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/protocol/frame.h"
#include "daemon/protocol/json_rpc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data),
                               size);  // NOLINT: libFuzzer's interface
  dg::FrameReader reader({.header_bytes = 256, .body_bytes = 1 << 16});
  for (std::size_t at = 0; at < size; at += 7) {
    reader.feed(bytes.substr(at, 7));
    while (auto message = reader.next()) dg::read_rpc(*message);
  }
  dg::read_rpc(bytes);
  return 0;
}
