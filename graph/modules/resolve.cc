// resolve_module: the order of attempts is that of TypeScript's `bundler` resolution, which follows
// Node's for packages: path mappings, baseUrl, `#imports`, self-reference, packages of the project.

#include "graph/modules/builtins.h"
#include "graph/modules/resolver.h"

namespace dg {

std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

Resolution Resolver::run() {
  if (!resolve(request_.specifier)) out_.path.clear();
  return std::move(out_);
}

bool Resolver::fail(OpenReason reason, std::string_view detail) {
  out_.reason = reason;
  out_.detail = detail;
  return false;
}

void Resolver::say(std::string text) {
  if (request_.explain) out_.steps.push_back({Step::rule, std::move(text), {}, 0});
}

void Resolver::say(std::string text, const std::string& config, std::string_view key) {
  if (request_.explain) {
    out_.steps.push_back({Step::rule, std::move(text), config, line_of(config, key)});
  }
}

std::uint32_t Resolver::line_of(const std::string& config, std::string_view key) const {
  const ConfigEntry* entry = configs_.at(config);
  if (entry == nullptr || key.empty()) return 0;
  const std::string& content = entry->file.content;
  const std::size_t at = content.find('"' + std::string(key) + '"');
  if (at == std::string::npos) return 0;
  const auto end = content.begin() + static_cast<std::ptrdiff_t>(at);
  return static_cast<std::uint32_t>(std::count(content.begin(), end, '\n')) + 1;
}

bool Resolver::resolve(std::string_view specifier) {
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

const ConfigEntry* Resolver::config(const std::string& path) {
  consulted_(path);
  return configs_.at(path);
}

void Resolver::consult(const std::string& path, std::string_view table, std::string_view entry) {
  consulted_(config_part(path, table, table_head(entry)));
}

const PackageJson* Resolver::package_at(std::string_view folder) {
  const ConfigEntry* entry = config(join_path(folder, "package.json"));
  return entry != nullptr && entry->package ? &*entry->package : nullptr;
}

Resolution resolve_module(const ModuleConfigs& configs, const ResolveRequest& request,
                          const std::function<bool(std::string_view)>& exists,
                          const std::function<void(std::string_view)>& consulted) {
  return Resolver(configs.impl(), request, exists, consulted).run();
}

}  // namespace dg
