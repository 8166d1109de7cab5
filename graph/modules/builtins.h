#pragma once
/// \file
/// The modules that Node.js brings itself.

#include <string_view>

namespace dg {

/// Whether `name` (without `node:`) is one of them: `fs`, `fs/promises`. O(log names).
bool is_node_builtin(std::string_view name) noexcept;

}  // namespace dg
