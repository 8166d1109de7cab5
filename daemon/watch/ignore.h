#pragma once
/// \file
/// Which paths belong to the project: the one matcher of crawl, watch and queries.
///
/// git's semantics (gitignore(5)): nested .gitignore, .git/info/exclude, negation, last match wins, a
/// pattern cannot re-include below an excluded folder; then `.deltagraphignore`, same syntax, which
/// wins. Out by default, before any file: `.git`, `.deltagraph`, `node_modules`, build output (…),
/// overridable by `!` in .deltagraphignore. Rules of an enclosing repository above the project apply
/// unless they would exclude the project folder itself.
/// Value semantics, thread-safe to read. Tested against `git check-ignore`.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace dg {

struct IgnoreVerdict {
  bool ignored = false;
  std::string source;    ///< `src/.gitignore:3`, `built-in`, or empty where no rule matched.
  std::string pattern;
};

class IgnoreRules {
 public:
  /// Reads the rules that lie above and in `root`; those of folders below are read by enter().
  static IgnoreRules load(const std::filesystem::path& root);
  IgnoreRules();
  ~IgnoreRules();
  IgnoreRules(const IgnoreRules&);
  IgnoreRules& operator=(const IgnoreRules&);

  /// Reads (again) the ignore files of one folder, relative path, "" for the root.
  void enter(std::string_view folder);
  /// Of a path whose parent folders were entered. O(rules).
  IgnoreVerdict verdict(std::string_view path, bool is_folder) const;
  /// Whether a path, its parents included, is ignored. O(depth × rules).
  bool ignored(std::string_view path, bool is_folder) const;
  /// True for the names whose change alters the rules: .gitignore, .deltagraphignore, .git/info/exclude.
  static bool is_rule_file(std::string_view path) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dg
