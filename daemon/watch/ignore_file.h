#pragma once
/// \file
/// RuleList: the patterns of one ignore file, in the syntax of gitignore(5).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// One line of an ignore file that is a pattern.
struct IgnorePattern {
  std::string written;        ///< As in the file, after trimming; what `why-ignored` shows.
  std::string glob;           ///< Without the `!`, the last slash and the first slash.
  std::uint32_t line = 0;     ///< From 1.
  std::uint32_t literal = 0;  ///< The length of `glob` before its first special byte.
  bool negated = false;       ///< `!…`: takes matching paths back in.
  bool folders_only = false;  ///< `…/`.
  bool name_only = false;     ///< No slash: matches the last name of a path, at any depth.
  bool suffix = false;        ///< `*.log`: name_only, and one comparison is enough.
};

/// The patterns of one file, in order; the last match decides.
class RuleList {
 public:
  RuleList() = default;
  /// Reads the text of an ignore file. `name` is what verdicts call it.
  RuleList(std::string name, std::string_view text);

  bool empty() const noexcept { return patterns_.empty(); }
  const std::string& name() const noexcept { return name_; }
  /// The last pattern that matches `path`, which is relative to the folder the file speaks of.
  const IgnorePattern* match(std::string_view path, bool is_folder) const noexcept;

  friend bool operator==(const RuleList& a, const RuleList& b) { return a.text_ == b.text_; }

 private:
  std::string name_;
  std::string text_;  ///< To tell whether a file that was written again says the same.
  std::vector<IgnorePattern> patterns_;
};

/// The text of an ignore file: a regular file, no link, at most 16 MB. Nothing where there is none
/// or it cannot be read; git takes such a file for an empty one, too.
std::optional<std::string> read_ignore_file(int folder, const char* path);

}  // namespace dg
