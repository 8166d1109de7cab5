#include "daemon/watch/ignore.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/watch/descriptor.h"
#include "daemon/watch/git_folder.h"
#include "daemon/watch/ignore_file.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

/// Folders that hold other people's code or a tool's own data, wherever they are. Sorted.
constexpr std::array kForeignFolders = std::to_array<std::string_view>(
    {".angular",      ".cache",       ".docusaurus",   ".expo",       ".git",
     ".gradle",       ".hg",          ".idea",         ".jj",         ".netlify",
     ".next",         ".nuxt",        ".nx",           ".nyc_output", ".output",
     ".parcel-cache", ".pnpm-store",  ".rollup.cache", ".serverless", ".svelte-kit",
     ".svn",          ".turbo",       ".venv",         ".vercel",     ".vite",
     ".vscode",       ".vscode-test", ".yarn",         "__pycache__", "bower_components",
     "jspm_packages", "node_modules"});

/// Names of build output, which are also ordinary names: out only at the project's root and beside
/// a package.json, where tools write them; `src/build/` is somebody's source. Sorted.
constexpr std::array kOutputFolders = std::to_array<std::string_view>(
    {"build", "coverage", "dist", "out", "storybook-static", "temp", "tmp"});

/// What no rule can take in: version control's own files and ours.
bool is_own_data(std::string_view name) noexcept {
  return name == ".git" || name == ".deltagraph";
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

struct FolderRules {
  RuleList git;  ///< .gitignore
  RuleList own;  ///< .deltagraphignore
  bool package = false;
  bool empty() const noexcept { return git.empty() && own.empty() && !package; }
  friend bool operator==(const FolderRules&, const FolderRules&) = default;
};

/// Rules of a folder above the project, which see its paths with `prefix` before them.
struct OuterRules {
  std::string prefix;  ///< `packages/app/`; empty for rules that speak of the project's own root.
  RuleList rules;
};

std::string_view parent_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

IgnoreVerdict to_verdict(const RuleList& list, const IgnorePattern& pattern) {
  return {!pattern.negated, list.name() + ":" + std::to_string(pattern.line), pattern.written};
}

}  // namespace

struct IgnoreRules::Impl {
  fs::path root;
  std::unordered_map<std::string, FolderRules, Hash, std::equal_to<>> folders;
  std::vector<OuterRules> outer;  ///< The nearest first; `info/exclude` and the user's own last.

  const FolderRules* find(std::string_view folder) const {
    const auto it = folders.find(folder);
    return it == folders.end() ? nullptr : &it->second;
  }

  /// The last match of one family of files, the nearest folder first.
  std::optional<IgnoreVerdict> match(RuleList FolderRules::*family, std::string_view path,
                                     bool is_folder) const {
    std::string_view folder = path;
    do {
      folder = parent_of(folder);
      const FolderRules* rules = find(folder);
      if (rules == nullptr || (rules->*family).empty()) continue;
      const std::string_view below = folder.empty() ? path : path.substr(folder.size() + 1);
      const RuleList& list = rules->*family;
      if (const IgnorePattern* hit = list.match(below, is_folder)) return to_verdict(list, *hit);
    } while (!folder.empty());
    return std::nullopt;
  }

  std::optional<IgnoreVerdict> match_outer(std::string_view path, bool is_folder) const {
    std::string full;
    for (const OuterRules& from : outer) {
      full.assign(from.prefix).append(path);
      if (const IgnorePattern* hit = from.rules.match(full, is_folder)) {
        return to_verdict(from.rules, *hit);
      }
    }
    return std::nullopt;
  }

  bool is_built_in(std::string_view path, std::string_view name) const {
    if (std::binary_search(kForeignFolders.begin(), kForeignFolders.end(), name)) return true;
    if (!std::binary_search(kOutputFolders.begin(), kOutputFolders.end(), name)) return false;
    const std::string_view parent = parent_of(path);
    if (parent.empty()) return true;
    const FolderRules* rules = find(parent);
    return rules != nullptr && rules->package;
  }

  void load_outer();
};

