// package.json: packages of the project, exports, imports, entry points, `type`
// (nodejs.org/api/packages.html).

#include "graph/modules/builtins.h"
#include "graph/modules/resolver.h"

namespace dg {
namespace {

/// A folder that holds samples of projects: its packages are not packages of this project.
bool among_fixtures(std::string_view folder, std::string_view from) noexcept {
  for (const std::string_view name : {"fixtures", "__fixtures__", "testdata", "node_modules"}) {
    for (std::size_t at = folder.find(name); at != std::string_view::npos;
         at = folder.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const bool whole =
          (at == 0 || folder[at - 1] == '/') && (end == folder.size() || folder[end] == '/');
      if (whole && !from.starts_with(folder.substr(0, end))) return true;
    }
  }
  return false;
}

std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  return n;
}

}  // namespace

std::string_view package_of(std::string_view specifier) noexcept {
  std::size_t slash = specifier.find('/');
  if (specifier.starts_with('@') && slash != std::string_view::npos && slash > 1) {
    slash = specifier.find('/', slash + 1);
  }
  return specifier.substr(0, slash);
}

std::optional<std::string> Resolver::own_package() {
  for (std::string_view folder = folder_of(request_.from);; folder = folder_of(folder)) {
    if (package_at(folder) != nullptr) return std::string(folder);
    if (folder.empty()) return std::nullopt;
  }
}

bool Resolver::resolve_imports(std::string_view specifier, int depth) {
  const auto folder = own_package();
  if (!folder || depth > 4) {
    say("no package.json is above the importing file");
    return fail(OpenReason::no_module);
  }
  const std::string file = join_path(*folder, "package.json");
  consult(file, "imports", specifier);
  const PackageJson& package = *package_at(*folder);
  const PackageTargets targets = package_targets(package.imports, specifier, request_.commonjs);
  say(what_matches("imports", targets), file, targets.key);
  for (const std::string& target : targets.paths) {
    if (target.starts_with("./")) {
      if (try_target(*folder, target)) return true;
    } else if (target.starts_with('#')) {
      return resolve_imports(target, depth + 1);
    } else {
      say("its target is " + in_quotes(target), file, targets.key);
      if (target.starts_with("node:")) return fail(OpenReason::external, target.substr(5));
      if (is_node_builtin(target)) return fail(OpenReason::external, target);
      return resolve_package(target);
    }
  }
  return fail(OpenReason::no_module);
}

std::string Resolver::what_matches(std::string_view table, const PackageTargets& targets) {
  if (targets.closed) return std::string(table) + " closes " + in_quotes(targets.key);
  if (!targets.key.empty()) return std::string(table) + " has " + in_quotes(targets.key);
  if (!targets.paths.empty()) return std::string(table) + " names the package's entry";
  return "no key of " + std::string(table) + " matches";
}

