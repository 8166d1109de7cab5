#include "daemon/watch/change.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace dg {

bool concerns(const SettledChange& change, std::string_view path) {
  if (change.rescan) return true;
  const auto has = [&](std::string_view wanted) {
    return std::binary_search(change.paths.begin(), change.paths.end(), wanted, std::less<>());
  };
  if (has(path)) return true;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (has(path.substr(0, slash + 1))) return true;
  }
  if (!path.ends_with('/')) return false;
  const auto below = std::lower_bound(change.paths.begin(), change.paths.end(), path);
  return below != change.paths.end() && below->starts_with(path);
}

void add(SettledChange& into, SettledChange change) {
  if (into.empty()) {
    into = std::move(change);
    return;
  }
  into.rescan = into.rescan || change.rescan;
  into.state_folder_gone = into.state_folder_gone || change.state_folder_gone;
  into.first_event = std::min(into.first_event, change.first_event);
  into.paths.insert(into.paths.end(), std::make_move_iterator(change.paths.begin()),
                    std::make_move_iterator(change.paths.end()));
  std::sort(into.paths.begin(), into.paths.end());
  into.paths.erase(std::unique(into.paths.begin(), into.paths.end()), into.paths.end());
}

}  // namespace dg
