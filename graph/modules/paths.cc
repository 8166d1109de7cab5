// From a path without regard to packages: extensions, TypeScript sources, folders, builds.

#include <array>
#include <initializer_list>

#include "graph/modules/resolver.h"

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

const auto& extensions_for(bool typescript) noexcept {
  return typescript ? kForTypeScript : kForJavaScript;
}

}  // namespace

std::string_view extension_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  return path.substr(dot);
}

bool is_asset(std::string_view path) noexcept {
  return std::binary_search(kAssets.begin(), kAssets.end(), extension_of(path));
}

bool Resolver::exists(const std::string& path) {
  const bool found = exists_(path);
  if (request_.explain) out_.steps.push_back({found ? Step::found : Step::tried, {}, path, 0});
  return found;
}

bool Resolver::take(std::string path) {
  if (!exists(path)) return false;
  out_.path = std::move(path);
  return true;
}

bool Resolver::resolve_path(std::string_view folder, std::string_view relative) {
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

bool Resolver::try_file(const std::string& base) {
  if (base.empty()) return false;
  const std::string_view extension = extension_of(base);
  const std::string stem = base.substr(0, base.size() - extension.size());
  const bool script =
      extension == ".js" || extension == ".jsx" || extension == ".mjs" || extension == ".cjs";
  if (script && typescript_ && try_source_of(stem, extension)) return true;
  const bool source = script || extension == ".ts" || extension == ".tsx" || extension == ".mts" ||
                      extension == ".cts";
  if (source && take(base)) return true;
  if (script && !typescript_ && try_source_of(stem, extension)) return true;
  if (script && try_declaration_of(stem, extension)) return true;
  for (const std::string_view tail : extensions_for(typescript_)) {
    if (take(base + std::string(tail))) return true;
  }
  return false;
}

bool Resolver::try_source_of(const std::string& stem, std::string_view extension) {
  if (extension == ".mjs") return take(stem + ".mts");
  if (extension == ".cjs") return take(stem + ".cts");
  if (extension == ".jsx") return take(stem + ".tsx");
  return take(stem + ".ts") || take(stem + ".tsx");
}

bool Resolver::try_declaration_of(const std::string& stem, std::string_view extension) {
  if (extension == ".mjs") return take(stem + ".d.mts");
  if (extension == ".cjs") return take(stem + ".d.cts");
  return take(stem + ".d.ts");
}

bool Resolver::try_folder(const std::string& folder) {
  if (const PackageJson* package = package_at(folder)) {
    if (try_main(folder, *package)) return true;
  }
  return try_index(folder);
}

bool Resolver::try_index(const std::string& folder) {
  for (const std::string_view tail : extensions_for(typescript_)) {
    if (take(join_path(folder, "index") + std::string(tail))) return true;
  }
  return false;
}

bool Resolver::try_main(const std::string& folder, const PackageJson& package) {
  using Named = std::pair<const char*, const std::string*>;
  const Named source{"source", &package.source}, main{"main", &package.main},
      module{"module", &package.module};
  for (const auto& [name, target] :
       {source, request_.commonjs ? main : module, request_.commonjs ? module : main}) {
    if (target->empty()) continue;
    say(std::string(name) + " is " + in_quotes(*target), join_path(folder, "package.json"), name);
    if (try_target(folder, *target)) return true;
  }
  return false;
}

bool Resolver::try_target(std::string_view folder, std::string_view target) {
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

bool Resolver::try_source(const std::string& base) {
  if (try_file(base)) return true;
  std::string_view stem = base;
  for (const std::string_view tail : {".d.ts", ".js", ".mjs", ".cjs", ".ts"}) {
    if (!stem.ends_with(tail)) continue;
    stem.remove_suffix(tail.size());
    return try_file(std::string(stem));
  }
  return false;
}

}  // namespace dg
