#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/server/http_routes.h"
#include "daemon/watch/descriptor.h"
#include "parser/hexadecimal.h"

namespace dg {
namespace {

constexpr std::size_t kDigits = 64;

Error failed(const std::filesystem::path& file, const std::string& reason) {
  return {ErrorKind::io, file.string(), reason, "Remove it; a new one is made"};
}

Result<std::string> random_text() {
  std::string bytes(kDigits / 2, '\0');
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return Error{ErrorKind::io, "random numbers", std::strerror(errno), "Try again"};
  return hexadecimal(bytes);
}

Result<std::string> read_token(const std::filesystem::path& file, int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return failed(file, std::strerror(errno));
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0)
    return failed(file, "others may read it, so that it is no secret");
  std::array<char, kDigits + 2> buffer{};
  const ssize_t count = read(fd, buffer.data(), buffer.size());
  std::string token(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  if (!token.empty() && token.back() == '\n') token.pop_back();
  if (token.size() != kDigits) return failed(file, "it holds no token");
  return token;
}

}  // namespace

Result<std::string> http_token(const std::filesystem::path& state_folder) {
  const std::filesystem::path file = state_folder / "http-token";
  const Descriptor there(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (there) return read_token(file, there.get());
  if (errno != ENOENT) return failed(file, std::strerror(errno));
  Result<std::string> token = random_text();
  if (!token) return token;
  const Descriptor made(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const std::string line = *token + "\n";
  if (!made || write(made.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return failed(file, std::strerror(errno));
  return token;
}

}  // namespace dg
