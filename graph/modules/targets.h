#pragma once
/// \file
/// The `exports` and `imports` tables of a package.json
/// (nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_IMPORTS_EXPORTS_RESOLVE).

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// What a subpath (`.`, `./sub`, `#name`) may lead to.
struct PackageTargets {
  std::string key;      ///< The key that matches; empty where none does or the table has none.
  bool closed = false;  ///< The key's target is null: the package does not give this out.
  /// The best first: conditions that hold for the request in the order of the table, then the
  /// others. `*` is already filled in.
  std::vector<std::string> paths;
};
PackageTargets package_targets(const nlohmann::ordered_json& table, std::string_view subpath,
                               bool commonjs);

}  // namespace dg
