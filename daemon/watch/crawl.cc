#include "daemon/watch/crawl.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

#include "daemon/watch/beneath.h"
#include "daemon/watch/content_hash.h"
#include "daemon/watch/descriptor.h"
#include "parser/parse.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

std::string text_of(int error) {
  return std::system_category().message(error);
}

std::int64_t mtime_of(const struct stat& info) noexcept {
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

std::int64_t ctime_of(const struct stat& info) noexcept {
  return std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec;
}

bool of_interest(std::string_view name) noexcept {
  return language_of(name) || is_config_name(name) || unfit_path(name) != nullptr;
}

struct Entry {
  std::string name;
  unsigned char type;  ///< DT_…; DT_UNKNOWN never.
};

using FolderIdentity = std::pair<dev_t, ino_t>;

/// One walk. Keeps one folder open at a time besides the root, so that depth costs neither stack
/// nor descriptors.
class Crawl {
 public:
  Crawl(const fs::path& root, IgnoreRules& rules, const FolderHook& hook, Listing& out)
      : root_(root), rules_(rules), hook_(hook), out_(out) {}

  /// 0, or the errno for which `top` could not be listed.
  int run(std::string top, bool descend = true) {
    root_fd_ = Descriptor(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_fd_) return errno;
    pending_.push_back(std::move(top));
    int first_error = 0;
    for (bool first = true; !pending_.empty(); first = false) {
      const std::string folder = std::move(pending_.back());
      pending_.pop_back();
      const int error = list(folder);
      if (!descend) {
        out_.folders.assign(pending_.begin(), pending_.end());
        pending_.clear();
      }
      if (first) first_error = error;
      // A folder that vanished since its parent was read is no trouble: it is simply not there.
      if (error != 0 && error != ENOENT && error != ENOTDIR && !(first && folder.empty())) {
        trouble(folder, "cannot be listed: " + text_of(error));
      }
    }
    sort();
    return first_error;
  }

 private:
  void trouble(std::string path, std::string reason) {
    out_.troubles.push_back({std::move(path), std::move(reason)});
  }

  int list(const std::string& folder) {
    Descriptor opened = open_beneath(root_fd_.get(), folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return errno;
    struct stat info {};
    if (::fstat(opened.get(), &info) != 0) return errno;
    const auto [known, is_new] = visited_.emplace(FolderIdentity{info.st_dev, info.st_ino}, folder);
    if (!is_new) {
      trouble(folder, "is the same folder as " + shown(known->second) +
                          " (a loop, a bind mount, or moved meanwhile)");
      return 0;
    }
    if (hook_) hook_(folder, info.st_dev);
    rules_.enter(folder);
    const int fd = opened.get();
    DIR* const stream = ::fdopendir(fd);
    if (stream == nullptr) return errno;
    opened.release();  // closedir() closes it.
    entries_.clear();
    const int error = read_entries(stream, fd);
    const std::string prefix = folder.empty() ? std::string() : folder + "/";
    std::vector<std::string> below;
    for (const Entry& entry : entries_) take(fd, prefix, entry, below);
    ::closedir(stream);
    out_.folders.push_back(folder);
    // The last is taken first: folders are visited in the order of their paths.
    std::sort(below.begin(), below.end(), std::greater<>());
    std::move(below.begin(), below.end(), std::back_inserter(pending_));
    return error;
  }

  int read_entries(DIR* stream, int fd) {
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(stream);  // NOLINT(concurrency-mt-unsafe): own stream
      if (entry == nullptr) return errno;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      unsigned char type = entry->d_type;
      if (type == DT_UNKNOWN) {  // Some file systems leave the type to stat().
        struct stat info {};
        if (::fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
        type = static_cast<unsigned char>(IFTODT(info.st_mode));
      }
      if (type == DT_DIR || type == DT_LNK || of_interest(name)) {
        entries_.push_back({std::string(name), type});
      }
    }
  }

  void take(int fd, const std::string& prefix, const Entry& entry,
            std::vector<std::string>& below) {
    std::string path = prefix + entry.name;
    if (const IgnoreVerdict verdict = rules_.verdict(path, entry.type == DT_DIR); verdict.ignored)
      return note_ignored(entry, path, verdict);
    if (entry.type == DT_DIR) return below.push_back(std::move(path));
    if (entry.type == DT_LNK) return take_link(fd, entry.name, std::move(path));
    if (entry.type != DT_REG) return trouble(std::move(path), "is no regular file");
    struct stat info {};
    if (::fstatat(fd, entry.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) trouble(std::move(path), "cannot be read: " + text_of(errno));
      return;
    }
    if (!S_ISREG(info.st_mode)) return;
    if (const char* unfit = unfit_path(path)) return trouble(std::move(path), unfit);
    auto& list = language_of(entry.name) ? out_.sources : out_.configs;
    list.push_back({std::move(path), mtime_of(info), static_cast<std::uint64_t>(info.st_size),
                    ctime_of(info)});
  }

  void note_ignored(const Entry& entry, const std::string& path, const IgnoreVerdict& verdict) {
    const bool folder = entry.type == DT_DIR;
    if (folder ? entry.name == ".git" || entry.name == ".deltagraph" : !language_of(entry.name))
      return;
    ++(folder ? out_.ignored.folders : out_.ignored.files);
    if (out_.ignored.first.size() < Listing::kFirstIgnored)
      out_.ignored.first.push_back({path + (folder ? "/" : ""), verdict.source, verdict.pattern});
  }

  /// A link to something inside the project adds nothing: what it names is listed under its real
  /// path.
  void take_link(int fd, const std::string& name, std::string path) {
    if (name.starts_with(".#")) return;  // Emacs locks a file by a link that names nothing.
    struct stat info {};
    if (::fstatat(fd, name.c_str(), &info, 0) != 0) {
      if (!of_interest(name)) return;
      const bool loop = errno == ELOOP;
      return trouble(std::move(path),
                     loop ? "is a link that leads back to itself"
                          : "is a link to nothing that can be read: " + text_of(errno));
    }
    if (!S_ISDIR(info.st_mode) && !of_interest(name)) return;
    std::error_code error;
    const fs::path real = fs::canonical(root_ / path, error);
    if (error) return;
    const std::string& inside = real_root();
    const std::string& target = real.native();
    if (target == inside ||
        (target.starts_with(inside) && (inside == "/" || target[inside.size()] == '/'))) {
      return;
    }
    trouble(std::move(path),
            "is a link out of the project, to " + target + ", and is not followed");
  }

  const std::string& real_root() {
    if (real_root_.empty()) {
      std::error_code error;
      real_root_ = fs::canonical(root_, error).string();
    }
    return real_root_;
  }

  static std::string shown(const std::string& folder) { return folder.empty() ? "." : folder; }

  void sort() {
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    std::sort(out_.sources.begin(), out_.sources.end(), by_path);
    std::sort(out_.configs.begin(), out_.configs.end(), by_path);
    std::sort(out_.folders.begin(), out_.folders.end());
    std::sort(out_.troubles.begin(), out_.troubles.end(), by_path);
  }

  const fs::path& root_;
  IgnoreRules& rules_;
  const FolderHook& hook_;
  Listing& out_;
  Descriptor root_fd_;
  std::vector<std::string> pending_;
  std::vector<Entry> entries_;
  std::map<FolderIdentity, std::string> visited_;
  std::string real_root_;
};

Error read_error(std::string_view path, int error) {
  return {ErrorKind::io, std::string(path), "cannot be read: " + text_of(error),
          error == EACCES || error == EPERM
              ? "Check its permissions, or add it to .deltagraphignore"
              : ""};
}

enum class ReadStep { done, changed, too_large, failed };

/// Reads an open file once. `changed`: it was written meanwhile, and the bytes may be of two
/// states.
ReadStep read_once(int fd, const struct stat& before, std::uint64_t max_bytes, FileBytes& out) {
  out.stat.mtime_ns = mtime_of(before);
  out.stat.ctime_ns = ctime_of(before);
  out.stat.size = static_cast<std::uint64_t>(before.st_size);
  if (out.stat.size > max_bytes) return ReadStep::too_large;
  if (!read_all(fd, static_cast<std::size_t>(before.st_size), max_bytes, out.bytes)) {
    return errno == EFBIG ? ReadStep::changed : ReadStep::failed;
  }
  struct stat after {};
  if (::fstat(fd, &after) != 0) return ReadStep::failed;
  const bool same = mtime_of(after) == mtime_of(before) && after.st_size == before.st_size &&
                    out.bytes.size() == out.stat.size;
  return same ? ReadStep::done : ReadStep::changed;
}

}  // namespace

ContentHash content_hash(std::string_view bytes) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

const char* unfit_path(std::string_view path) noexcept {
  // Of the name after the last colon only the extension counts, as of any.
  if (language_of(path) || !language_of(path.substr(path.rfind(':') + 1))) return nullptr;
  return "has '::' after a source's name: its atoms could be taken for that source's. Rename it";
}

bool is_config_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return name == "package.json" || name == "jsconfig.json" || name.ends_with(".tsconfig.json") ||
         (name.starts_with("tsconfig") && name.ends_with(".json"));
}

