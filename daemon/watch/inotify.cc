#include "daemon/watch/inotify.h"

#include <sys/inotify.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace dg {
namespace {

constexpr std::size_t kBuffer = 64u << 10;

}  // namespace

Inotify::Inotify() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (fd_) {
    buffer_.resize(kBuffer);
  } else {
    error_ = errno;
  }
}

int Inotify::add(const std::string& path, std::uint32_t mask) const noexcept {
  const int watch = ::inotify_add_watch(fd_.get(), path.c_str(), mask);
  return watch >= 0 ? watch : -errno;
}

void Inotify::remove(int watch) const noexcept {
  ::inotify_rm_watch(fd_.get(), watch);
}

const std::vector<RawEvent>& Inotify::read() {
  events_.clear();
  ssize_t bytes = 0;
  do {
    bytes = ::read(fd_.get(), buffer_.data(), buffer_.size());
  } while (bytes < 0 && errno == EINTR);
  for (std::size_t at = 0; bytes > 0 && at < static_cast<std::size_t>(bytes);) {
    inotify_event head{};
    std::memcpy(&head, buffer_.data() + at, sizeof head);
    // The name is padded with NULs to an alignment of the kernel's choice.
    const char* const name = buffer_.data() + at + sizeof head;
    events_.push_back({head.wd, head.mask, {name, ::strnlen(name, head.len)}});
    at += sizeof head + head.len;
  }
  return events_;
}

}  // namespace dg
