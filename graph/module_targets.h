#pragma once
/// \file
/// The `exports` and `imports` tables of a package.json
/// (nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_IMPORTS_EXPORTS_RESOLVE).

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// Every target that a subpath (`.`, `./sub`, `#name`) may lead to, the best first: conditions that
/// hold for the request in the order of the table, then the others. `*` is already filled in.
/// Nothing where no key matches or the target is null.
std::vector<std::string> package_targets(const nlohmann::ordered_json& table,
                                         std::string_view subpath, bool commonjs);

}  // namespace dg