Result<Listing> crawl(const fs::path& root, const FolderHook& before_listing) {
  Listing out;
  out.rules = IgnoreRules::load(root);
  if (const int error = Crawl(root, out.rules, before_listing, out).run(""); error != 0) {
    return Error{
        error == ENOENT || error == ENOTDIR ? ErrorKind::not_found : ErrorKind::io, root.string(),
        "cannot be listed: " + text_of(error),
        error == EACCES ? "Check the permissions of the folder" : "Name a folder that exists"};
  }
  return out;
}

Listing crawl_folder(const fs::path& root, std::string_view folder, IgnoreRules& rules,
                     const FolderHook& before_listing) {
  Listing out;
  static_cast<void>(Crawl(root, rules, before_listing, out).run(std::string(folder)));
  return out;
}

std::optional<Listing> list_folder(const fs::path& root, std::string_view folder,
                                   IgnoreRules& rules) {
  Listing out;
  const FolderHook none;
  const int error = Crawl(root, rules, none, out).run(std::string(folder), false);
  if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV) return std::nullopt;
  if (error != 0 && out.troubles.empty()) {
    out.troubles.push_back({std::string(folder), "cannot be listed: " + text_of(error)});
  }
  return out;
}

Result<std::optional<FileBytes>> read_file(const fs::path& root, std::string_view path,
                                           std::uint64_t max_bytes) {
  if (path.find('\0') != std::string_view::npos) return std::optional<FileBytes>();
  const Descriptor root_fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root_fd) return read_error(root.native(), errno);
  // O_NONBLOCK: opening a FIFO that nobody writes must not wait.
  const Descriptor file =
      open_beneath(root_fd.get(), std::string(path), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) {
    const int error = errno;
    // ENXIO: a socket, or a device without a driver. ELOOP and EXDEV: a link, or a way out of the
    // root. ENAMETOOLONG: a name that no file can have. None is a file of the project.
    const bool absent = error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV ||
                        error == ENXIO || error == ENODEV || error == ENAMETOOLONG;
    if (absent) return std::optional<FileBytes>();
    return read_error(path, error);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return read_error(path, errno);
  if (!S_ISREG(info.st_mode)) return std::optional<FileBytes>();

  FileBytes out;
  out.stat.path = path;
  ReadStep step = ReadStep::changed;
  // A file that is being written is read again; after the last attempt the bytes are taken as they
  // are, because every write brings another event.
  for (int attempt = 0; attempt < 4 && step == ReadStep::changed; ++attempt) {
    const bool again = attempt > 0;
    if (again && (::lseek(file.get(), 0, SEEK_SET) != 0 || ::fstat(file.get(), &info) != 0)) {
      return read_error(path, errno);
    }
    step = read_once(file.get(), info, max_bytes, out);
  }
  if (step == ReadStep::failed) return read_error(path, errno);
  // It may have grown over the limit while it was read.
  if (step == ReadStep::too_large || out.bytes.size() > max_bytes) {
    out.too_large = true;
    out.bytes.clear();
    const std::uint64_t identity[] = {out.stat.size, static_cast<std::uint64_t>(out.stat.mtime_ns)};
    out.hash = content_hash({reinterpret_cast<const char*>(identity), sizeof identity});
    return std::optional(std::move(out));
  }
  out.hash = content_hash(out.bytes);
  return std::optional(std::move(out));
}

}  // namespace dg
