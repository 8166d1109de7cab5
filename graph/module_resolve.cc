// resolve_module: the order of attempts is that of TypeScript's `bundler` resolution, which follows
// Node's for packages: path mappings, baseUrl, `#imports`, self-reference, packages of the project.

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "graph/module_builtins.h"
#include "graph/module_config.h"
#include "graph/module_targets.h"
#include "graph/modules.h"

namespace dg {
namespace {

constexpr std::array<std::string_view, 11> kForTypeScript = {
    ".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs", ".d.ts", ".d.mts", ".d.cts"};
constexpr std::array<std::string_view, 11> kForJavaScript = {
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".d.ts", ".d.mts", ".d.cts"};

/// Files that bundlers and Node import although they are no JavaScript.
constexpr std::array<std::string_view, 52> kAssets = {
    ".astro", ".avif", ".bin",  ".bmp",  ".css",    ".csv",     ".ejs",   ".eot", ".frag",
    ".gif",   ".glb",  ".glsl", ".gltf", ".gql",    ".graphql", ".hbs",   ".htm", ".html",
    ".ico",   ".jpeg", ".jpg",  ".json", ".json5",  ".less",    ".md",    ".mdx", ".mp3",
    ".mp4",   ".node", ".otf",  ".pdf",  ".png",    ".po",      ".proto", ".pug", ".sass",
    ".scss",  ".snap", ".sql",  ".styl", ".svelte", ".svg",     ".ttf",   ".txt", ".vert",
    ".vue",   ".wasm", ".wav",  ".webp", ".woff",   ".woff2",   ".yaml"};
static_assert(std::is_sorted(kAssets.begin(), kAssets.end()), "binary search needs order");

std::string_view extension_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  return path.substr(dot);
}

bool is_asset(std::string_view path) noexcept {
  return std::binary_search(kAssets.begin(), kAssets.end(), extension_of(path));
}

/// `a/b/c` → `a`, `@s/p/c` → `@s/p`.
std::string_view package_of(std::string_view specifier) noexcept {
  std::size_t slash = specifier.find('/');
  if (specifier.starts_with('@') && slash != std::string_view::npos && slash > 1) {
    slash = specifier.find('/', slash + 1);
  }
  return specifier.substr(0, slash);
}

std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

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

class Resolver {
 public:
  Resolver(const ModuleConfigs::Impl& configs, const ResolveRequest& request,
           const std::function<bool(std::string_view)>& exists,
           const std::function<void(std::string_view)>& consulted)
      : configs_(configs), request_(request), exists_(exists), consulted_(consulted) {
    const std::string_view extension = extension_of(request.from);
    typescript_ =
        extension == ".ts" || extension == ".tsx" || extension == ".mts" || extension == ".cts";
  }

  /// What the package in that folder gives to the outside.
  void entries(const std::string& folder, const PackageJson& package, PackageEntries& out) {
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
    for (const std::string& target : targets) {
      if (const std::size_t star = target.find(kStar); star != std::string::npos) {
        const auto before = normalized(folder, std::string_view(target).substr(0, star));
        const bool whole = star > 0 && target[star - 1] == '/';
        if (before)
          out.patterns.emplace_back(*before + (whole ? "/" : ""), target.substr(star + 1));
      } else if (try_target(folder, target)) {
        out.paths.push_back(std::move(out_.path));
      }
    }
    if (package.main.empty() && try_index(folder)) out.paths.push_back(std::move(out_.path));
  }

  Resolution run() {
    if (!resolve(request_.specifier)) out_.path.clear();
    return std::move(out_);
  }

 private:
  static constexpr char kStar = '\x01';  ///< In no path; stands for any text.
  static void add_targets(const PackageJson& package, std::string key,
                          std::vector<std::string>& targets) {
    std::replace(key.begin(), key.end(), '*', kStar);
    for (std::string& path : package_targets(package.exports, key, false).paths) {
      targets.push_back(std::move(path));
    }
  }

  bool fail(OpenReason reason, std::string_view detail = {}) {
    out_.reason = reason;
    out_.detail = detail;
    return false;
  }
  using Step = ResolutionStep::Kind;
  void say(std::string text) {
    if (request_.explain) out_.steps.push_back({Step::rule, std::move(text), {}, 0});
  }
  /// A field of a configuration, found by the text of its key.
  void say(std::string text, const std::string& config, std::string_view key) {
    if (request_.explain) {
      out_.steps.push_back({Step::rule, std::move(text), config, line_of(config, key)});
    }
  }
  std::uint32_t line_of(const std::string& config, std::string_view key) const {
    const ConfigEntry* entry = configs_.at(config);
    if (entry == nullptr || key.empty()) return 0;
    const std::string& content = entry->file.content;
    const std::size_t at = content.find('"' + std::string(key) + '"');
    if (at == std::string::npos) return 0;
    const auto end = content.begin() + static_cast<std::ptrdiff_t>(at);
    return static_cast<std::uint32_t>(std::count(content.begin(), end, '\n')) + 1;
  }

