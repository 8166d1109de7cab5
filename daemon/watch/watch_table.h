#pragma once
/// \file
/// WatchTable: which kernel watch stands for which folder. Not thread-safe.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dg {

class WatchTable {
 public:
  std::size_t size() const noexcept { return by_folder_.size(); }
  bool has(std::string_view folder) const { return by_folder_.find(folder) != by_folder_.end(); }
  /// Null where the watch is none of ours (any more).
  const std::string* folder_of(int watch) const {
    const auto it = by_watch_.find(watch);
    return it == by_watch_.end() ? nullptr : &it->second;
  }

  /// The kernel gives one watch to one folder. A folder that was moved brings its watch along, and
  /// the old path loses it. Answers the watch that `folder` had before and that nobody needs now,
  /// or -1.
  int set(const std::string& folder, int watch) {
    int before = -1;
    if (const auto old = by_folder_.find(folder); old != by_folder_.end() && old->second != watch) {
      before = old->second;
      by_watch_.erase(before);
    }
    if (const auto old = by_watch_.find(watch); old != by_watch_.end() && old->second != folder) {
      by_folder_.erase(old->second);
    }
    by_watch_[watch] = folder;
    by_folder_[folder] = watch;
    return before;
  }
  /// -1 where it has none.
  int watch_of(std::string_view folder) const {
    const auto it = by_folder_.find(folder);
    return it == by_folder_.end() ? -1 : it->second;
  }

  void forget(int watch) {
    const auto it = by_watch_.find(watch);
    if (it == by_watch_.end()) return;
    by_folder_.erase(it->second);
    by_watch_.erase(it);
  }

  /// Takes out the folder and all below it ("" is everything) and answers their watches.
  std::vector<int> take_tree(const std::string& folder) {
    std::vector<int> watches;
    const auto take = [&](auto it) {
      watches.push_back(it->second);
      by_watch_.erase(it->second);
      return by_folder_.erase(it);
    };
    if (const auto own = by_folder_.find(folder); own != by_folder_.end()) take(own);
    const std::string prefix = folder.empty() ? folder : folder + "/";
    auto it = by_folder_.lower_bound(prefix);
    while (it != by_folder_.end() && it->first.starts_with(prefix)) it = take(it);
    return watches;
  }

  /// Takes out one folder and answers its watch, or -1.
  int take(const std::string& folder) {
    const int watch = watch_of(folder);
    forget(watch);
    return watch;
  }

  /// The folders that `keep` (sorted) does not name.
  std::vector<std::string> others(const std::vector<std::string>& keep) const {
    std::vector<std::string> out;
    auto kept = keep.begin();
    for (const auto& [folder, watch] : by_folder_) {
      while (kept != keep.end() && *kept < folder) ++kept;
      if (kept == keep.end() || *kept != folder) out.push_back(folder);
    }
    return out;
  }

 private:
  std::unordered_map<int, std::string> by_watch_;
  std::map<std::string, int, std::less<>> by_folder_;
};

}  // namespace dg
