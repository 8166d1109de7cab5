#include "graph/modules/targets.h"

#include <algorithm>

#include "graph/modules/config.h"

namespace dg {
namespace {

using Json = nlohmann::ordered_json;

/// 0: asked for; 1: other code of the same package, better than none; 2: declarations only.
int rank_of(std::string_view condition, bool commonjs) noexcept {
  if (condition == "types" || condition.starts_with("types@")) return 2;
  if (condition == "require") return commonjs ? 0 : 1;
  if (condition == "import" || condition == "module") return commonjs ? 1 : 0;
  if (condition == "default" || condition == "node" || condition == "source") return 0;
  return 1;
}

struct Target {
  int rank;
  std::string path;
};

void collect(const Json& json, std::string_view star, bool commonjs, int rank, int depth,
             std::vector<Target>& out) {
  if (depth > 16) return;
  if (json.is_string()) {
    std::string path = json.get<std::string>();
    for (std::size_t at = path.find('*'); at != std::string::npos; at = path.find('*', at)) {
      path.replace(at, 1, star);
      at += star.size();
    }
    out.push_back({rank, std::move(path)});
  } else if (json.is_array()) {
    for (const Json& item : json) collect(item, star, commonjs, rank, depth + 1, out);
  } else if (json.is_object()) {
    for (const auto& [condition, target] : json.items()) {
      const int inner = std::max(rank, rank_of(condition, commonjs));
      collect(target, star, commonjs, inner, depth + 1, out);
    }
  }
}

/// The key with the longest part before its `*` wins; a key that ends in `/` maps a folder.
struct Match {
  const Json* target = nullptr;
  std::string star;
  std::string key;
};
Match find(const Json& table, std::string_view subpath) {
  Match best;
  std::size_t best_length = 0;
  for (const auto& [key, target] : table.items()) {
    if (key == subpath) return {&target, {}, key};
    const std::size_t at = key.ends_with('/') ? key.size() : key.find('*');
    if (at == std::string::npos) continue;
    const std::string_view before = std::string_view(key).substr(0, at);
    const std::string_view after =
        at >= key.size() ? std::string_view() : std::string_view(key).substr(at + 1);
    if (!subpath.starts_with(before) || !subpath.ends_with(after)) continue;
    if (subpath.size() < before.size() + after.size() || before.size() + 1 <= best_length) continue;
    best_length = before.size() + 1;
    best.target = &target;
    best.key = key;
    best.star = subpath.substr(before.size(), subpath.size() - before.size() - after.size());
  }
  return best;
}

}  // namespace

PackageTargets package_targets(const nlohmann::ordered_json& table, std::string_view subpath,
                               bool commonjs) {
  PackageTargets targets;
  std::vector<Target> found;
  const bool keyed = table.is_object() && !table.empty() && is_subpath(table.begin().key());
  if (keyed) {
    Match match = find(table, subpath);
    if (match.target == nullptr) return targets;
    targets.key = std::move(match.key);
    targets.closed = match.target->is_null();
    collect(*match.target, match.star, commonjs, 0, 0, found);
    for (Target& target : found) {
      if (target.path.ends_with('/')) target.path += match.star;
    }
  } else if (subpath == ".") {
    collect(table, {}, commonjs, 0, 0, found);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Target& a, const Target& b) { return a.rank < b.rank; });
  targets.paths.reserve(found.size());
  for (Target& target : found) targets.paths.push_back(std::move(target.path));
  return targets;
}

}  // namespace dg
