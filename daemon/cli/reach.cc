/// \file
/// Reaching a service that may be out of sight or not answer, and ending it.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

// glibc 2.36 declares them without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "storage/lock.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// For a commit or a checkpoint that is under way.
constexpr std::chrono::seconds kEndPatience{30};

/// Stopped by a signal or a debugger: state T or t in the third field of /proc/pid/stat (proc(5)),
/// which follows the program's name in parentheses.
bool is_suspended(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t name = text.rfind(") ");
  return name != std::string::npos && name + 2 < text.size() &&
         (text[name + 2] == 'T' || text[name + 2] == 't');
}

Error silent(const fs::path& project, const std::optional<LockHolder>& holder) {
  Error error{ErrorKind::cancelled, "service of " + project.string(),
              "did not answer within " + std::to_string(kServicePatience.count()) + " s",
              "'deltagraph stop' ends it"};
  if (!holder) return error;
  const std::string pid = std::to_string(holder->pid);
  error.reason = "process " + pid + " " + error.reason;
  if (is_suspended(holder->pid)) {
    error.reason += ": it is suspended";
    error.cure = "'kill -CONT " + pid + "' wakes it, 'deltagraph stop' ends it";
  }
  return error;
}

/// A socket of this user's; what a file of another's names is not trusted.
bool is_own_socket(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_uid == ::geteuid();
}

/// SIGTERM to the very process that holds the lock: its number cannot pass to another one between
/// the look and the signal. A suspended one would not notice, so it is woken.
Result<> signal_holder(const fs::path& project, const LockHolder& holder) {
  const int process = ::pidfd_open(holder.pid, 0);
  int failed = process < 0 ? errno : 0;
  const std::optional<LockHolder> now = WriteLock::holder(state_folder(project));
  if (process >= 0 && now && now->pid == holder.pid) {
    if (::pidfd_send_signal(process, SIGTERM, nullptr, 0) != 0 ||
        ::pidfd_send_signal(process, SIGCONT, nullptr, 0) != 0)
      failed = errno;
  }
  if (process >= 0) ::close(process);
  if (failed == 0 || failed == ESRCH) return Ok{};
  return Error{ErrorKind::io, "process " + std::to_string(holder.pid),
               std::string("cannot be told to end: ") + std::strerror(failed),
               "It is the service of " + project.string() + "; end it as its user."};
}

Result<> wait_for_end(const fs::path& project, const std::optional<LockHolder>& holder) {
  const fs::path folder = state_folder(project);
  const auto over = [&] {
    if (!WriteLock::is_held(folder)) return true;
    const std::optional<LockHolder> now = WriteLock::holder(folder);
    return holder && now && now->pid != holder->pid;
  };
  const auto patience = Clock::now() + kEndPatience;
  while (!over()) {
    if (Clock::now() > patience) {
      const std::string pid = holder ? std::to_string(holder->pid) : "";
      return Error{ErrorKind::io, "service of " + project.string(),
                   "was asked to stop and still runs" + (pid.empty() ? "" : " as process " + pid),
                   pid.empty()
                       ? "See 'deltagraph status' for its pid."
                       : "'kill -9 " + pid + "' ends it at once; nothing committed is lost."};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Ok{};
}

}  // namespace

Result<std::unique_ptr<Client>> connect_service(const fs::path& project) {
  const Result<fs::path> usual = socket_path(project);
  Result<std::unique_ptr<Client>> client =
      usual ? Client::connect(*usual) : Result<std::unique_ptr<Client>>(usual.error());
  if (client) return client;
  const std::optional<LockHolder> holder = WriteLock::holder(state_folder(project));
  if (client.error().kind == ErrorKind::cancelled) return silent(project, holder);
  if (usual && client.error().kind != ErrorKind::not_found) return client;
  if (!holder || !is_own_socket(holder->socket)) return client;
  Result<std::unique_ptr<Client>> other = Client::connect(holder->socket);
  return other ? std::move(other) : std::move(client);
}

Result<Json> ask_status(const fs::path& project, Client& client) {
  Result<Json> status = client.call("status", Json::object(), kServicePatience);
  if (!status && status.error().kind == ErrorKind::cancelled)
    return silent(project, WriteLock::holder(state_folder(project)));
  return status;
}

Result<bool> stop_service(const fs::path& project) {
  const std::optional<LockHolder> holder = WriteLock::holder(state_folder(project));
  Result<std::unique_ptr<Client>> client = connect_service(project);
  const bool service = holder && !holder->socket.empty();
  if (!client && !service) {
    if (client.error().kind == ErrorKind::not_found) return false;
    return client.error();
  }
  bool told = false;
  if (client) {
    const Result<Json> answer = (*client)->call("stop", Json::object(), kServicePatience);
    // It may close the connection before its answer is through; what counts is that it ends.
    told = answer || answer.error().kind == ErrorKind::io;
    if (!told && !service) return silent(project, holder);
  }
  if (!told) {
    if (const Result<> signalled = signal_holder(project, *holder); !signalled)
      return signalled.error();
  }
  if (const Result<> ended = wait_for_end(project, holder); !ended) return ended.error();
  return true;
}

}  // namespace dg
