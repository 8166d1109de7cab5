// tsconfig.json and jsconfig.json: paths, baseUrl, extends, references
// (typescriptlang.org/docs/handbook/modules/reference.html).

#include "graph/modules/resolver.h"

namespace dg {

std::optional<std::string> Resolver::placed(std::string_view folder, std::string_view path,
                                            std::string_view config_folder) {
  constexpr std::string_view kConfigDir = "${configDir}";
  if (path.starts_with(kConfigDir))
    return normalized(config_folder, path.substr(kConfigDir.size()));
  return normalized(path.starts_with('/') ? std::string_view() : folder, path);
}

void Resolver::gather(const std::string& path, std::string_view asked_folder, int depth,
                      Mappings& out) {
  const ConfigEntry* entry = config(path);
  if (entry == nullptr || !entry->ts || depth > 16) return;
  const TsConfig& ts = *entry->ts;
  const std::string folder(folder_of(path));
  if (!out.base_url && ts.base_url) {
    const auto base = placed(folder, *ts.base_url, asked_folder);
    out.base_url = base ? *base : folder;
    out.base_file = path;
  }
  if (out.paths == nullptr && ts.paths) {
    out.paths = &*ts.paths;
    out.paths_file = path;
    out.paths_folder = folder;
  }
  // Of several bases the last one wins, so it is asked first.
  for (auto base = ts.extends.rbegin(); base != ts.extends.rend(); ++base) {
    const std::optional<std::string> target = extended(path, *base);
    if (target) gather(*target, asked_folder, depth + 1, out);
  }
}

std::optional<std::string> Resolver::extended(const std::string& path, std::string_view base) {
  std::optional<std::string> target;
  if (base.starts_with('.') || base.starts_with('/')) {
    target = normalized(base.starts_with('/') ? std::string_view() : folder_of(path), base);
    if (target && !target->ends_with(".json")) *target += ".json";
  } else {
    target = extended_package(base);
  }
  const ConfigEntry* entry = target ? configs_.at(*target) : nullptr;
  if (entry == nullptr || !entry->ts) {
    say("extends " + in_quotes(base) +
            ", which is not read: only tsconfig*.json, jsconfig.json "
            "and *.tsconfig.json of the project are",
        path, base);
  } else {
    say("extends " + *target, path, base);
  }
  return target;
}

std::optional<std::string> Resolver::extended_package(std::string_view base) {
  const std::string_view name = package_of(base);
  const std::optional<std::string> folder = package_folder(name);
  if (!folder) return std::nullopt;
  if (base.size() == name.size()) return join_path(*folder, "tsconfig.json");
  const std::string rest(base.substr(name.size() + 1));
  if (const PackageJson* package = package_at(*folder)) {
    consult(join_path(*folder, "package.json"), "exports", rest);
    for (const std::string& path :
         package_targets(package->exports, "./" + rest, request_.commonjs).paths) {
      if (auto target = normalized(*folder, path)) return target;
    }
  }
  const std::string target = join_path(*folder, rest);
  return target.ends_with(".json") ? target : target + ".json";
}

std::optional<std::string> Resolver::nearest_config() {
  for (std::string_view folder = folder_of(request_.from);; folder = folder_of(folder)) {
    for (const std::string_view name : {"tsconfig.json", "jsconfig.json"}) {
      std::string path = join_path(folder, name);
      if (config(path) != nullptr) return path;
    }
    if (folder.empty()) return std::nullopt;
  }
}

bool Resolver::resolve_mapped(std::string_view specifier) {
  const auto nearest = nearest_config();
  if (!nearest) {
    say("no tsconfig.json or jsconfig.json is above the importing file");
    return false;
  }
  say("the nearest configuration is " + *nearest, *nearest, "");
  if (resolve_with(*nearest, specifier)) return true;
  // A configuration that only refers to others leaves its folder's files to them.
  const ConfigEntry* entry = configs_.at(*nearest);
  if (!entry->ts) return false;
  for (const std::string& reference : entry->ts->references) {
    auto path = normalized(folder_of(*nearest), reference);
    if (!path) continue;
    if (!path->ends_with(".json")) *path = join_path(*path, "tsconfig.json");
    const std::string_view folder = folder_of(*path);
    const bool above = folder.empty() || (request_.from.starts_with(folder) &&
                                          request_.from.substr(folder.size()).starts_with('/'));
    if (!above || *path == *nearest || config(*path) == nullptr) continue;
    say("references " + *path, *nearest, reference);
    if (resolve_with(*path, specifier)) return true;
  }
  return false;
}

bool Resolver::resolve_with(const std::string& path, std::string_view specifier) {
  Mappings mappings;
  const std::string folder(folder_of(path));
  gather(path, folder, 0, mappings);
  if (mappings.base_url) mappings.paths_folder = *mappings.base_url;  // Wherever it is set.
  if (mappings.paths != nullptr && resolve_paths(mappings, specifier, folder)) return true;
  if (!mappings.base_url) return false;
  const std::string base = join_path(*mappings.base_url, specifier);
  say("baseUrl makes it " + base, mappings.base_file, "baseUrl");
  return try_file(base) || try_folder(base);
}

bool Resolver::resolve_paths(const Mappings& mappings, std::string_view specifier,
                             std::string_view config_folder) {
  consult(mappings.paths_file, "paths", specifier);
  const TsConfig::Mapping* best = nullptr;
  std::string_view best_star;
  std::size_t best_length = 0;
  for (const TsConfig::Mapping& mapping : *mappings.paths) {
    const std::size_t star = mapping.pattern.find('*');
    if (star == std::string::npos) {
      if (mapping.pattern != specifier) continue;
      best = &mapping;
      best_star = {};
      break;
    }
    const std::string_view before = std::string_view(mapping.pattern).substr(0, star);
    const std::string_view after = std::string_view(mapping.pattern).substr(star + 1);
    if (specifier.size() < before.size() + after.size() || !specifier.starts_with(before) ||
        !specifier.ends_with(after) || before.size() + 1 <= best_length) {
      continue;
    }
    best = &mapping;
    best_length = before.size() + 1;
    best_star = specifier.substr(before.size(), specifier.size() - before.size() - after.size());
  }
  if (best == nullptr) {
    say("no pattern of paths matches", mappings.paths_file, "paths");
    return false;
  }
  say("paths has " + in_quotes(best->pattern), mappings.paths_file, best->pattern);
  for (std::string target : best->targets) {
    if (const std::size_t at = target.find('*'); at != std::string::npos) {
      target.replace(at, 1, best_star);
    }
    const auto base = placed(mappings.paths_folder, target, config_folder);
    if (base && (try_file(*base) || try_folder(*base))) return true;
  }
  return false;
}

}  // namespace dg
