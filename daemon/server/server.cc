#include "daemon/server/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "daemon/protocol/frame.h"
#include "daemon/server/dispatcher.h"

namespace dg {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;
using Acceptor = asio::local::stream_protocol::acceptor;
using ErrorCode = boost::system::error_code;

/// Unsent bytes after which a client that does not read is cut off.
constexpr std::size_t kOutputLimit = std::size_t{64} << 20;

class Connection;

/// The live connections and who of them wants deltas. Thread-safe.
class Registry {
 public:
  void add(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard guard(mutex_);
    all_.insert(connection);
    touch();
  }
  void remove(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard guard(mutex_);
    all_.erase(connection);
    touch();
  }
  std::vector<std::shared_ptr<Connection>> all() const {
    const std::lock_guard guard(mutex_);
    return {all_.begin(), all_.end()};
  }
  std::size_t size() const {
    const std::lock_guard guard(mutex_);
    return all_.size();
  }
  void touch() noexcept { ++touched_; }
  std::uint64_t touched() const noexcept { return touched_; }

 private:
  mutable std::mutex mutex_;
  std::set<std::shared_ptr<Connection>> all_;
  std::atomic<std::uint64_t> touched_{0};
};

std::string delta_message(const Json& delta) {
  return frame(to_text(Json{{"jsonrpc", "2.0"}, {"method", "delta"}, {"params", delta}}));
}

/// One client. All members are touched on its strand only.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Dispatcher& dispatcher, Registry& registry)
      : socket_(std::move(socket)), dispatcher_(dispatcher), registry_(registry) {}

  void start() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] { self->read(); });
  }
  void send(std::string message) {
    asio::post(socket_.get_executor(),
               [self = shared_from_this(), message = std::move(message)]() mutable {
                 self->enqueue(std::move(message));
               });
  }
  /// A delta that was just committed. `generation`: of the database that its sequence counts in.
  void send_delta(std::shared_ptr<const std::string> message, std::uint64_t sequence,
                  std::uint64_t generation) {
    asio::post(socket_.get_executor(),
               [self = shared_from_this(), message = std::move(message), sequence, generation] {
                 if (self->subscribed_) self->take(*message, sequence, generation);
               });
  }
  void close() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->shut(); });
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(input_), [self = shared_from_this()](ErrorCode failure,
                                                                              std::size_t size) {
      if (failure) return self->shut();
      self->registry_.touch();
      self->frames_.feed({self->input_.data(), size});
      while (auto message = self->frames_.next()) self->handle(*message);
      if (!self->frames_.error().empty()) {
        self->enqueue(frame(to_text(rpc_error(nullptr, kRpcParseError, self->frames_.error()))));
        self->closing_ = true;
        if (!self->writing_) self->shut();
        return;
      }
      self->read();
    });
  }
  void handle(const std::string& message) {
    Dispatcher::Subscriber subscriber;
    subscriber.subscribe = [self = shared_from_this()](bool on) {
      asio::post(self->socket_.get_executor(), [self, on] {
        self->subscribed_ = on;
        self->past_ = nullptr;
        self->generation_ = 0;
      });
    };
    subscriber.resume = [self = shared_from_this()](Dispatcher::Past past, Sequence since) {
      asio::post(self->socket_.get_executor(), [self, past = std::move(past), since]() mutable {
        self->subscribed_ = true;
        self->past_ = std::move(past);
        self->generation_ = self->dispatcher_.database_generation();
        self->newest_missed_ = 0;
        self->replayed_ = raw(since);
        if (!self->writing_) self->replay();
      });
    };
    dispatcher_.handle(
        message,
        [self = shared_from_this()](const std::string& reply) { self->send(frame(reply)); },
        subscriber);
  }
  /// While the past is replayed nothing else is sent: the log has it too.
  void take(const std::string& message, std::uint64_t sequence, std::uint64_t generation) {
    if (generation == generation_ && sequence <= replayed_) return;
    if (past_) {
      if (generation != generation_) return shut();  // What is being replayed is gone.
      newest_missed_ = std::max(newest_missed_, sequence);
      return;
    }
    enqueue(message);
  }
  /// The next deltas of the past, whenever the client has read those before.
  void replay() {
    while (past_ && !writing_) {
      const Result<std::vector<Json>> deltas = past_();
      if (!deltas) return shut();  // Of the log, which could be read a moment ago.
      for (const Json& delta : *deltas) {
        replayed_ = delta.at("sequence").get<std::uint64_t>();
        enqueue(delta_message(delta));
      }
      // What came while the log was read was committed before, so that the log has it by now.
      if (deltas->empty() && newest_missed_ <= replayed_) past_ = nullptr;
      if (deltas->empty() && past_) return shut();
    }
  }
  void enqueue(std::string message) {
    if (!socket_.is_open()) return;
    queued_bytes_ += message.size();
    if (queued_bytes_ > kOutputLimit) return shut();
    output_.push_back(std::move(message));
    if (!writing_) write();
  }
  void write() {
    writing_ = true;
    asio::async_write(socket_, asio::buffer(output_.front()),
                      [self = shared_from_this()](ErrorCode failure, std::size_t) {
                        self->writing_ = false;
                        if (failure) return self->shut();
                        self->queued_bytes_ -= self->output_.front().size();
                        self->output_.pop_front();
                        if (!self->output_.empty()) return self->write();
                        self->replay();
                        if (self->closing_) self->shut();
                      });
  }
  void shut() {
    if (!socket_.is_open()) return;
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
    registry_.remove(shared_from_this());
  }

  Socket socket_;
  Dispatcher& dispatcher_;
  Registry& registry_;
  FrameReader frames_;
  std::array<char, 16 * 1024> input_{};
  std::deque<std::string> output_;
  std::size_t queued_bytes_ = 0;
  bool writing_ = false, closing_ = false, subscribed_ = false;
  Dispatcher::Past past_;            ///< Empty: nothing is being replayed.
  std::uint64_t replayed_ = 0;       ///< The client has all deltas up to this one,
  std::uint64_t generation_ = 0;     ///< of this database; 0: it did not ask for the past.
  std::uint64_t newest_missed_ = 0;  ///< Committed while the past was replayed, and not sent.
};

