#pragma once
/// \file
/// Inotify: the kernel's interface as it is (inotify(7)), with errors as numbers.
/// add() and remove() from any thread; read() from one.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/watch/descriptor.h"

namespace dg {

struct RawEvent {
  int watch = -1;  ///< -1 with IN_Q_OVERFLOW.
  std::uint32_t mask = 0;
  std::string_view name;  ///< Empty for events of the watched folder itself.
};

class Inotify {
 public:
  Inotify();

  /// Whether the kernel gave us an instance; it does not where max_user_instances is reached.
  explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
  int fd() const noexcept { return fd_.get(); }
  /// Why there is none.
  int error() const noexcept { return error_; }

  /// The watch, or minus the errno. The same folder always gets the same watch.
  int add(const std::string& path, std::uint32_t mask) const noexcept;
  void remove(int watch) const noexcept;
  /// The events of one read, valid until the next call. Empty where there are none now.
  const std::vector<RawEvent>& read();

 private:
  Descriptor fd_;
  int error_ = 0;
  std::vector<char> buffer_;
  std::vector<RawEvent> events_;
};

}  // namespace dg
