#include "events/delta_algebra.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace dg {
namespace {

struct Ends {
  FileVersionPtr before, after;
};
using EndsByPath = std::map<std::string_view, Ends>;

/// Where the atoms of some files are.
class Places {
 public:
  void add(const FileVersionPtr& file) {
    if (file == nullptr) return;
    for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
      atoms_.push_back({file->atoms[i], {file, AtomIndex{i}}});
    }
  }
  void sort() {
    std::sort(atoms_.begin(), atoms_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  Elsewhere::Origin find(AtomId id) const {
    const auto at =
        std::lower_bound(atoms_.begin(), atoms_.end(), id,
                         [](const auto& entry, AtomId wanted) { return entry.first < wanted; });
    return at != atoms_.end() && at->first == id ? at->second : Elsewhere::Origin{};
  }

 private:
  std::vector<std::pair<AtomId, Elsewhere::Origin>> atoms_;
};

Delta difference(const EndsByPath& files) {
  Places before, after;
  for (const auto& [path, ends] : files) {
    before.add(ends.before);
    after.add(ends.after);
  }
  before.sort();
  after.sort();
  Elsewhere elsewhere;
  elsewhere.origin = [&](AtomId id) { return before.find(id); };
  elsewhere.moved_away = [&](AtomId id) { return after.find(id).file != nullptr; };
  Delta delta;
  for (const auto& [path, ends] : files) {
    FileDelta file = compare_file(ends.before.get(), ends.after.get(), elsewhere);
    file.before = ends.before;
    file.after = ends.after;
    if (!is_empty(file)) delta.files.push_back(std::move(file));
  }
  return delta;
}

/// What a configuration file holds after a delta; none: it is not there.
std::optional<std::string> now_of(const ConfigFile& config) {
  return config.removed ? std::nullopt : std::optional(config.content);
}

/// Both sorted by path, as the result is.
std::vector<ConfigFile> composed(const std::vector<ConfigFile>& first,
                                 const std::vector<ConfigFile>& second) {
  std::map<std::string_view, ConfigFile> configs;
  for (const ConfigFile& config : first) configs[config.path] = config;
  for (const ConfigFile& config : second) {
    const auto [at, is_new] = configs.try_emplace(config.path, config);
    if (is_new) continue;
    at->second.content = config.content;
    at->second.removed = config.removed;
  }
  std::vector<ConfigFile> changed;
  for (auto& [path, config] : configs) {
    if (now_of(config) != config.was) changed.push_back(std::move(config));
  }
  return changed;
}

}  // namespace

Delta delta_between(std::span<const FileVersionPtr> before, std::span<const FileVersionPtr> after) {
  EndsByPath files;
  auto x = before.begin();
  auto y = after.begin();
  while (x != before.end() || y != after.end()) {
    if (y == after.end() || (x != before.end() && (*x)->path < (*y)->path)) {
      files[(*x)->path] = {*x, nullptr};
      ++x;
    } else if (x == before.end() || (*y)->path < (*x)->path) {
      files[(*y)->path] = {nullptr, *y};
      ++y;
    } else {
      if (*x != *y) files[(*x)->path] = {*x, *y};
      ++x, ++y;
    }
  }
  return difference(files);
}

Delta invert(const Delta& delta) {
  EndsByPath files;
  for (const FileDelta& file : delta.files) {
    files[(file.before != nullptr ? file.before : file.after)->path] = {file.after, file.before};
  }
  Delta inverse = difference(files);
  for (const ConfigFile& config : delta.configs) {
    ConfigFile& back = inverse.configs.emplace_back(config);
    back.content = config.was.value_or("");
    back.removed = !config.was;
    back.was = now_of(config);
  }
  return inverse;
}

Delta compose(const Delta& first, const Delta& second) {
  EndsByPath files;
  for (const FileDelta& file : first.files) {
    files[(file.before != nullptr ? file.before : file.after)->path] = {file.before, file.after};
  }
  for (const FileDelta& file : second.files) {
    const auto [at, is_new] =
        files.try_emplace((file.before != nullptr ? file.before : file.after)->path);
    if (is_new) at->second.before = file.before;
    at->second.after = file.after;
  }
  std::erase_if(files, [](const auto& entry) { return entry.second.before == entry.second.after; });
  Delta delta = difference(files);
  delta.configs = composed(first.configs, second.configs);
  return delta;
}

}  // namespace dg
