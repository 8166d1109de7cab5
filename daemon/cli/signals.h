#pragma once
/// \file
/// Ctrl-C and SIGTERM as calls on a thread of their own.

#include <csignal>
#include <functional>
#include <thread>

namespace dg {

/// From construction to destruction SIGINT, SIGTERM and SIGHUP call `on_stop` instead of ending the
/// process; a second one ends it at once, with the shell's code for the signal. Construct it before
/// any other thread is started: threads inherit that these signals are blocked. SIGPIPE is ignored.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> on_stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void run();

  std::function<void()> on_stop_;
  sigset_t before_{};
  int signals_ = -1;  ///< signalfd.
  int ended_ = -1;    ///< eventfd: the destructor wakes the thread.
  std::thread thread_;
};

}  // namespace dg
