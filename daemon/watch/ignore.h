#pragma once
/// \file
/// Which paths belong to the project: the one matcher of crawl, watch and queries.
///
/// git's semantics (gitignore(5)): nested .gitignore, .git/info/exclude, negation, last match wins,
/// a pattern cannot re-include below an excluded folder; then `.deltagraphignore`, same syntax,
/// which wins. The user's own file (core.excludesFile) comes first of all, as in git. Rules of an
/// enclosing repository above the project apply unless they would exclude the project folder
/// itself.
///
/// Out by default, and in again only by `!` in .deltagraphignore: other people's code and tools'
/// data anywhere (`node_modules`, `.next`, `.cache`, …), and build output (`build coverage dist out
/// storybook-static temp tmp`) at the project's root and beside a package.json; `src/build/` is
/// source. `.git` and `.deltagraph` are out always.
///
/// A file that is tracked by git and matches a rule is ignored: rules decide, not the index, so
/// that the answer can be given without git and does not change with `git add`. Value semantics,
/// thread-safe to read. Tested against `git check-ignore`.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace dg {

struct IgnoreVerdict {
  bool ignored = false;
  std::string source;  ///< `src/.gitignore:3`, `built-in`, or empty where no rule matched.
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

  /// Reads (again) the ignore files of one folder, relative path, "" for the root. Answers whether
  /// its rules differ from what they were.
  bool enter(std::string_view folder);
  /// Of a path whose parent folders were entered. O(rules).
  IgnoreVerdict verdict(std::string_view path, bool is_folder) const;
  /// The verdict on a path with its parents: that of the outermost ignored folder, else its own.
  IgnoreVerdict explain(std::string_view path, bool is_folder) const;
  /// Whether a path, its parents included, is ignored. O(depth × rules).
  bool ignored(std::string_view path, bool is_folder) const;
  /// True for the names whose change alters the rules: .gitignore, .deltagraphignore,
  /// .git/info/exclude.
  static bool is_rule_file(std::string_view path) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dg