/// Rules from outside the project folder: of an enclosing repository, of `.git/info/exclude` and of
/// the user. They are left out where they would exclude the project folder itself: who asks for the
/// graph of an ignored folder means it.
void IgnoreRules::Impl::load_outer() {
  outer.clear();
  const std::optional<GitFolder> git = find_git_folder(root);
  const std::string exclude_file = global_excludes(git ? git->common : fs::path());
  std::string prefix;
  if (git) {
    std::string up;
    for (fs::path at = root; at != git->work_tree; at = at.parent_path()) {
      prefix.insert(0, at.filename().string() + "/");
      up += "../";
      const fs::path file = at.parent_path() / ".gitignore";
      if (auto text = read_ignore_file(AT_FDCWD, file.c_str())) {
        outer.push_back({prefix, RuleList(up + ".gitignore", *text)});
      }
    }
    const fs::path file = git->common / "info" / "exclude";
    if (auto text = read_ignore_file(AT_FDCWD, file.c_str())) {
      outer.push_back({prefix, RuleList(".git/info/exclude", *text)});
    }
  }
  if (auto text = read_ignore_file(AT_FDCWD, exclude_file.c_str())) {
    outer.push_back({prefix, RuleList(exclude_file, *text)});
  }
  // The project folder as the enclosing repository sees it: every folder on the way counts.
  for (std::size_t end = prefix.find('/'); end != std::string::npos;
       end = prefix.find('/', end + 1)) {
    const std::string_view folder = std::string_view(prefix).substr(0, end);
    for (const OuterRules& from : outer) {
      // A file speaks of what lies below its own folder: skip it for folders at or above that.
      const std::size_t own = prefix.size() - from.prefix.size();
      if (end <= own && own != 0) continue;
      if (const IgnorePattern* hit = from.rules.match(folder.substr(own), true)) {
        if (!hit->negated) {
          outer.clear();
          return;
        }
        break;
      }
    }
  }
}

IgnoreRules::IgnoreRules() : impl_(std::make_unique<Impl>()) {}
IgnoreRules::~IgnoreRules() = default;
IgnoreRules::IgnoreRules(const IgnoreRules& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
IgnoreRules& IgnoreRules::operator=(const IgnoreRules& other) {
  if (this != &other) *impl_ = *other.impl_;
  return *this;
}

IgnoreRules IgnoreRules::load(const fs::path& root) {
  IgnoreRules rules;
  std::error_code error;
  const fs::path real = fs::canonical(root, error);
  rules.impl_->root = error ? root : real;
  rules.impl_->load_outer();
  rules.enter("");
  return rules;
}

bool IgnoreRules::enter(std::string_view folder) {
  const std::string path = folder.empty() ? impl_->root.string() : (impl_->root / folder).string();
  FolderRules now;
  const Descriptor open(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (open) {
    const std::string shown = folder.empty() ? std::string() : std::string(folder) + "/";
    if (auto text = read_ignore_file(open.get(), ".gitignore")) {
      now.git = RuleList(shown + ".gitignore", *text);
    }
    if (auto text = read_ignore_file(open.get(), ".deltagraphignore")) {
      now.own = RuleList(shown + ".deltagraphignore", *text);
    }
    now.package = ::faccessat(open.get(), "package.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  }
  const auto it = impl_->folders.find(folder);
  if (it == impl_->folders.end()) {
    if (now.empty()) return false;
    impl_->folders.emplace(folder, std::move(now));
    return true;
  }
  if (it->second == now) return false;
  it->second = std::move(now);
  return true;
}

IgnoreVerdict IgnoreRules::verdict(std::string_view path, bool is_folder) const {
  const std::string_view name = name_of(path);
  if (is_own_data(name)) return {true, "built-in", std::string(name)};
  if (auto own = impl_->match(&FolderRules::own, path, is_folder)) return *own;
  if (is_folder && impl_->is_built_in(path, name)) {
    return {true, "built-in", std::string(name) + "/"};
  }
  if (auto git = impl_->match(&FolderRules::git, path, is_folder)) return *git;
  if (auto outer = impl_->match_outer(path, is_folder)) return *outer;
  return {};
}

IgnoreVerdict IgnoreRules::explain(std::string_view path, bool is_folder) const {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    IgnoreVerdict above = verdict(path.substr(0, slash), true);
    if (above.ignored) return above;
  }
  return verdict(path, is_folder);
}

bool IgnoreRules::ignored(std::string_view path, bool is_folder) const {
  return explain(path, is_folder).ignored;
}

bool IgnoreRules::is_rule_file(std::string_view path) noexcept {
  const std::string_view name = name_of(path);
  return name == ".gitignore" || name == ".deltagraphignore" || path == ".git/info/exclude" ||
         path.ends_with("/.git/info/exclude");
}

}  // namespace dg
