#pragma once
/// \file
/// The parsed form behind ModuleConfigs. Only graph/module_*.cc and graph/modules.cc include it.

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/modules.h"

namespace dg {

/// What module resolution reads of a package.json. `exports` and `imports` keep their key order,
/// which decides between conditions (nodejs.org/api/packages.html#conditional-exports).
struct PackageJson {
  std::string name, main, module, source, types;
  nlohmann::ordered_json exports, imports;
};

/// What it reads of a tsconfig.json or jsconfig.json.
struct TsConfig {
  struct Mapping {
    std::string pattern;  ///< With at most one `*`.
    std::vector<std::string> targets;
  };
  std::vector<std::string> extends;
  std::optional<std::string> base_url;
  std::optional<std::vector<Mapping>> paths;
};

struct ConfigEntry {
  ConfigFile file;
  std::string problem;  ///< Why it counts as empty; else empty.
  std::optional<PackageJson> package;
  std::optional<TsConfig> ts;
  std::uint64_t value = 0;  ///< Hash of the settings above, not of the text.
};

struct ModuleConfigs::Impl {
  std::map<std::string, std::shared_ptr<const ConfigEntry>, std::less<>> entries;  ///< By path.
  /// Package name → folders of the package.json files with that name, sorted.
  std::map<std::string, std::vector<std::string>, std::less<>> packages;

  const ConfigEntry* at(std::string_view path) const {
    const auto found = entries.find(path);
    return found == entries.end() ? nullptr : found->second.get();
  }
};

/// Never fails: what cannot be read is a problem and counts as empty.
ConfigEntry parse_config(const ConfigFile& file);

/// Path arithmetic on project-relative paths with `/`; the root is the empty path.
std::string_view folder_of(std::string_view path) noexcept;
std::string join_path(std::string_view folder, std::string_view name);
/// `folder` + `/` + `relative` with `.` and `..` worked off; nothing where it leaves the project.
std::optional<std::string> normalized(std::string_view folder, std::string_view relative);

}  // namespace dg
