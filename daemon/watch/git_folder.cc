#include "daemon/watch/git_folder.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "daemon/watch/ignore_file.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody calls setenv.
  return value == nullptr ? std::string() : std::string(value);
}

/// The path that a one-line file names, relative to that file's folder.
fs::path named_by(const fs::path& file, std::string_view key) {
  const auto text = read_ignore_file(AT_FDCWD, file.c_str());
  if (!text || !text->starts_with(key)) return {};
  const std::string_view value = trim(std::string_view(*text).substr(key.size()));
  if (value.empty()) return {};
  return (file.parent_path() / fs::path(value)).lexically_normal();
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

/// The value of one `key = value` line, without quotes, escapes and comment (git-config(1)).
std::string config_value(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (!quoted && (c == '#' || c == ';')) {
      break;
    } else {
      out += c;
    }
  }
  return std::string(trim(out));
}

/// core.excludesFile of one config file; the last one counts.
std::string excludes_file(const fs::path& config) {
  const auto text = read_ignore_file(AT_FDCWD, config.c_str());
  std::string found;
  bool in_core = false;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.starts_with('[')) {
      const std::size_t close = line.find(']');
      if (close == std::string_view::npos) continue;
      in_core = lower(trim(line.substr(1, close - 1))) == "core";
      line = trim(line.substr(close + 1));
    }
    const std::size_t equals = line.find('=');
    if (!in_core || equals == std::string_view::npos) continue;
    if (lower(trim(line.substr(0, equals))) == "excludesfile") {
      found = config_value(trim(line.substr(equals + 1)));
    }
  }
  return found;
}

}  // namespace

std::optional<GitFolder> find_git_folder(const fs::path& folder) {
  for (fs::path at = folder;; at = at.parent_path()) {
    const fs::path git = at / ".git";
    std::error_code error;
    const fs::file_status status = fs::status(git, error);
    if (fs::is_directory(status) && fs::exists(git / "HEAD", error)) return GitFolder{at, git, git};
    if (fs::is_regular_file(status)) {
      const fs::path own = named_by(git, "gitdir:");
      if (own.empty()) return std::nullopt;
      const fs::path common = named_by(own / "commondir", "");
      return GitFolder{at, own, common.empty() ? own : common};
    }
    if (at == at.parent_path()) return std::nullopt;
  }
}

std::string global_excludes(const fs::path& common) {
  const std::string home = environment("HOME");
  const std::string xdg = environment("XDG_CONFIG_HOME");
  const fs::path config = !xdg.empty()   ? fs::path(xdg)
                          : home.empty() ? fs::path()
                                         : fs::path(home) / ".config";
  std::string named;
  if (!common.empty()) named = excludes_file(common / "config");
  if (named.empty() && !home.empty()) named = excludes_file(fs::path(home) / ".gitconfig");
  if (named.empty() && !config.empty()) named = excludes_file(config / "git" / "config");
  if (named.starts_with("~/")) return home.empty() ? std::string() : home + named.substr(1);
  if (!named.empty()) return named;
  return config.empty() ? std::string() : (config / "git" / "ignore").string();
}

}  // namespace dg
