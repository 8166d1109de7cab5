#pragma once
/// \file
/// The glob matching of gitignore(5), as git's wildmatch does it: `?`, `*`, `**`, `[a-z]`, `[!…]`,
/// `[[:alpha:]]`, `\x`. Bytes, not characters, and ASCII classes, because git matches so.
/// Pure; no allocation; any thread.

#include <string_view>

namespace dg {

/// \param pathname  `*`, `?` and classes do not match `/`, and `**` between slashes matches folders
///                  (patterns that contain a slash). Without it `/` is a character like any other.
bool wildmatch(std::string_view pattern, std::string_view text, bool pathname) noexcept;

/// Whether a byte of a pattern has a meaning of its own: `* ? [ \`.
constexpr bool is_glob_special(char c) noexcept {
  return c == '*' || c == '?' || c == '[' || c == '\\';
}

}  // namespace dg
