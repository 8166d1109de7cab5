#pragma once
/// \file
/// Where a project's git repository keeps its files, and the user's own ignore file.

#include <filesystem>
#include <optional>
#include <string>

namespace dg {

struct GitFolder {
  std::filesystem::path work_tree;  ///< The folder that holds `.git`.
  std::filesystem::path own;     ///< HEAD and index: `.git`, or `.git/worktrees/x` of a worktree.
  std::filesystem::path common;  ///< refs and info/exclude, shared by all worktrees.
};

/// The repository that `folder` (canonical) lies in; nothing where there is none. `.git` may be a
/// file that names the folder (worktrees and submodules, gitrepository-layout(5)).
std::optional<GitFolder> find_git_folder(const std::filesystem::path& folder);

/// The ignore file that git's core.excludesFile names: the repository's config before the user's,
/// then $XDG_CONFIG_HOME/git/ignore or ~/.config/git/ignore. `[include]` in a config is not
/// followed, and /etc/gitconfig is not read. Empty where there is no home.
std::string global_excludes(const std::filesystem::path& common);

}  // namespace dg
