#include "daemon/watch/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <string_view>
#include <utility>

namespace dg {
namespace {

/// One folder after the other: for kernels before 5.6, for sandboxes that refuse openat2, and for
/// paths that are longer than one call takes.
Descriptor open_in_steps(int folder, std::string_view path, int flags) {
  Descriptor at;
  int from = folder;
  for (;;) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) break;
    const std::string name(path.substr(0, slash));
    path.remove_prefix(slash + 1);
    if (name == "..") {
      errno = EXDEV;
      return {};
    }
    Descriptor next(::openat(from, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) {
      // The kernel answers ENOTDIR for a link here; both mean that there is no such folder.
      const int error = errno;
      at.reset();
      errno = error;
      return {};
    }
    at = std::move(next);
    from = at.get();
  }
  if (path == "..") {
    errno = EXDEV;
    return {};
  }
  Descriptor last(::openat(from, std::string(path).c_str(), flags));
  const int error = errno;
  at.reset();
  errno = error;
  return last;
}

}  // namespace

Descriptor open_beneath(int folder, const std::string& path, int flags) {
  flags |= O_CLOEXEC | O_NOFOLLOW;
  const std::string& name = path.empty() ? std::string(".") : path;
  if (name.size() < PATH_MAX) {
    open_how how{};
    how.flags = static_cast<decltype(how.flags)>(flags);
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
    for (int attempt = 0; attempt < 8; ++attempt) {
      const long fd = ::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how);
      if (fd >= 0) return Descriptor(static_cast<int>(fd));
      // EAGAIN: something was renamed meanwhile and the kernel could not prove that we stayed
      // below.
      if (errno != EAGAIN) break;
    }
    if (errno != ENOSYS && errno != EPERM && errno != EAGAIN) return {};
  }
  return open_in_steps(folder, name, flags);
}

}  // namespace dg
