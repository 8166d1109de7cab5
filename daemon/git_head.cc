#include "daemon/git_head.h"

#include <algorithm>
#include <fstream>
#include <string_view>

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

/// `.git` is a folder, or in a linked work tree a file `gitdir: <path>`.
fs::path git_folder(const fs::path& root) {
  std::error_code ignored;
  for (fs::path folder = root; !folder.empty(); folder = folder.parent_path()) {
    const fs::path dot_git = folder / ".git";
    if (fs::is_directory(dot_git, ignored)) return dot_git;
    if (fs::is_regular_file(dot_git, ignored)) {
      constexpr std::string_view kPrefix = "gitdir: ";
      const std::string line = first_line(dot_git);
      if (line.starts_with(kPrefix)) return folder / line.substr(kPrefix.size());
    }
    if (folder == folder.root_path()) break;
  }
  return {};
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

}  // namespace

std::string git_head(const fs::path& root) {
  const fs::path folder = git_folder(root);
  if (folder.empty()) return {};
  const std::string head = first_line(folder / "HEAD");
  constexpr std::string_view kRef = "ref: ";
  if (!head.starts_with(kRef)) return is_object_id(head) ? head : std::string();

  const std::string name = head.substr(kRef.size());
  if (name.find("..") != std::string::npos) return {};
  const std::string common_dir = first_line(folder / "commondir");
  const fs::path common = common_dir.empty() ? folder : folder / common_dir;
  for (const std::string& id :
       {first_line(folder / name), first_line(common / name), packed_ref(common, name)}) {
    if (is_object_id(id)) return id;
  }
  return {};
}

}  // namespace dg
