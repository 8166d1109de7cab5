#pragma once
/// \file
/// Descriptor: an open file of the kernel that closes itself, and reading one to its end.

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

namespace dg {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  explicit operator bool() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

/// Reads to the end of the file, at most `limit` bytes. False with errno where reading fails, and
/// with EFBIG where there is more.
inline bool read_all(int fd, std::size_t expected, std::size_t limit, std::string& out) {
  std::size_t filled = 0;
  // One byte more than expected, so that the read that fills the buffer also finds the end.
  out.resize((expected < limit ? expected : limit) + 1);
  for (;;) {
    const ssize_t n = ::read(fd, out.data() + filled, out.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
    if (filled > limit) {
      errno = EFBIG;
      return false;
    }
    if (filled == out.size()) out.resize(out.size() * 2);
  }
  out.resize(filled);
  return true;
}

}  // namespace dg
