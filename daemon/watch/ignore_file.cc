#include "daemon/watch/ignore_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "daemon/watch/descriptor.h"
#include "daemon/watch/wildmatch.h"

namespace dg {
namespace {

constexpr std::size_t kMaxIgnoreFile = 16u << 20;

/// Spaces at the end do not count unless a backslash stands before them.
std::string_view trim_spaces(std::string_view line) noexcept {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
      end = i + 1;
    } else if (line[i] != ' ') {
      end = i + 1;
    }
  }
  return line.substr(0, end);
}

/// The pattern on one line; nothing where it is empty or a comment.
std::optional<IgnorePattern> parse_line(std::string_view line) {
  if (line.empty() || line.front() == '#') return std::nullopt;
  if (line.back() == '\r') line.remove_suffix(1);
  line = line.substr(0, line.find('\0'));
  line = trim_spaces(line);
  IgnorePattern pattern;
  pattern.written = line;
  if (!line.empty() && line.front() == '!') {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  if (!line.empty() && line.back() == '/') {
    pattern.folders_only = true;
    line.remove_suffix(1);
  }
  pattern.name_only = line.find('/') == std::string_view::npos;
  if (!line.empty() && line.front() == '/') line.remove_prefix(1);
  if (line.empty()) return std::nullopt;  // Such a pattern matches nothing.
  pattern.glob = line;
  const auto special = std::find_if(line.begin(), line.end(), is_glob_special);
  pattern.literal = static_cast<std::uint32_t>(special - line.begin());
  pattern.suffix = pattern.name_only && line.front() == '*' &&
                   std::none_of(line.begin() + 1, line.end(), is_glob_special);
  return pattern;
}

bool matches(const IgnorePattern& pattern, std::string_view path, std::string_view name) noexcept {
  const std::string_view glob = pattern.glob;
  if (pattern.suffix) return name.ends_with(glob.substr(1));
  if (pattern.name_only) {
    if (pattern.literal == glob.size()) return name == glob;
    return wildmatch(glob, name, false);
  }
  // git compares the literal part first and then matches the rest as a pattern of its own, which is
  // why `a**/b` and `**/b` below `a` are the same to it.
  const std::string_view literal = glob.substr(0, pattern.literal);
  if (!path.starts_with(literal)) return false;
  return wildmatch(glob.substr(literal.size()), path.substr(literal.size()), true);
}

}  // namespace

RuleList::RuleList(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    ++number;
    if (auto pattern = parse_line(text.substr(0, end))) {
      pattern->line = number;
      patterns_.push_back(std::move(*pattern));
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

const IgnorePattern* RuleList::match(std::string_view path, bool is_folder) const noexcept {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (auto it = patterns_.rbegin(); it != patterns_.rend(); ++it) {
    if (it->folders_only && !is_folder) continue;
    if (matches(*it, path, name)) return &*it;
  }
  return nullptr;
}

std::optional<std::string> read_ignore_file(int folder, const char* path) {
  const Descriptor file(
      ::openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  std::string text;
  if (!read_all(file.get(), static_cast<std::size_t>(info.st_size), kMaxIgnoreFile, text)) {
    return std::nullopt;
  }
  return text;
}

}  // namespace dg
