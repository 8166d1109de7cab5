#include "daemon/protocol/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/protocol/frame.h"
#include "daemon/protocol/json_rpc.h"
#include "daemon/requests/error_json.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

/// A service takes connections and questions at once, however busy it is; only one that is
/// suspended lets its queues fill.
constexpr timeval kSendPatience{5, 0};

Error no_answer() {
  return {ErrorKind::cancelled, "service", "did not answer in time",
          "Try again, or see 'deltagraph status'."};
}

class SocketClient final : public Client {
 public:
  explicit SocketClient(int fd) noexcept : fd_(fd) {}
  ~SocketClient() override { ::close(fd_); }
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  Result<Json> call(const std::string& method, const Json& params,
                    std::chrono::milliseconds timeout) override {
    const int id = ++last_id_;
    const Result<> sent = send(method, params, id);
    if (!sent) return sent.error();
    const auto deadline = Clock::now() + timeout;
    while (true) {
      Result<Json> message = receive(deadline);
      if (!message) return message.error();
      const auto found = message->find("id");
      if (found == message->end() || !found->is_number_integer() || found->get<int>() != id)
        continue;
      if (const auto error = message->find("error"); error != message->end())
        return error_of(*error);
      return std::move((*message)["result"]);
    }
  }

  Result<> listen(const std::string& method, const Json& params,
                  const std::function<bool(const Json&)>& on, int out) override {
    const Result<> sent = send(method, params, ++last_id_);
    if (!sent) return sent.error();
    while (true) {
      Result<Json> message = receive(Clock::time_point::max(), out);
      if (!message && message.error().kind == ErrorKind::cancelled) return Ok{};
      if (!message) return message.error();
      if (const auto error = message->find("error"); error != message->end())
        return error_of(*error);
      if (message->contains("method") && !on((*message)["params"])) return Ok{};
    }
  }

 private:
  static Error error_of(const Json& error) {
    if (error.is_object() && error.contains("data")) return error_from_json(error["data"]);
    Error result{ErrorKind::io, "service", "answered with an error", "", {}};
    if (error.is_object() && error.contains("message") && error["message"].is_string()) {
      result.reason = error["message"].get<std::string>();
    }
    return result;
  }
  static Error lost(const std::string& reason) {
    return Error{ErrorKind::io,
                 "service",
                 reason,
                 "Try again; 'deltagraph status' tells whether it runs.",
                 {}};
  }

  Result<> send(const std::string& method, const Json& params, int id) {
    const std::string message = frame(
        to_text(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}));
    for (std::size_t sent = 0; sent < message.size();) {
      const ssize_t count = ::send(fd_, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return no_answer();
      if (count < 0) return lost(std::string("the connection broke: ") + std::strerror(errno));
      sent += static_cast<std::size_t>(count);
    }
    return Ok{};
  }

  /// Cancelled where `out` (-1: none) has lost its readers.
  Result<Json> receive(Clock::time_point deadline, int out = -1) {
    std::array<char, 64 * 1024> buffer;
    while (true) {
      if (auto message = frames_.next()) {
        Json json = Json::parse(*message, nullptr, false);
        if (!json.is_object()) return lost("sent something that is no JSON-RPC");
        return json;
      }
      if (!frames_.error().empty()) return lost(frames_.error());
      int wait = -1;
      if (deadline != Clock::time_point::max()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return no_answer();
        wait = static_cast<int>(std::min<long long>(left, 1'000'000));
      }
      // Without events asked for, a descriptor tells of its end alone; a negative one of nothing.
      pollfd polled[] = {{fd_, POLLIN, 0}, {out, 0, 0}};
      const int ready = ::poll(polled, 2, wait);
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      if (polled[1].revents != 0)
        return Error{ErrorKind::cancelled, "output", "nobody reads it any more", "", {}};
      const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return lost("closed the connection");
      frames_.feed({buffer.data(), static_cast<std::size_t>(count)});
    }
  }

  int fd_;
  int last_id_ = 0;
  FrameReader frames_;
};

}  // namespace

Result<std::unique_ptr<Client>> Client::connect(const std::filesystem::path& socket) {
  const auto failed = [&](ErrorKind kind, const std::string& reason) {
    return Error{kind, socket.string(), reason, "Start the service with 'deltagraph start'.", {}};
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof(address.sun_path))
    return failed(ErrorKind::io, "is too long for a socket");
  path.copy(address.sun_path, path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed(ErrorKind::io, std::strerror(errno));
  auto client = std::make_unique<SocketClient>(fd);
  // For connect() too, which waits where the queue of connections is full (unix(7)).
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kSendPatience, sizeof kSendPatience);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets interface asks for it
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    if (errno == EAGAIN) return no_answer();
    const bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    return failed(nobody ? ErrorKind::not_found : ErrorKind::io,
                  nobody ? "nobody listens" : std::strerror(errno));
  }
  return std::unique_ptr<Client>(std::move(client));
}

}  // namespace dg
