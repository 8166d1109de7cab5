#include "daemon/server/http.h"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <thread>

#include "daemon/server/http_routes.h"
#include "storage/requests/request.h"

namespace dg {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::seconds kPatience{10};  ///< For a client to send or take one message.
constexpr std::uint32_t kMostHeaderBytes = 8 * 1024;
constexpr int kMostConnections = 32;

/// What all connections share; outlives them.
struct Shared {
  HttpGate gate;
  std::filesystem::path state_folder;
  std::atomic<int> connections{0};
  std::atomic<std::uint64_t> requests{0};
};

std::string text_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// One connection; everything happens on the server's thread.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Tcp::socket socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    ++shared_.connections;
  }
  ~HttpConnection() { --shared_.connections; }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(requests::kMostDocumentBytes);
    stream_.expires_after(kPatience);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](ErrorCode failure, std::size_t) { self->on_read(failure); });
  }
  void refuse_all() {
    write(http_error(503, {ErrorKind::busy, "server", "too many connections", "Close some"}),
          false);
  }

 private:
  void on_read(ErrorCode failure) {
    ++shared_.requests;
    const auto too_much = [&](unsigned status, const char* what) {
      write(http_error(status, {ErrorKind::usage, what, "is too long", "Send less"}), false);
    };
    if (failure == http::error::header_limit) return too_much(431, "header");
    if (failure == http::error::body_limit) return too_much(413, "body");
    if (failure) return;  // Gone, too slow, or not HTTP.
    const auto& message = parser_->get();
    HttpQuestion question;
    question.method = text_of(message.method_string());
    question.target = text_of(message.target());
    question.host = text_of(message[http::field::host]);
    question.has_origin = message.count(http::field::origin) > 0;
    question.origin = text_of(message[http::field::origin]);
    question.authorization = text_of(message[http::field::authorization]);
    question.content_type = text_of(message[http::field::content_type]);
    question.body = message.body();
    write(answer_http(question, shared_.gate, shared_.state_folder), message.keep_alive());
  }

  void write(HttpReply reply, bool keep_alive) {
    response_ = {};
    response_.version(11);
    response_.result(reply.status);
    response_.set(http::field::content_type, "application/json");
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (reply.status == 401) response_.set(http::field::www_authenticate, "Bearer");
    if (!reply.allow.empty()) response_.set(http::field::allow, reply.allow);
    response_.keep_alive(keep_alive);
    response_.body() = std::move(reply.body);
    response_.prepare_payload();
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](ErrorCode failure, std::size_t) {
                        if (failure) return;
                        if (keep_alive) return self->read();
                        ErrorCode ignored;
                        self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
                      });
  }

  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

class LoopbackServer final : public HttpServer {
 public:
  LoopbackServer(std::string token, std::filesystem::path state_folder) : acceptor_(context_) {
    shared_.gate.token = std::move(token);
    shared_.state_folder = std::move(state_folder);
  }
  ~LoopbackServer() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<> open(std::uint16_t port) {
    const Tcp::endpoint here(asio::ip::address_v4::loopback(), port);
    ErrorCode failure;
    acceptor_.open(here.protocol(), failure);
    if (!failure) acceptor_.set_option(Tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor_.bind(here, failure);
    if (!failure) acceptor_.listen(kMostConnections, failure);
    if (!failure) shared_.gate.port = acceptor_.local_endpoint(failure).port();
    if (failure) {
      return Error{ErrorKind::io, "127.0.0.1:" + std::to_string(port),
                   "cannot listen: " + failure.message(), "Choose another port, or 0 for any."};
    }
    accept();
    thread_ = std::thread([this] { context_.run(); });
    return Ok{};
  }

  std::uint16_t port() const noexcept override { return shared_.gate.port; }
  std::uint64_t requests() const noexcept override { return shared_.requests.load(); }

 private:
  void accept() {
    acceptor_.async_accept([this](ErrorCode failure, Tcp::socket socket) {
      if (failure == asio::error::operation_aborted) return;
      if (!failure) {
        const bool full = shared_.connections >= kMostConnections;
        const auto connection = std::make_shared<HttpConnection>(std::move(socket), shared_);
        full ? connection->refuse_all() : connection->read();
        return accept();
      }
      // Out of descriptors: refuse for a moment instead of spinning.
      retry_.expires_after(std::chrono::milliseconds(50));
      retry_.async_wait([this](ErrorCode cancelled) {
        if (!cancelled) accept();
      });
    });
  }

  Shared shared_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  asio::steady_timer retry_{context_};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(std::uint16_t port,
                                                       const std::filesystem::path& state_folder) {
  const Result<std::string> token = http_token(state_folder);
  if (!token) return token.error();
  auto server = std::make_unique<LoopbackServer>(*token, state_folder);
  const Result<> opened = server->open(port);
  if (!opened) return opened.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace dg
