#include "daemon/cli/launch.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>

#include "daemon/cli/figures.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/project.h"
#include "daemon/requests/error_json.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr int kReportFd = 3;
constexpr std::uintmax_t kLogLimit = 1 << 20;

/// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) noexcept : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const noexcept { return fd_; }
  void reset() noexcept {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

Error start_failure(const fs::path& project, std::string reason) {
  return {ErrorKind::io, "service of " + project.string(), std::move(reason),
          "See " + (state_folder(project) / "service.log").string() +
              ", or run 'deltagraph serve' in the foreground."};
}

/// The log of the last run is kept as `service.log.1` once it has grown.
int open_log(const fs::path& project) {
  const fs::path log = state_folder(project) / "service.log";
  std::error_code ignored;
  if (fs::file_size(log, ignored) > kLogLimit && !ignored) {
    fs::rename(log, fs::path(log) += ".1", ignored);
  }
  return open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/// posix_spawn(3) of this program in a session of its own, with default signals and no descriptor
/// but /dev/null, the log and the report pipe.
int spawn(const fs::path& project, int log, int report, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, log, 1);
  posix_spawn_file_actions_adddup2(&files, log, 2);
  posix_spawn_file_actions_adddup2(&files, report, kReportFd);
  posix_spawn_file_actions_addclosefrom_np(&files, kReportFd + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  // The folder was checked, or is a project already: --force only keeps the child from asking
  // again.
  std::array<std::string, 6> words{
      "deltagraph", "serve", "--background=" + std::to_string(kReportFd),
      "--force",    "--",    project.string()};
  std::array<char*, 7> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const int failed =
      posix_spawn(&child, "/proc/self/exe", &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

/// What the child wrote until it closed the pipe.
std::string read_report(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<> start_in_background(const fs::path& project) {
  const Result<fs::path> fit = check_folder(project, true);
  if (!fit) return fit.error();
  std::error_code error;
  fs::create_directories(state_folder(project), error);
  const Fd log(error ? -1 : open_log(project));
  if (log.get() < 0) {
    const int reason = error ? error.value() : errno;
    return Error{
        reason == ENOSPC ? ErrorKind::disk_full : ErrorKind::io, state_folder(project).string(),
        std::string("cannot be written: ") + std::strerror(reason),
        reason == ENOSPC ? "Free some space." : "Give yourself write permission on the folder."};
  }
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return start_failure(project, std::strerror(errno));
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  pid_t child = 0;
  const int failed = spawn(project, log.get(), writing.get(), child);
  if (failed != 0)
    return start_failure(project, std::string("cannot be started: ") + std::strerror(failed));
  writing.reset();

  const Json report = Json::parse(read_report(reading.get()), nullptr, false);
  if (report.is_object() && report.contains("error")) {
    waitpid(child, nullptr, 0);
    return error_from_json(report["error"]);
  }
  if (report.is_object()) return Ok{};
  waitpid(child, nullptr, 0);
  return start_failure(project, "ended while it started");
}

/// A connection, for which a service is started where none listens. Another start may win the
/// project, a service that ends may hold it for a moment longer, or an `index` may be at work:
/// tries on until `patience` is over.
Result<std::unique_ptr<Client>> connect_or_start(Session& session, const fs::path& project) {
  const auto patience = Clock::now() + std::chrono::seconds(10);
  while (true) {
    Result<std::unique_ptr<Client>> client = connect_service(project);
    if (client || client.error().kind != ErrorKind::not_found) return client;
    if (session.err.is_terminal()) {
      session.err.progress("starting the service of " + project.string());
    }
    const Result<> started = start_in_background(project);
    session.err.clear_progress();
    if (!started && (started.error().kind != ErrorKind::busy || Clock::now() > patience)) {
      return started.error();
    }
    if (started && Clock::now() > patience) return client.error();
    if (!started) std::this_thread::sleep_for(milliseconds(50));
  }
}

/// Until the service has its first consistent state.
Result<> wait_ready(Session& session, const fs::path& project, Client& client) {
  ProgressLine line(session.err);
  const auto begun = Clock::now();
  while (true) {
    const Result<Json> status = ask_status(project, client);
    if (!status) return status.error();
    const std::string state = status->value("state", "ready");
    if (state == "failing" && status->value("sequence", std::uint64_t{0}) == 0) {
      return Error{ErrorKind::io, "service", status->value("last_error", ""),
                   "It tries again by itself; 'deltagraph status' shows its state."};
    }
    if (state != "indexing") return Ok{};
    if (session.err.is_terminal()) {
      const auto waited = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun);
      const Json at = status->value("progress", Json());
      line.show("indexing for the first time, " + std::to_string(waited.count()) + " s" +
                    (at.is_object() ? ", " + at.value("stage", "") : ""),
                at.is_object() ? at.value("done", std::size_t{0}) : 0,
                at.is_object() ? at.value("total", std::size_t{0}) : 0);
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
}

}  // namespace

Result<std::unique_ptr<Client>> ready_service(Session& session, const fs::path& project,
                                              bool may_start) {
  for (int attempt = 0;; ++attempt) {
    Result<std::unique_ptr<Client>> client =
        may_start ? connect_or_start(session, project) : connect_service(project);
    if (!client) return client;
    const Result<> ready = wait_ready(session, project, **client);
    if (ready) return client;
    // A service that is just ending accepts a connection and then closes it.
    if (attempt == 2 || ready.error().kind != ErrorKind::io) return ready.error();
  }
}

void report_start(int fd, const Result<>& started) {
  const Json report =
      started ? Json{{"listening", true}} : Json{{"error", error_to_json(started.error())}};
  const std::string text = json_text(report) + "\n";
  // Whoever waited may be gone (EPIPE, the signal is ignored): the service goes on without it.
  [[maybe_unused]] const ssize_t written = write(fd, text.data(), text.size());
  close(fd);
}

}  // namespace dg
