#pragma once
/// \file
/// The resolver behind resolve_module: one question, asked of the configurations and of which files
/// there are. Internal to graph/: paths.cc knows files and folders, mappings.cc
/// tsconfig.json, packages.cc package.json.

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/modules/config.h"
#include "graph/modules/modules.h"
#include "graph/modules/targets.h"

namespace dg {

/// `.ts` of `a/b.ts`; empty where there is none.
std::string_view extension_of(std::string_view path) noexcept;
/// Files that bundlers and Node import although they are no JavaScript.
bool is_asset(std::string_view path) noexcept;
/// `a/b/c` → `a`, `@s/p/c` → `@s/p`.
std::string_view package_of(std::string_view specifier) noexcept;
std::string in_quotes(std::string_view text);

/// Serves one request. Not thread-safe.
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
  void entries(const std::string& folder, const PackageJson& package, PackageEntries& out);
  Resolution run();

 private:
  static constexpr char kStar = '\x01';  ///< In no path; stands for any text.
  void sources_of_build(const std::string& folder, const PackageJson& package, PackageEntries& out);
  static void add_targets(const PackageJson& package, std::string key,
                          std::vector<std::string>& targets);

  bool fail(OpenReason reason, std::string_view detail = {});
  using Step = ResolutionStep::Kind;
  void say(std::string text);
  /// A field of a configuration, found by the text of its key.
  void say(std::string text, const std::string& config, std::string_view key);
  std::uint32_t line_of(const std::string& config, std::string_view key) const;
  bool resolve(std::string_view specifier);

  // paths.cc
  bool exists(const std::string& path);
  bool take(std::string path);
  bool resolve_path(std::string_view folder, std::string_view relative);
  /// The file itself, its TypeScript source where a JavaScript name is written, then extensions.
  bool try_file(const std::string& base);
  bool try_source_of(const std::string& stem, std::string_view extension);
  /// `./b.js` where only its declarations are there: `./b.d.ts`.
  bool try_declaration_of(const std::string& stem, std::string_view extension);
  const ConfigEntry* config(const std::string& path);
  void consult(const std::string& path, std::string_view table, std::string_view entry);
  const PackageJson* package_at(std::string_view folder);
  bool try_folder(const std::string& folder);
  bool try_index(const std::string& folder);
  bool try_main(const std::string& folder, const PackageJson& package);
  /// A path that a package.json names: as it is, or in `src` where it names a build's output.
  bool try_target(std::string_view folder, std::string_view target);
  bool try_source(const std::string& base);

  // mappings.cc
  struct Mappings {
    const std::vector<TsConfig::Mapping>* paths = nullptr;
    std::string paths_file, paths_folder;
    std::optional<std::string> base_url;
    std::string base_file;
  };
  /// `${configDir}` is the folder of the configuration that is asked, not of the one that says it.
  static std::optional<std::string> placed(std::string_view folder, std::string_view path,
                                           std::string_view config_folder);
  /// The options of a configuration and of those that it extends; the nearest setting wins.
  void gather(const std::string& path, std::string_view asked_folder, int depth, Mappings& out);
  /// The file that `extends` names: relative, or in a package of the project.
  std::optional<std::string> extended(const std::string& path, std::string_view base);
  std::optional<std::string> extended_package(std::string_view base);
  /// The configuration nearest above the importing file.
  std::optional<std::string> nearest_config();
  bool resolve_mapped(std::string_view specifier);
  bool resolve_with(const std::string& path, std::string_view specifier);
  /// An exact pattern, else the one with the longest part before its `*`.
  bool resolve_paths(const Mappings& mappings, std::string_view specifier,
                     std::string_view config_folder);

  // packages.cc
  /// The folder of the package that the importing file belongs to.
  std::optional<std::string> own_package();
  bool resolve_imports(std::string_view specifier, int depth);
  static std::string what_matches(std::string_view table, const PackageTargets& targets);
  /// The folder that a dependency of one of the packages above names, or the nearest package of
  /// that name.
  std::optional<std::string> package_folder(std::string_view name);
  bool resolve_package(std::string_view specifier);
  /// `@` or `~` alone are nobody's package, but an alias whose configuration we do not have.
  static bool is_builtin_folder(std::string_view name) noexcept;
  const std::string* nearest_package(std::string_view name);

  const ModuleConfigs::Impl& configs_;
  const ResolveRequest request_;
  const std::function<bool(std::string_view)>& exists_;
  const std::function<void(std::string_view)>& consulted_;
  bool typescript_ = false;
  Resolution out_;
};

}  // namespace dg
