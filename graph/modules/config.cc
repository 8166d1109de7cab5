#include "graph/modules/config.h"

#include <algorithm>

#include "graph/stable_hash.h"

namespace dg {
namespace {

using Json = nlohmann::ordered_json;

/// JSON with comments and trailing commas (as tsconfig.json is written) without either. Strings are
/// left alone; removed bytes become spaces.
std::string without_comments(std::string text) {
  std::size_t comma = std::string::npos;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      comma = std::string::npos;
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
      ++i;
    } else if (c == '/' && i + 1 < text.size() && (text[i + 1] == '/' || text[i + 1] == '*')) {
      const bool line = text[i + 1] == '/';
      const std::size_t found = text.find(line ? "\n" : "*/", i + 2);
      const std::size_t end = found == std::string::npos ? text.size() : found + (line ? 0 : 2);
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(i),
                text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
      i = end;
    } else {
      if (c == ',') {
        comma = i;
      } else if ((c == '}' || c == ']') && comma != std::string::npos) {
        text[comma] = ' ';
        comma = std::string::npos;
      } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        comma = std::string::npos;
      }
      ++i;
    }
  }
  return text;
}

std::string string_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Where a dependency's specification leads that may be in the project; empty for versions.
std::string link_target(std::string_view spec) {
  for (const std::string_view scheme : {"file:", "link:", "portal:"}) {
    if (!spec.starts_with(scheme)) continue;
    spec.remove_prefix(scheme.size());
    if (spec.starts_with('.')) return std::string(spec);
    return spec.starts_with('/') || spec.starts_with('~') ? "" : "./" + std::string(spec);
  }
  if (spec.starts_with("workspace:.")) return std::string(spec.substr(10));
  for (const std::string_view scheme : {"workspace:", "npm:"}) {
    if (!spec.starts_with(scheme)) continue;
    spec.remove_prefix(scheme.size());
    const std::size_t version = spec.find('@', 1);
    const bool alias = version != std::string_view::npos && spec[0] != '^' && spec[0] != '~';
    return alias ? std::string(spec.substr(0, version)) : "";
  }
  return {};
}

