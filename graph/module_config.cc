#include "graph/module_config.h"

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

PackageJson package_from(const Json& json) {
  PackageJson package;
  package.name = string_at(json, "name");
  package.main = string_at(json, "main");
  package.module = string_at(json, "module");
  package.source = string_at(json, "source");
  package.types = string_at(json, "types");
  if (package.types.empty()) package.types = string_at(json, "typings");
  if (const auto found = json.find("exports"); found != json.end()) package.exports = *found;
  if (const auto found = json.find("imports"); found != json.end()) package.imports = *found;
  return package;
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

TsConfig ts_from(const Json& json) {
  TsConfig config;
  if (const auto found = json.find("extends"); found != json.end()) {
    config.extends = strings_of(*found);
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

std::uint64_t value_of(const PackageJson& p) {
  std::uint64_t value = 1;
  for (const std::string* text : {&p.name, &p.main, &p.module, &p.source, &p.types}) {
    value = mix(value, hash_text(*text));
  }
  const auto dump = [](const Json& json) {
    return hash_text(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  };
  return mix(mix(value, dump(p.exports)), dump(p.imports));
}

std::uint64_t value_of(const TsConfig& config) {
  std::uint64_t value = 2;
  for (const std::string& base : config.extends) value = mix(value, hash_text(base));
  value = mix(value, config.base_url ? hash_text(*config.base_url) : 0);
  if (!config.paths) return value;
  for (const TsConfig::Mapping& mapping : *config.paths) {
    value = mix(value, hash_text(mapping.pattern));
    for (const std::string& target : mapping.targets) value = mix(value, hash_text(target));
  }
  return value;
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
    entry.value = value_of(*entry.package);
  } else {
    entry.ts = ts_from(json);
    entry.value = value_of(*entry.ts);
  }
  return entry;
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
