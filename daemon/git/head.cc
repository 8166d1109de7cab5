#include "daemon/git/head.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <system_error>

#include "daemon/watch/git_folder.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

std::string first_line(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

bool is_object_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string packed_ref(const fs::path& common, std::string_view name) {
  std::ifstream in(common / "packed-refs", std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    const auto space = line.find(' ');
    if (space != std::string::npos && std::string_view(line).substr(space + 1) == name) {
      return line.substr(0, space);
    }
  }
  return {};
}

/// When any of the files was written last; nothing where none is there.
std::optional<fs::file_time_type> last_written(std::initializer_list<fs::path> files) {
  std::optional<fs::file_time_type> last;
  for (const fs::path& file : files) {
    std::error_code missing;
    const fs::file_time_type time = fs::last_write_time(file, missing);
    if (!missing && (!last || time > *last)) last = time;
  }
  return last;
}

/// `ref`: what HEAD names, or HEAD itself where it holds an id.
bool may_move(const GitFolder& git, const std::string& ref) {
  constexpr std::chrono::seconds kSwitch{1};
  const auto index = last_written({git.own / "index"});
  if (!index || fs::file_time_type::clock::now() - *index > kSwitch) return false;
  const auto head =
      last_written({git.own / "HEAD", git.own / "logs" / "HEAD", git.own / ref, git.common / ref});
  return !head || *head < *index;
}

}  // namespace

std::string git_head(const fs::path& root) {
  const std::optional<GitFolder> git = find_git_folder(root);
  if (!git) return {};
  const std::string head = first_line(git->own / "HEAD");
  constexpr std::string_view kRef = "ref: ";
  const bool symbolic = head.starts_with(kRef);
  const std::string name = symbolic ? head.substr(kRef.size()) : std::string();
  if (name.find("..") != std::string::npos || may_move(*git, symbolic ? name : "HEAD")) return {};
  if (!symbolic) return is_object_id(head) ? head : std::string();
  for (const std::string& id : {first_line(git->own / name), first_line(git->common / name),
                                packed_ref(git->common, name)}) {
    if (is_object_id(id)) return id;
  }
  return {};
}

}  // namespace dg