std::vector<std::string> strings_of(const Json& json) {
  std::vector<std::string> out;
  if (json.is_string()) out.push_back(json.get<std::string>());
  if (!json.is_array()) return out;
  for (const Json& item : json) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

PackageJson package_from(const Json& json) {
  PackageJson package;
  package.name = string_at(json, "name");
  package.main = string_at(json, "main");
  package.module = string_at(json, "module");
  package.source = string_at(json, "source");
  package.types = string_at(json, "types");
  package.type = string_at(json, "type");
  if (package.types.empty()) package.types = string_at(json, "typings");
  if (const auto found = json.find("exports"); found != json.end()) package.exports = *found;
  if (const auto found = json.find("imports"); found != json.end()) package.imports = *found;
  if (const auto found = json.find("bin"); found != json.end()) {
    package.bin = strings_of(*found);
    for (const auto& [name, path] : found->items()) {
      if (found->is_object() && path.is_string()) package.bin.push_back(path.get<std::string>());
    }
  }
  for (const char* table :
       {"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"}) {
    const auto found = json.find(table);
    if (found == json.end() || !found->is_object()) continue;
    for (const auto& [name, spec] : found->items()) {
      if (!spec.is_string()) continue;
      std::string target = link_target(spec.get_ref<const std::string&>());
      if (!target.empty()) package.links.try_emplace(name, std::move(target));
    }
  }
  return package;
}

TsConfig ts_from(const Json& json) {
  TsConfig config;
  if (const auto found = json.find("extends"); found != json.end()) {
    config.extends = strings_of(*found);
  }
  if (const auto found = json.find("references"); found != json.end() && found->is_array()) {
    for (const Json& item : *found) {
      if (item.is_object()) config.references.push_back(string_at(item, "path"));
    }
  }
  const auto options = json.find("compilerOptions");
  if (options == json.end() || !options->is_object()) return config;
  if (const auto found = options->find("baseUrl"); found != options->end() && found->is_string()) {
    config.base_url = found->get<std::string>();
  }
  const auto paths = options->find("paths");
  if (paths == options->end() || !paths->is_object()) return config;
  config.paths.emplace();
  for (const auto& [pattern, targets] : paths->items()) {
    config.paths->push_back({pattern, strings_of(targets)});
  }
  return config;
}

std::uint64_t hash_of(const Json& json) {
  return hash_text(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Adds an entry of a table to the part that it belongs to.
void add_part(ConfigEntry& entry, std::string_view table, std::string_view key,
              std::uint64_t value) {
  const std::string_view before = key.substr(0, key.find('*'));
  const bool open = before.size() < key.size() && before.find('/') == std::string_view::npos;
  std::uint64_t& part = open ? entry.value : entry.parts[{table, std::string(table_head(key))}];
  part = mix(mix(part, hash_text(key)), value);
}

void add_package_values(ConfigEntry& entry) {
  const PackageJson& p = *entry.package;
  entry.value = 1;
  for (const std::string* text : {&p.name, &p.main, &p.module, &p.source, &p.types}) {
    entry.value = mix(entry.value, hash_text(*text));
  }
  for (const auto& [table, json] :
       {std::pair<std::string_view, const Json*>("exports", &p.exports), {"imports", &p.imports}}) {
    if (json->is_null()) continue;
    const bool keyed = json->is_object() && !json->empty() && is_subpath(json->begin().key());
    if (!keyed) {
      add_part(entry, table, "", hash_of(*json));
      continue;
    }
    for (const auto& [key, target] : json->items()) {
      add_part(entry, table, without_dot(key), hash_of(target));
    }
  }
  // That there is a package.json ends the search for `type` above it.
  add_part(entry, "type", "", hash_text(p.type));
  for (const auto& [name, target] : p.links) add_part(entry, "links", "", hash_text(name + target));
}

void add_ts_values(ConfigEntry& entry) {
  const TsConfig& config = *entry.ts;
  entry.value = 2;
  for (const std::string& base : config.extends) entry.value = mix(entry.value, hash_text(base));
  entry.value = mix(entry.value, config.extends.size());
  for (const std::string& path : config.references) entry.value = mix(entry.value, hash_text(path));
  entry.value = mix(entry.value, config.base_url ? hash_text(*config.base_url) : 0);
  entry.value = mix(entry.value, config.paths.has_value() ? 1 : 0);
  if (!config.paths) return;
  for (const TsConfig::Mapping& mapping : *config.paths) {
    std::uint64_t value = mapping.targets.size();
    for (const std::string& target : mapping.targets) value = mix(value, hash_text(target));
    add_part(entry, "paths", mapping.pattern, value);
  }
}

}  // namespace

ConfigEntry parse_config(const ConfigFile& file) {
  ConfigEntry entry;
  entry.file = file;
  std::string_view text = file.content;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Json json = Json::parse(without_comments(std::string(text)), nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    entry.problem = json.is_discarded() ? "is not valid JSON" : "is not a JSON object";
    json = Json::object();
  }
  const std::size_t slash = file.path.rfind('/');
  const std::string_view name =
      std::string_view(file.path).substr(slash == std::string::npos ? 0 : slash + 1);
  if (name == "package.json") {
    entry.package = package_from(json);
    add_package_values(entry);
  } else {
    entry.ts = ts_from(json);
    add_ts_values(entry);
  }
  return entry;
}

std::string_view table_head(std::string_view entry) noexcept {
  const std::size_t slash = entry.find('/');
  return slash == std::string_view::npos ? entry : entry.substr(0, slash + 1);
}

std::string config_part(std::string_view path, std::string_view table, std::string_view head) {
  std::string text(path);
  return text.append("\n").append(table).append("\n").append(head);
}

std::string_view without_dot(std::string_view subpath) noexcept {
  if (subpath == ".") return {};
  return subpath.starts_with("./") ? subpath.substr(2) : subpath;
}

bool is_subpath(std::string_view key) noexcept {
  return key.starts_with('.') || key.starts_with('#');
}

std::string_view folder_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string join_path(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  std::string out;
  out.reserve(folder.size() + 1 + name.size());
  out.append(folder).append("/").append(name);
  return out;
}

std::optional<std::string> normalized(std::string_view folder, std::string_view relative) {
  std::string out(folder);
  while (!relative.empty()) {
    const std::size_t slash = relative.find('/');
    const std::string_view part = relative.substr(0, slash);
    relative = slash == std::string_view::npos ? std::string_view() : relative.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (out.empty()) return std::nullopt;
      out.resize(folder_of(out).size());
    } else {
      if (!out.empty()) out.push_back('/');
      out.append(part);
    }
  }
  return out;
}

}  // namespace dg