  bool resolve(std::string_view specifier) {
    if (specifier.empty()) return fail(OpenReason::dynamic);
    if (specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." ||
        specifier == "..") {
      say("it is relative to the importing file");
      return resolve_path(folder_of(request_.from), specifier);
    }
    if (specifier.starts_with('/')) {
      say("it begins at the project's root");
      return resolve_path({}, specifier);
    }
    if (specifier.starts_with("node:")) {
      say("it is a module of Node: " + std::string(specifier));
      return fail(OpenReason::external, specifier.substr(5));
    }
    if (resolve_mapped(specifier)) return true;
    if (specifier.starts_with('#')) return resolve_imports(specifier, 0);
    const std::size_t colon = specifier.find(':');
    if (colon != std::string_view::npos && colon > 1) {
      say("it is a URL");
      return fail(OpenReason::external, specifier);
    }
    if (is_node_builtin(specifier)) {
      say("it is a module of Node");
      return fail(OpenReason::external, specifier);
    }
    return resolve_package(specifier);
  }

  bool exists(const std::string& path) {
    const bool found = exists_(path);
    if (request_.explain) out_.steps.push_back({found ? Step::found : Step::tried, {}, path, 0});
    return found;
  }
  bool take(std::string path) {
    if (!exists(path)) return false;
    out_.path = std::move(path);
    return true;
  }

  const auto& extensions() const { return typescript_ ? kForTypeScript : kForJavaScript; }

  bool resolve_path(std::string_view folder, std::string_view relative) {
    std::string_view plain = relative;
    if (const std::size_t query = relative.find('?'); query != std::string_view::npos) {
      plain = relative.substr(0, query);  // `./a.svg?inline`: a bundler's option, no file name.
    }
    const auto base = normalized(folder, plain);
    if (!base) {
      say("it leaves the project");
      return fail(OpenReason::no_module);
    }
    const bool folder_only =
        plain.ends_with('/') || plain.ends_with("/.") || plain.ends_with("..") || plain == ".";
    if ((!folder_only && try_file(*base)) || try_folder(*base)) return true;
    if (is_asset(*base)) say("it is no JavaScript or TypeScript by its name");
    return fail(is_asset(*base) ? OpenReason::no_source : OpenReason::no_module);
  }

  /// The file itself, its TypeScript source where a JavaScript name is written, then extensions.
  bool try_file(const std::string& base) {
    if (base.empty()) return false;
    const std::string_view extension = extension_of(base);
    const std::string stem = base.substr(0, base.size() - extension.size());
    const bool script =
        extension == ".js" || extension == ".jsx" || extension == ".mjs" || extension == ".cjs";
    if (script && typescript_ && try_source_of(stem, extension)) return true;
    const bool source = script || extension == ".ts" || extension == ".tsx" ||
                        extension == ".mts" || extension == ".cts";
    if (source && take(base)) return true;
    if (script && !typescript_ && try_source_of(stem, extension)) return true;
    if (script && try_declaration_of(stem, extension)) return true;
    for (const std::string_view tail : extensions()) {
      if (take(base + std::string(tail))) return true;
    }
    return false;
  }

  bool try_source_of(const std::string& stem, std::string_view extension) {
    if (extension == ".mjs") return take(stem + ".mts");
    if (extension == ".cjs") return take(stem + ".cts");
    if (extension == ".jsx") return take(stem + ".tsx");
    return take(stem + ".ts") || take(stem + ".tsx");
  }

  /// `./b.js` where only its declarations are there: `./b.d.ts`.
  bool try_declaration_of(const std::string& stem, std::string_view extension) {
    if (extension == ".mjs") return take(stem + ".d.mts");
    if (extension == ".cjs") return take(stem + ".d.cts");
    return take(stem + ".d.ts");
  }

  const ConfigEntry* config(const std::string& path) {
    consulted_(path);
    return configs_.at(path);
  }
  void consult(const std::string& path, std::string_view table, std::string_view entry) {
    consulted_(config_part(path, table, table_head(entry)));
  }
  const PackageJson* package_at(std::string_view folder) {
    const ConfigEntry* entry = config(join_path(folder, "package.json"));
    return entry != nullptr && entry->package ? &*entry->package : nullptr;
  }

  bool try_folder(const std::string& folder) {
    if (const PackageJson* package = package_at(folder)) {
      if (try_main(folder, *package)) return true;
    }
    return try_index(folder);
  }
  bool try_index(const std::string& folder) {
    for (const std::string_view tail : extensions()) {
      if (take(join_path(folder, "index") + std::string(tail))) return true;
    }
    return false;
  }
  bool try_main(const std::string& folder, const PackageJson& package) {
    using Field = std::pair<const char*, const std::string*>;
    const Field source{"source", &package.source}, main{"main", &package.main},
        module{"module", &package.module};
    for (const auto& [name, target] :
         {source, request_.commonjs ? main : module, request_.commonjs ? module : main}) {
      if (target->empty()) continue;
      say(std::string(name) + " is " + in_quotes(*target), join_path(folder, "package.json"), name);
      if (try_target(folder, *target)) return true;
    }
    return false;
  }

