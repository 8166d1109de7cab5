#pragma once
/// \file
/// The client's side of a program that speaks JSON-RPC on standard input and output.

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/requests/request.h"
#include "storage/result.h"

namespace dg {

enum class Framing {
  headers,  ///< LSP: `Content-Length: N` (frame.h).
  lines     ///< MCP: one message a line (line.h).
};

/// Two descriptors, which stay the caller's. send() is for any thread, read() for one.
class StdioChannel {
 public:
  StdioChannel(int in, int out, Framing framing) : in_(in), out_(out), framing_(framing) {}

  /// Hands over each message until the input ends (Ok) or `go_on` says no, nobody is left to read
  /// the output (cancelled), or the stream is out of step (usage).
  Result<> read(const std::function<void(const std::string&)>& on,
                const std::function<bool()>& go_on);
  /// Writes one message whole. What cannot be written any more is dropped: read() tells.
  void send(std::string_view message);
  void send_json(const Json& message);
  bool has_reader() const noexcept;  ///< Whether somebody may still read the output.

 private:
  int in_, out_;
  Framing framing_;
  std::mutex mutex_;  ///< A message is written by one thread at a time.
};

}  // namespace dg
