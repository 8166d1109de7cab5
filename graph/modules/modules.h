#pragma once
/// \file
/// Module resolution: from a specifier in a file to a file of the project, as Node's ESM and
/// CommonJS algorithms and TypeScript's `bundler` resolution do it (REFERENCE §2.3;
/// nodejs.org/api/esm.html #resolution-algorithm-specification;
/// typescriptlang.org/docs/handbook/modules/reference.html). Pure: it sees the project's source
/// paths and configuration files, never the disk.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/delta.h"
#include "events/ids.h"

namespace dg {

/// The parsed configuration files of a project: package.json (name, main, module, source, types,
/// exports, imports, dependencies on folders of the project) and tsconfig.json/jsconfig.json
/// (baseUrl, paths, extends, references; JSON with comments). Packages of the project are found by
/// the name in their package.json, whichever tool links them (npm, yarn, pnpm); lists of workspaces
/// are not read. A value; a broken file counts as an empty one and is listed in problems().
class ModuleConfigs {
 public:
  ModuleConfigs();
  ~ModuleConfigs();
  ModuleConfigs(const ModuleConfigs&);
  ModuleConfigs& operator=(const ModuleConfigs&);
  ModuleConfigs(ModuleConfigs&&) noexcept;
  ModuleConfigs& operator=(ModuleConfigs&&) noexcept;

  void set(const ConfigFile& file);  ///< Adds, replaces or (removed) drops one. Shares the others.
  std::vector<ConfigFile> files() const;  ///< Sorted by path.
  struct Problem {
    std::string path, reason;
  };
  std::vector<Problem> problems() const;

  struct Impl;
  const Impl& impl() const noexcept { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// One step of a resolution, for people.
struct ResolutionStep {
  enum class Kind : std::uint8_t {
    rule,   ///< What is looked at next, and why; `path` and `line` name a configuration's field.
    tried,  ///< No source file is at `path`.
    found,  ///< A source file is at `path`.
  };
  Kind kind = Kind::rule;
  std::string text;  ///< Of a rule: a clause without a full stop.
  std::string path;
  std::uint32_t line = 0;  ///< From 1; 0: the whole file is meant.
};

struct Resolution {
  std::string path;                           ///< The file of the project; empty: none.
  OpenReason reason = OpenReason::no_module;  ///< Where path is empty.
  std::string detail;                         ///< The package or builtin for `external`.
  std::vector<ResolutionStep> steps;          ///< In order; filled only on request.
};

struct ResolveRequest {
  std::string_view from;  ///< Path of the importing file.
  std::string_view specifier;
  bool commonjs = false;  ///< `require` rather than `import`.
  bool explain = false;
};

/// `exists(path)` tells whether a path is a source file of the project; `consulted(text)` is told
/// everything in configurations that the answer depends on, whether it is there or not: a file's
/// path for its plain settings, `package:<name>` for the folders of that name, and
/// config_part(path, table, entry) for entries of tables such as `paths`.
Resolution resolve_module(const ModuleConfigs& configs, const ResolveRequest& request,
                          const std::function<bool(std::string_view)>& exists,
                          const std::function<void(std::string_view)>& consulted);

/// The files that packages of the project give to the outside: main, module, source, types, bin and
/// exports of every package.json, found as resolve_module finds them.
struct PackageEntries {
  std::vector<std::string> paths;                             ///< Sorted.
  std::vector<std::pair<std::string, std::string>> patterns;  ///< What is before and after a `*`.
  bool has(std::string_view path) const;
};
PackageEntries package_entries(const ModuleConfigs& configs,
                               const std::function<bool(std::string_view)>& exists);

/// Whether Node takes the file for an ES module: by its extension, else by `type` of the nearest
/// package.json (nodejs.org/api/packages.html#determining-module-system).
bool is_node_module(const ModuleConfigs& configs, std::string_view path,
                    const std::function<void(std::string_view)>& consulted);

}  // namespace dg