class UnixServer final : public Server {
 public:
  explicit UnixServer(Host& host)
      : dispatcher_(host,
                    [this](std::function<void()> work) { asio::post(context_, std::move(work)); }),
        strand_(asio::make_strand(context_)),
        acceptor_(strand_),
        retry_(strand_) {}

  ~UnixServer() override {
    asio::post(strand_, [this] {
      ErrorCode ignored;
      acceptor_.close(ignored);
    });
    for (const auto& connection : registry_.all()) connection->close();
    work_.reset();
    // Handlers that still hold a connection keep the context busy for at most one request's
    // deadline.
    for (std::thread& thread : threads_) thread.join();
    if (reachable()) ::unlink(path_.c_str());
  }

  Result<> open(const std::filesystem::path& path, unsigned threads) {
    if (Result<> listening = listen_again(path); !listening) return listening;
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { context_.run(); });
    return Ok{};
  }

  bool reachable() const noexcept override {
    struct stat now {};
    return ::lstat(path_.c_str(), &now) == 0 && now.st_ino == inode_;
  }

  Result<> listen_again(const std::filesystem::path& path) override {
    ErrorCode failure;
    const asio::local::stream_protocol::endpoint endpoint(path.string());
    ::unlink(path.c_str());
    Acceptor fresh(strand_);
    fresh.open(endpoint.protocol(), failure);
    const mode_t mask = ::umask(0177);
    if (!failure) fresh.bind(endpoint, failure);
    ::umask(mask);
    if (!failure) fresh.listen(asio::socket_base::max_listen_connections, failure);
    if (failure) {
      return Error{ErrorKind::io,
                   path.string(),
                   "cannot listen: " + failure.message(),
                   "Check that the folder exists and is yours, or set XDG_RUNTIME_DIR.",
                   {}};
    }
    struct stat now {};
    if (::lstat(path.c_str(), &now) == 0) inode_ = now.st_ino;
    path_ = path;
    asio::post(strand_, [this, next = std::move(fresh)]() mutable {
      acceptor_ = std::move(next);
      accept();
    });
    return Ok{};
  }

  void publish(Json delta) override {
    const auto message = std::make_shared<const std::string>(delta_message(delta));
    const auto sequence = delta.at("sequence").get<std::uint64_t>();
    const std::uint64_t generation = dispatcher_.database_generation();
    for (const auto& connection : registry_.all()) {
      connection->send_delta(message, sequence, generation);
    }
  }
  std::size_t clients() const noexcept override { return registry_.size(); }
  std::uint64_t requests() const noexcept override { return registry_.touched(); }

 private:
  void accept() {
    acceptor_.async_accept(asio::make_strand(context_), [this](ErrorCode failure, Socket socket) {
      if (failure == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (!failure) {
        auto connection = std::make_shared<Connection>(std::move(socket), dispatcher_, registry_);
        registry_.add(connection);
        connection->start();
        return accept();
      }
      // Out of descriptors: refuse for a moment instead of spinning.
      retry_.expires_after(std::chrono::milliseconds(50));
      retry_.async_wait([this](ErrorCode cancelled) {
        if (!cancelled && acceptor_.is_open()) accept();
      });
    });
  }

  std::filesystem::path path_;  ///< Of the one thread that calls listen_again(), as inode_.
  ino_t inode_ = 0;
  Dispatcher dispatcher_;
  Registry registry_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  asio::strand<asio::io_context::executor_type> strand_;
  Acceptor acceptor_;  ///< Touched on strand_ only, as retry_.
  asio::steady_timer retry_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const std::filesystem::path& socket, Host& host,
                                               unsigned threads) {
  auto server = std::make_unique<UnixServer>(host);
  const Result<> opened = server->open(socket, threads);
  if (!opened) return opened.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace dg
