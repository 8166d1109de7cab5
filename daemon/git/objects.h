#pragma once
/// \file
/// libgit2 with owners: what is opened is freed. Internal to daemon/git_*.cc.
///
/// Thread rule: a repository and what was got from it belong to one thread at a time.

#include <git2.h>

#include <memory>

namespace dg {

template <auto Free>
struct GitFree {
  template <typename Object>
  void operator()(Object* object) const noexcept {
    Free(object);
  }
};
using GitRepository = std::unique_ptr<git_repository, GitFree<git_repository_free>>;
using GitObject = std::unique_ptr<git_object, GitFree<git_object_free>>;
using GitCommit = std::unique_ptr<git_commit, GitFree<git_commit_free>>;
using GitTreeObject = std::unique_ptr<git_tree, GitFree<git_tree_free>>;
using GitBlob = std::unique_ptr<git_blob, GitFree<git_blob_free>>;
using GitReferences = std::unique_ptr<git_reference_iterator, GitFree<git_reference_iterator_free>>;

/// libgit2 counts who uses it; it is ready while one of these lives.
class GitLibrary {
 public:
  GitLibrary() { git_libgit2_init(); }
  ~GitLibrary() { git_libgit2_shutdown(); }
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
};

}  // namespace dg
