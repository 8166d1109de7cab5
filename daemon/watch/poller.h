#pragma once
/// \file
/// Poller: finds changes of folders that the kernel cannot watch for us, by comparing listings.
/// Not thread-safe.

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/watch/crawl.h"

namespace dg {

class Poller {
 public:
  /// What one look at a folder found different from the last.
  struct Difference {
    bool gone = false;              ///< The folder itself.
    bool rules = false;             ///< Its ignore files.
    std::vector<FileStat> written;  ///< New or changed.
    std::vector<std::string> removed;
    std::vector<std::string> new_folders, gone_folders;
  };

  explicit Poller(std::filesystem::path root) : root_(std::move(root)) {}

  bool empty() const noexcept { return folders_.empty(); }
  std::size_t size() const noexcept { return folders_.size(); }
  bool has(std::string_view folder) const { return folders_.find(folder) != folders_.end(); }
  /// The polled folders, sorted.
  std::vector<std::string> folders() const;

  void add(const std::string& folder) { version_ += folders_.try_emplace(folder).second ? 1 : 0; }
  void remove(std::string_view folder);
  /// The folder and all below it.
  void remove_tree(std::string_view folder);
  void clear() noexcept {
    folders_.clear();
    ++version_;
  }
  /// Another number whenever other folders are polled.
  std::uint64_t version() const noexcept { return version_; }
  /// Takes a listing as what is known of the polled folders it covers, so that nothing between it
  /// and the first look is missed.
  void know(const Listing& listing);
  /// O(entries of the folder). `rules` are those of the project; they learn the folder's own.
  Difference look(const std::string& folder, IgnoreRules& rules);

 private:
  struct Stamp {
    std::int64_t mtime_ns = 0, ctime_ns = 0;
    std::uint64_t size = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Folder {
    std::map<std::string, Stamp> files;
    std::set<std::string> folders;
  };

  void know(const FileStat& file);

  std::filesystem::path root_;
  std::map<std::string, Folder, std::less<>> folders_;
  std::uint64_t version_ = 1;
};

}  // namespace dg
