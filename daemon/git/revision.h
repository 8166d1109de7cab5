#pragma once
/// \file
/// From a project's folder and the name of a revision to the git tree it means. Internal to
/// daemon/git_*.cc.

#include <cstdint>
#include <filesystem>
#include <string>

#include "daemon/git/objects.h"
#include "storage/result.h"

namespace dg {

struct GitRevision {
  GitRepository repository;
  std::string folder;  ///< Of the repository's own files, to open it again in another thread.
  GitTreeObject tree;  ///< Of the project's folder; null where the revision has no such folder.
  std::string id;      ///< Hexadecimal object id.
  std::string subject;
  std::int64_t time_ms = 0;  ///< Of the commit; 0 for a tree.
};

/// Errors as read_git_tree() documents them. The library must be alive (GitLibrary).
Result<GitRevision> find_git_revision(const std::filesystem::path& root,
                                      const std::string& revision);

/// What libgit2 says about its last failure in this thread.
std::string last_git_error();

}  // namespace dg
