#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "daemon/protocol/client.h"
#include "parser/hexadecimal.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

/// A folder that only this user can enter; another user's, or a link, is refused.
Result<> own_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{ErrorKind::io,
                 folder.string(),
                 std::string("cannot be made: ") + std::strerror(errno),
                 "Set XDG_RUNTIME_DIR to a folder of yours.",
                 {}};
  }
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() ||
      (info.st_mode & 077) != 0) {
    return Error{ErrorKind::io,
                 folder.string(),
                 "is not a private folder of yours",
                 "Remove it, or set XDG_RUNTIME_DIR to a folder of yours.",
                 {}};
  }
  return Ok{};
}

}  // namespace

std::string project_key(const fs::path& root) {
  const std::string& text = root.native();
  return hexadecimal(XXH3_64bits(text.data(), text.size()));
}

Result<fs::path> socket_path(const fs::path& root) {
  fs::path folder;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  struct stat info {};
  if (runtime != nullptr && *runtime == '/' && ::stat(runtime, &info) == 0 &&
      S_ISDIR(info.st_mode)) {
    folder = fs::path(runtime) / "deltagraph";
  } else {
    folder = fs::path("/tmp") / ("deltagraph-" + std::to_string(::geteuid()));
  }
  const Result<> owned = own_folder(folder);
  if (!owned) return owned.error();
  fs::path socket = folder / (project_key(root) + ".sock");
  // sockaddr_un holds 108 bytes with the final zero (unix(7)).
  if (socket.string().size() > 107) {
    return Error{ErrorKind::io,
                 socket.string(),
                 "is too long for a socket",
                 "Set XDG_RUNTIME_DIR to a shorter path.",
                 {}};
  }
  return socket;
}

}  // namespace dg
