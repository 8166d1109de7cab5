#include "daemon/watch/poller.h"

#include <utility>

namespace dg {
namespace {

std::string_view parent_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

std::vector<std::string> Poller::folders() const {
  std::vector<std::string> out;
  out.reserve(folders_.size());
  for (const auto& [path, folder] : folders_) out.push_back(path);
  return out;
}

void Poller::remove(std::string_view folder) {
  const auto it = folders_.find(folder);
  if (it == folders_.end()) return;
  folders_.erase(it);
  ++version_;
}

void Poller::remove_tree(std::string_view folder) {
  remove(folder);
  const std::string prefix = folder.empty() ? std::string() : std::string(folder) + "/";
  auto it = folders_.lower_bound(prefix);
  while (it != folders_.end() && it->first.starts_with(prefix)) {
    it = folders_.erase(it);
    ++version_;
  }
}

void Poller::know(const FileStat& file) {
  const auto it = folders_.find(parent_of(file.path));
  if (it == folders_.end()) return;
  it->second.files[file.path] = {file.mtime_ns, file.ctime_ns, file.size};
}

void Poller::know(const Listing& listing) {
  if (folders_.empty()) return;
  for (const FileStat& file : listing.sources) know(file);
  for (const FileStat& file : listing.configs) know(file);
  for (const std::string& path : listing.folders) {
    if (path.empty()) continue;
    const auto it = folders_.find(parent_of(path));
    if (it != folders_.end()) it->second.folders.insert(path);
  }
}

Poller::Difference Poller::look(const std::string& folder, IgnoreRules& rules) {
  Difference out;
  const auto known = folders_.find(folder);
  if (known == folders_.end()) return out;
  out.rules = rules.enter(folder);
  const std::optional<Listing> listing = list_folder(root_, folder, rules);
  if (!listing) {
    out.gone = true;
    return out;
  }
  // What cannot be listed at this moment is not gone.
  for (const Listing::Trouble& trouble : listing->troubles) {
    if (trouble.path == folder) return out;
  }
  Folder now;
  for (const auto* list : {&listing->sources, &listing->configs}) {
    for (const FileStat& file : *list) {
      const Stamp stamp{file.mtime_ns, file.ctime_ns, file.size};
      const auto before = known->second.files.find(file.path);
      if (before == known->second.files.end() || before->second != stamp)
        out.written.push_back(file);
      now.files.emplace(file.path, stamp);
    }
  }
  now.folders.insert(listing->folders.begin(), listing->folders.end());
  for (const auto& [path, stamp] : known->second.files) {
    if (now.files.count(path) == 0) out.removed.push_back(path);
  }
  for (const std::string& path : now.folders) {
    if (known->second.folders.count(path) == 0) out.new_folders.push_back(path);
  }
  for (const std::string& path : known->second.folders) {
    if (now.folders.count(path) == 0) out.gone_folders.push_back(path);
  }
  known->second = std::move(now);
  return out;
}

}  // namespace dg