  /// A path that a package.json names: as it is, or in `src` where it names a build's output.
  bool try_target(std::string_view folder, std::string_view target) {
    const auto base = normalized(folder, target);
    if (!base) return false;
    if (try_file(*base) || (!base->empty() && try_index(*base))) return true;
    std::string_view inner = target;
    while (inner.starts_with("./")) inner.remove_prefix(2);
    const std::string_view top = inner.substr(0, inner.find('/'));
    constexpr std::array<std::string_view, 8> kOutput = {"dist", "lib", "build", "out",
                                                         "es",   "esm", "cjs",   "types"};
    if (top.size() == inner.size() ||
        std::find(kOutput.begin(), kOutput.end(), top) == kOutput.end()) {
      return false;
    }
    say("a build writes it: its source is looked for in src");
    const auto source = normalized(join_path(folder, "src"), inner.substr(top.size() + 1));
    return source && try_source(*source);
  }
  bool try_source(const std::string& base) {
    if (try_file(base)) return true;
    std::string_view stem = base;
    for (const std::string_view tail : {".d.ts", ".js", ".mjs", ".cjs", ".ts"}) {
      if (!stem.ends_with(tail)) continue;
      stem.remove_suffix(tail.size());
      return try_file(std::string(stem));
    }
    return false;
  }

  // --- tsconfig.json, jsconfig.json
  // ---------------------------------------------------------------

  struct Mappings {
    const std::vector<TsConfig::Mapping>* paths = nullptr;
    std::string paths_file, paths_folder;
    std::optional<std::string> base_url;
    std::string base_file;
    bool empty() const { return paths == nullptr && !base_url; }
  };

  /// `${configDir}` is the folder of the configuration that is asked, not of the one that says it.
  static std::optional<std::string> placed(std::string_view folder, std::string_view path,
                                           std::string_view config_folder) {
    constexpr std::string_view kConfigDir = "${configDir}";
    if (path.starts_with(kConfigDir))
      return normalized(config_folder, path.substr(kConfigDir.size()));
    return normalized(path.starts_with('/') ? std::string_view() : folder, path);
  }

  /// The options of a configuration and of those that it extends; the nearest setting wins.
  void gather(const std::string& path, std::string_view asked_folder, int depth, Mappings& out) {
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

  /// The file that `extends` names: relative, or in a package of the project.
  std::optional<std::string> extended(const std::string& path, std::string_view base) {
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
  std::optional<std::string> extended_package(std::string_view base) {
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

  /// The configuration nearest above the importing file.
  std::optional<std::string> nearest_config() {
    for (std::string_view folder = folder_of(request_.from);; folder = folder_of(folder)) {
      for (const std::string_view name : {"tsconfig.json", "jsconfig.json"}) {
        std::string path = join_path(folder, name);
        if (config(path) != nullptr) return path;
      }
      if (folder.empty()) return std::nullopt;
    }
  }

  bool resolve_mapped(std::string_view specifier) {
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

  bool resolve_with(const std::string& path, std::string_view specifier) {
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

  /// An exact pattern, else the one with the longest part before its `*`.
  bool resolve_paths(const Mappings& mappings, std::string_view specifier,
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

  // --- package.json
  // -------------------------------------------------------------------------------

  /// The folder of the package that the importing file belongs to.
  std::optional<std::string> own_package() {
    for (std::string_view folder = folder_of(request_.from);; folder = folder_of(folder)) {
      if (package_at(folder) != nullptr) return std::string(folder);
      if (folder.empty()) return std::nullopt;
    }
  }

  bool resolve_imports(std::string_view specifier, int depth) {
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

  static std::string what_matches(std::string_view table, const PackageTargets& targets) {
    if (targets.closed) return std::string(table) + " closes " + in_quotes(targets.key);
    if (!targets.key.empty()) return std::string(table) + " has " + in_quotes(targets.key);
    if (!targets.paths.empty()) return std::string(table) + " names the package's entry";
    return "no key of " + std::string(table) + " matches";
  }

  /// The folder that a dependency of one of the packages above names, or the nearest package of
  /// that name.
  std::optional<std::string> package_folder(std::string_view name) {
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

  bool resolve_package(std::string_view specifier) {
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

  /// `@` or `~` alone are nobody's package, but an alias whose configuration we do not have.
  static bool is_builtin_folder(std::string_view name) noexcept {
    return name == "@" || name == "~" || name == "@@" || name == "~~";
  }

  const std::string* nearest_package(std::string_view name) {
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

  const ModuleConfigs::Impl& configs_;
  const ResolveRequest request_;
  const std::function<bool(std::string_view)>& exists_;
  const std::function<void(std::string_view)>& consulted_;
  bool typescript_ = false;
  Resolution out_;
};

}  // namespace

Resolution resolve_module(const ModuleConfigs& configs, const ResolveRequest& request,
                          const std::function<bool(std::string_view)>& exists,
                          const std::function<void(std::string_view)>& consulted) {
  return Resolver(configs.impl(), request, exists, consulted).run();
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
