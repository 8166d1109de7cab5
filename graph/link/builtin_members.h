#pragma once
/// \file
/// Names that built-in objects have as methods: a call of one on an unknown receiver says nothing
/// about the project (ACCURACY: precision falls to 0.4–58 % where they are not left out).

#include <string_view>

namespace dg {

/// O(log names).
bool is_builtin_member(std::string_view name) noexcept;

/// Names of types that the language and its hosts declare. O(log names).
bool is_standard_type(std::string_view name) noexcept;

/// Names of the global object that the language and its hosts give it. O(log names).
bool is_standard_global(std::string_view name) noexcept;

}  // namespace dg
