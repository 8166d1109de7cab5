#include "daemon/mcp/resources.h"

#include <algorithm>
#include <array>

namespace dg::mcp {
namespace {

constexpr std::string_view kScheme = "deltagraph://";

struct Family {
  const char* name;
  Resource::Kind kind;
  const char* about;  ///< What may or must be named after it; empty: nothing.
  bool alone;         ///< Means something without that.
  const char* tool;
  const char* parameter;
  const char* title;
  const char* description;
};

constexpr std::array<Family, 5> kFamilies{{
    {"changes", Resource::Kind::changes, "since", true, "changes_since", "since", "Changes",
     "What changed in the call graph since this server began, and which callers broke. Subscribe "
     "to be told of every edit as it lands."},
    {"outline", Resource::Kind::outline, "file", false, "outline", "file", "Outline of a file",
     "The functions, classes and methods of a file."},
    {"callers", Resource::Kind::callers, "atom", false, "who_calls", "atom", "Callers of an atom",
     "Every call site of a function or method. Subscribe to be told when they change."},
    {"status", Resource::Kind::status, "", true, "status", "", "Status",
     "How the project's service is."},
    {"schema", Resource::Kind::schema, "", true, "get_schema", "", "Schema",
     "The tables of the project's SQLite database."},
}};

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    decoded += escape ? static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

const Family& family_of(Resource::Kind kind) {
  return *std::find_if(kFamilies.begin(), kFamilies.end(),
                       [&](const Family& family) { return family.kind == kind; });
}

Json entry(const Family& family) {
  return {{"name", family.name},
          {"title", family.title},
          {"description", family.description},
          {"mimeType", "text/plain"}};
}

}  // namespace

std::optional<Resource> resource_of(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(uri.find('/'), uri.size());
  const std::string_view name = uri.substr(0, slash);
  const std::string about = slash < uri.size() ? percent_decoded(uri.substr(slash + 1)) : "";
  for (const Family& family : kFamilies) {
    if (name != family.name) continue;
    if (about.empty() ? !family.alone : *family.about == '\0') return std::nullopt;
    return Resource{family.kind, about};
  }
  return std::nullopt;
}

Json list_resources() {
  Json list = Json::array();
  for (const Family& family : kFamilies) {
    if (!family.alone) continue;
    list.push_back({{"uri", std::string(kScheme) + family.name}});
    list.back().update(entry(family));
  }
  return list;
}

Json list_resource_templates() {
  Json list = Json::array();
  for (const Family& family : kFamilies) {
    if (*family.about == '\0') continue;
    list.push_back(
        {{"uriTemplate", std::string(kScheme) + family.name + "/{+" + family.about + "}"}});
    list.back().update(entry(family));
  }
  return list;
}

Result<Answer> read_resource(const Backend& backend, const Resource& resource,
                             const std::string& since, std::size_t max_bytes) {
  const Family& family = family_of(resource.kind);
  const Tool& tool = *find_tool(family.tool, true);
  Json arguments = Json::object();
  if (*family.parameter != '\0')
    arguments[family.parameter] = resource.about.empty() ? since : resource.about;
  if (resource.kind == Resource::Kind::schema) {
    arguments["type"] = "registry";
    arguments["max_bytes"] = 1'000'000;
  }
  return call(backend, tool, arguments, max_bytes);
}

bool may_change(const Resource& resource, const Json& delta) {
  if (delta.is_null()) return true;
  if (resource.kind == Resource::Kind::schema) return false;
  if (resource.kind != Resource::Kind::outline || delta.value("truncated", false)) return true;
  const Json files = delta.value("files", Json::array());
  return std::any_of(files.begin(), files.end(),
                     [&](const Json& file) { return file.value("path", "") == resource.about; });
}

}  // namespace dg::mcp
