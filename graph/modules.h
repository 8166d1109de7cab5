#pragma once
/// \file
/// Module resolution: from a specifier in a file to a file of the project, as Node's ESM and
/// CommonJS algorithms and TypeScript's `bundler` resolution do it (REFERENCE §2.3;
/// nodejs.org/api/esm.html #resolution-algorithm-specification;
/// typescriptlang.org/docs/handbook/modules/reference.html). Pure: it sees the project's source
/// paths and configuration files, never the disk.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/delta.h"
#include "events/ids.h"

namespace dg {

/// The parsed configuration files of a project: package.json (name, main, module, exports, imports,
/// type, workspaces) and tsconfig.json/jsconfig.json (baseUrl, paths, extends; JSON with comments).
/// A value; a broken file counts as an empty one and is listed in problems().
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

struct Resolution {
  std::string path;                           ///< The file of the project; empty: none.
  OpenReason reason = OpenReason::no_module;  ///< Where path is empty.
  std::string detail;                         ///< The package or builtin for `external`.
  std::vector<std::string> steps;  ///< What was tried, for people; filled only on request.
};

struct ResolveRequest {
  std::string_view from;  ///< Path of the importing file.
  std::string_view specifier;
  bool commonjs = false;  ///< `require` rather than `import`.
  bool explain = false;
};

/// `exists(path)` tells whether a path is a source file of the project; `consulted(config path)`
/// is told every configuration file (existing or not) that the answer depends on.
Resolution resolve_module(const ModuleConfigs& configs, const ResolveRequest& request,
                          const std::function<bool(std::string_view)>& exists,
                          const std::function<void(std::string_view)>& consulted);

}  // namespace dg
