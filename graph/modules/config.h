#pragma once
/// \file
/// The parsed form behind ModuleConfigs. Internal to graph/: module resolution reads it, and
/// link/interface.cc gives its entries the values by which a change of them is seen.

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/modules/modules.h"

namespace dg {

/// What module resolution reads of a package.json. `exports` and `imports` keep their key order,
/// which decides between conditions (nodejs.org/api/packages.html#conditional-exports).
struct PackageJson {
  std::string name, main, module, source, types, type;
  nlohmann::ordered_json exports, imports;
  std::vector<std::string> bin;
  /// Dependencies that may be in the project, by name: `file:../x`, `link:`, `portal:` give a
  /// folder that begins with `.`, `workspace:other@*` and `npm:other@1` another package's name.
  std::map<std::string, std::string, std::less<>> links;
};

/// What it reads of a tsconfig.json or jsconfig.json.
struct TsConfig {
  struct Mapping {
    std::string pattern;  ///< With at most one `*`.
    std::vector<std::string> targets;
  };
  std::vector<std::string> extends;
  std::vector<std::string> references;  ///< Paths of files or folders.
  std::optional<std::string> base_url;
  std::optional<std::vector<Mapping>> paths;
};

struct ConfigEntry {
  ConfigFile file;
  std::string problem;  ///< Why it counts as empty; else empty.
  std::optional<PackageJson> package;
  std::optional<TsConfig> ts;
  std::uint64_t value = 0;  ///< Hash of the plain settings above, not of the text.
  /// Hashes of the entries of its tables, by table and table_head().
  std::map<std::pair<std::string_view, std::string>, std::uint64_t> parts;
};

/// Entries of `paths`, `imports` and `exports` are told apart by their first segment, with its
/// slash: who asks for `@a/x` depends on the keys that begin with `@a/`. A key whose `*` stands in
/// the first segment is a plain setting of its file.
std::string_view table_head(std::string_view entry) noexcept;
/// What `consulted` is told for the entry (see resolve_module).
std::string config_part(std::string_view path, std::string_view table, std::string_view head);

struct ModuleConfigs::Impl {
  std::map<std::string, std::shared_ptr<const ConfigEntry>, std::less<>> entries;  ///< By path.
  /// Package name → folders of the package.json files with that name, sorted.
  std::map<std::string, std::vector<std::string>, std::less<>> packages;

  const ConfigEntry* at(std::string_view path) const {
    const auto found = entries.find(path);
    return found == entries.end() ? nullptr : found->second.get();
  }
};

/// Whether a key of `exports` or `imports` is a subpath (`./x`, `#x`) and no condition.
bool is_subpath(std::string_view key) noexcept;
/// A subpath of `exports` as its table part is named: `x` for `./x`, nothing for `.`.
std::string_view without_dot(std::string_view subpath) noexcept;

/// Never fails: what cannot be read is a problem and counts as empty.
ConfigEntry parse_config(const ConfigFile& file);

/// Path arithmetic on project-relative paths with `/`; the root is the empty path.
std::string_view folder_of(std::string_view path) noexcept;
std::string join_path(std::string_view folder, std::string_view name);
/// `folder` + `/` + `relative` with `.` and `..` worked off; nothing where it leaves the project.
std::optional<std::string> normalized(std::string_view folder, std::string_view relative);

}  // namespace dg
