#pragma once
/// \file
/// A commit on a branch of its own: what a colleague can review. Only objects and that one ref are
/// written; work tree, index and the branch that is checked out stay as they are, and git itself is
/// not run. Any thread.

#include <filesystem>
#include <string>
#include <vector>

#include "storage/result.h"

namespace dg {

struct NewFile {
  std::string path;  ///< Below the project's folder, with `/`.
  std::string text;
};

struct NewBranch {
  std::string name;     ///< `schema-request/…`, without `refs/heads/`.
  std::string message;  ///< Of the commit.
  std::vector<NewFile> files;
};

struct MadeBranch {
  std::string commit, base;  ///< Object ids; `base` is HEAD's.
  std::string remote;        ///< `origin`, else the first; empty: there is none.
};

/// Commits the files on top of HEAD's tree. Refused, with nothing changed but objects that nobody
/// names: no repository (not_found), a bare one or a name that git does not take (usage), no commit
/// yet, no author in git's configuration or the branch exists (conflict).
Result<MadeBranch> commit_to_new_branch(const std::filesystem::path& project,
                                        const NewBranch& wanted);

/// The names of the entries that HEAD has in a folder below the project's; none where it has no
/// such folder. Errors as above.
Result<std::vector<std::string>> names_in_head(const std::filesystem::path& project,
                                               const std::string& folder);

}  // namespace dg
