#include "daemon/git/head.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>

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

}  // namespace

std::string git_head(const fs::path& root) {
  const std::optional<GitFolder> git = find_git_folder(root);
  if (!git) return {};
  const std::string head = first_line(git->own / "HEAD");
  constexpr std::string_view kRef = "ref: ";
  if (!head.starts_with(kRef)) return is_object_id(head) ? head : std::string();

  const std::string name = head.substr(kRef.size());
  if (name.find("..") != std::string::npos) return {};
  for (const std::string& id : {first_line(git->own / name), first_line(git->common / name),
                                packed_ref(git->common, name)}) {
    if (is_object_id(id)) return id;
  }
  return {};
}

}  // namespace dg
