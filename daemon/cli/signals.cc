#include "daemon/cli/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "parser/check.h"

namespace dg {

StopSignals::StopSignals(std::function<void()> on_stop) : on_stop_(std::move(on_stop)) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
  pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = signalfd(-1, &wanted, SFD_CLOEXEC);
  ended_ = eventfd(0, EFD_CLOEXEC);
  DG_ENFORCE(signals_ >= 0 && ended_ >= 0, "a starting process can open two descriptors");
  thread_ = std::thread([this] { run(); });
}

StopSignals::~StopSignals() {
  const std::uint64_t one = 1;
  while (write(ended_, &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
  close(signals_);
  close(ended_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::run() {
  bool stopping = false;
  while (true) {
    pollfd waiting[] = {{signals_, POLLIN, 0}, {ended_, POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0) continue;
    if ((waiting[1].revents & POLLIN) != 0) return;
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
    // The commit under way is all or nothing (SQLite), so that leaving in its midst loses nothing.
    if (stopping) _exit(128 + static_cast<int>(info.ssi_signo));
    stopping = true;
    on_stop_();
  }
}

}  // namespace dg
