#include "daemon/bridge/stdio_channel.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/protocol/frame.h"
#include "daemon/protocol/json_rpc.h"
#include "daemon/protocol/line.h"

namespace dg {
namespace {

Error nobody_reads() {
  return {ErrorKind::cancelled, "output", "nobody reads it any more", "", {}};
}

}  // namespace

Result<> StdioChannel::read(const std::function<void(const std::string&)>& on,
                            const std::function<bool()>& go_on) {
  FrameReader frames;
  LineReader lines;
  std::array<char, 64 * 1024> buffer;
  while (go_on()) {
    // Without events asked for, a descriptor tells of its end alone.
    pollfd polled[] = {{in_, POLLIN, 0}, {out_, 0, 0}};
    if (::poll(polled, 2, -1) < 0 && errno == EINTR) continue;
    if (polled[1].revents != 0) return nobody_reads();
    const ssize_t count = ::read(in_, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0)
      return Error{ErrorKind::io, "input", std::string("cannot be read: ") + std::strerror(errno),
                   ""};
    if (count == 0) return Ok{};
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    if (framing_ == Framing::lines) {
      lines.feed(bytes);
      while (const auto line = lines.next()) on(*line);
      continue;
    }
    frames.feed(bytes);
    while (const auto message = frames.next()) on(*message);
    if (!frames.error().empty()) {
      send_json(rpc_error(nullptr, kRpcParseError, frames.error()));
      return Error{ErrorKind::usage, "input", frames.error(),
                   "Messages begin with 'Content-Length: N' and an empty line."};
    }
  }
  return Ok{};
}

void StdioChannel::send(std::string_view message) {
  const std::string whole =
      framing_ == Framing::headers ? frame(message) : std::string(message) + "\n";
  const std::lock_guard guard(mutex_);
  for (std::size_t sent = 0; sent < whole.size();) {
    const ssize_t count = ::write(out_, whole.data() + sent, whole.size() - sent);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      pollfd polled{out_, POLLOUT, 0};
      ::poll(&polled, 1, -1);
      continue;
    }
    if (count < 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

void StdioChannel::send_json(const Json& message) {
  send(to_text(message));
}

bool StdioChannel::has_reader() const noexcept {
  pollfd polled{out_, 0, 0};
  return ::poll(&polled, 1, 0) == 0;
}

}  // namespace dg