std::optional<std::string> Resolver::package_folder(std::string_view name) {
  std::string_view real = name;
  for (std::string_view folder = folder_of(request_.from);; folder = folder_of(folder)) {
    const std::string file = join_path(folder, "package.json");
    consult(file, "links", "");
    const ConfigEntry* entry = configs_.at(file);
    if (entry != nullptr && entry->package) {
      const auto link = entry->package->links.find(name);
      if (link != entry->package->links.end()) {
        say("the dependency is " + in_quotes(link->second), file, name);
        if (link->second.starts_with('.')) return normalized(folder, link->second);
        real = link->second;
        break;
      }
    }
    if (folder.empty()) break;
  }
  consulted_("package:" + std::string(real));
  const std::string* found = nearest_package(real);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

bool Resolver::resolve_package(std::string_view specifier) {
  const std::string_view name = package_of(specifier);
  const std::optional<std::string> folder = package_folder(name);
  if (!folder) {
    const bool alias = is_builtin_folder(name);
    say(alias ? "it is an alias that no configuration of the project explains"
              : "no package.json of the project has the name " + in_quotes(name) +
                    ": it is a package outside of it");
    return fail(alias ? OpenReason::no_module : OpenReason::external, name);
  }
  const std::string file = join_path(*folder, "package.json");
  const PackageJson* package = package_at(*folder);
  static const PackageJson kNone;
  if (package == nullptr) package = &kNone;  // A folder that a dependency names.
  say("it is a package of the project", file, "name");
  const std::string_view rest = specifier.substr(name.size());
  const std::string subpath = "." + std::string(rest);
  consult(file, "exports", without_dot(subpath));
  if (!package->exports.is_null()) {
    const PackageTargets targets = package_targets(package->exports, subpath, request_.commonjs);
    say(what_matches("exports", targets), file, targets.key.empty() ? "exports" : targets.key);
    if (targets.closed) return fail(OpenReason::no_module);
    for (const std::string& target : targets.paths) {
      if (try_target(*folder, target)) return true;
    }
  }
  if (rest.size() > 1) {
    const auto base = normalized(*folder, rest.substr(1));
    if (base && (try_file(*base) || try_folder(*base))) return true;
    const auto source = normalized(join_path(*folder, "src"), rest.substr(1));
    if (source && (try_file(*source) || try_folder(*source))) return true;
    return fail(is_asset(specifier) ? OpenReason::no_source : OpenReason::no_module);
  }
  if (try_main(*folder, *package) || try_index(*folder)) return true;
  if (!package->types.empty()) {
    say("types is " + in_quotes(package->types), file, "types");
    if (try_target(*folder, package->types)) return true;
  }
  if (try_index(join_path(*folder, "src"))) return true;
  return fail(OpenReason::no_module);
}

bool Resolver::is_builtin_folder(std::string_view name) noexcept {
  return name == "@" || name == "~" || name == "@@" || name == "~~";
}

const std::string* Resolver::nearest_package(std::string_view name) {
  const auto found = configs_.packages.find(name);
  if (found == configs_.packages.end()) return nullptr;
  const std::string* best = nullptr;
  for (const std::string& folder : found->second) {
    if (among_fixtures(folder, request_.from)) continue;
    if (best == nullptr ||
        common_prefix(folder, request_.from) > common_prefix(*best, request_.from)) {
      best = &folder;
    }
  }
  return best;
}

constexpr char kStar = '\x01';  ///< In no path; stands for any text.
void Resolver::add_targets(const PackageJson& package, std::string key,
                           std::vector<std::string>& targets) {
  std::replace(key.begin(), key.end(), '*', kStar);
  for (std::string& path : package_targets(package.exports, key, false).paths) {
    targets.push_back(std::move(path));
  }
}

/// Where a build writes what a package gives out under names of its own (`dist/redux.mjs`), its
/// sources are taken to be called after the subpaths: `src/index`, `src/query` for `./query`.
void Resolver::sources_of_build(const std::string& folder, const PackageJson& package,
                                PackageEntries& out) {
  const std::string src = join_path(folder, "src");
  if (try_index(src)) out.paths.push_back(std::move(out_.path));
  if (!package.exports.is_object()) return;
  for (const auto& [key, target] : package.exports.items()) {
    if (!key.starts_with("./") || key.find('*') != std::string::npos) continue;
    for (const std::string& from : {src, folder}) {
      const auto base = normalized(from, std::string_view(key).substr(2));
      if (!base || !(try_file(*base) || try_index(*base))) continue;
      out.paths.push_back(std::move(out_.path));
      break;
    }
  }
}

void Resolver::entries(const std::string& folder, const PackageJson& package, PackageEntries& out) {
  std::vector<std::string> targets = package.bin;
  for (const std::string* field :
       {&package.main, &package.module, &package.source, &package.types}) {
    if (!field->empty()) targets.push_back(*field);
  }
  const bool keyed = package.exports.is_object() && !package.exports.empty() &&
                     is_subpath(package.exports.begin().key());
  if (keyed) {
    for (const auto& [key, target] : package.exports.items()) add_targets(package, key, targets);
  } else if (!package.exports.is_null()) {
    add_targets(package, ".", targets);
  }
  bool built = false;
  for (const std::string& target : targets) {
    if (const std::size_t star = target.find(kStar); star != std::string::npos) {
      const auto before = normalized(folder, std::string_view(target).substr(0, star));
      const bool whole = star > 0 && target[star - 1] == '/';
      if (before) out.patterns.emplace_back(*before + (whole ? "/" : ""), target.substr(star + 1));
    } else if (try_target(folder, target)) {
      out.paths.push_back(std::move(out_.path));
    } else {
      built = true;
    }
  }
  if (built) sources_of_build(folder, package, out);
  if (package.main.empty() && try_index(folder)) out.paths.push_back(std::move(out_.path));
}

PackageEntries package_entries(const ModuleConfigs& configs,
                               const std::function<bool(std::string_view)>& exists) {
  PackageEntries entries;
  const std::function<void(std::string_view)> nobody = [](std::string_view) {};
  for (const auto& [path, entry] : configs.impl().entries) {
    if (!entry->package) continue;
    Resolver resolver(configs.impl(), {path, {}, false, false}, exists, nobody);
    resolver.entries(std::string(folder_of(path)), *entry->package, entries);
  }
  std::sort(entries.paths.begin(), entries.paths.end());
  return entries;
}

bool PackageEntries::has(std::string_view path) const {
  if (std::binary_search(paths.begin(), paths.end(), path)) return true;
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
    return path.size() >= pattern.first.size() + pattern.second.size() &&
           path.starts_with(pattern.first) && path.ends_with(pattern.second);
  });
}

bool is_node_module(const ModuleConfigs& configs, std::string_view path,
                    const std::function<void(std::string_view)>& consulted) {
  const std::string_view extension = extension_of(path);
  if (extension == ".mjs" || extension == ".mts") return true;
  if (extension == ".cjs" || extension == ".cts") return false;
  for (std::string_view folder = folder_of(path);; folder = folder_of(folder)) {
    const std::string file = join_path(folder, "package.json");
    consulted(config_part(file, "type", ""));
    const ConfigEntry* entry = configs.impl().at(file);
    if (entry != nullptr && entry->package) return entry->package->type == "module";
    if (folder.empty()) return false;
  }
}

}  // namespace dg
