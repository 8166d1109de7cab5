#include "daemon/git/revision.h"

#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/requests/params.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOtherPoints = "Give a sequence or a time of the log instead";

std::string quoted(const std::string& text) {
  return "'" + text.substr(0, 200) + "'";
}

/// Branches, remote branches and tags by their short names.
std::vector<std::string> short_names(git_repository* repository) {
  std::vector<std::string> names;
  git_reference_iterator* raw = nullptr;
  if (git_reference_iterator_new(&raw, repository) != 0) return names;
  const GitReferences references(raw);
  const char* name = nullptr;
  while (names.size() < 10'000 && git_reference_next_name(&name, references.get()) == 0) {
    const std::string full = name;
    for (const char* prefix : {"refs/heads/", "refs/tags/", "refs/remotes/"}) {
      if (full.starts_with(prefix)) names.push_back(full.substr(std::string(prefix).size()));
    }
  }
  return names;
}

Error no_repository(const fs::path& root, int code) {
  if (code == GIT_EOWNER) {
    return {ErrorKind::io, root.string(), "the git repository belongs to another user",
            "Trust it with 'git config --global --add safe.directory " + root.string() + "'"};
  }
  if (code == GIT_ENOTFOUND) {
    return {ErrorKind::not_found, root.string(), "lies in no git repository", kOtherPoints};
  }
  return {ErrorKind::io, root.string(), "its git repository cannot be read: " + last_git_error(),
          kOtherPoints};
}

Error no_revision(git_repository* repository, const std::string& revision, int code) {
  if (code == GIT_EAMBIGUOUS) {
    return {ErrorKind::ambiguous, quoted(revision), "more than one git object begins so",
            "Give more digits"};
  }
  if (code != GIT_ENOTFOUND) {
    return {ErrorKind::usage, quoted(revision),
            "git cannot take it as a revision: " + last_git_error(), "See gitrevisions(7)"};
  }
  Error error{ErrorKind::not_found, quoted(revision), "is no revision of this git repository", ""};
  const std::vector<std::string> names = short_names(repository);
  for (const std::string& name : names) {
    if (name.ends_with("/" + revision)) error.cure = "Did you mean " + name + "?";
  }
  if (!error.cure.empty()) return error;
  if (const std::string near = nearest(revision, names); !near.empty()) {
    error.cure = "Did you mean " + near + "?";
  } else if (git_repository_is_shallow(repository) == 1) {
    error.reason += ", whose history is shallow";
    error.cure = "Fetch the rest with 'git fetch --unshallow'";
  } else {
    error.cure = "'git log --oneline --all' lists them";
  }
  return error;
}

/// The tree of the project's folder within the revision's; null where it has none.
Result<GitTreeObject> tree_of(const fs::path& root, const GitRevision& found, git_object* object) {
  git_object* raw = nullptr;
  if (git_object_peel(&raw, object, GIT_OBJECT_TREE) != 0) {
    return Error{ErrorKind::usage, found.id, "is no commit and no tree of git",
                 "Give a branch, a tag or a commit"};
  }
  GitObject whole(raw);
  std::error_code failure;
  const char* work_tree = git_repository_workdir(found.repository.get());
  const fs::path folder = work_tree == nullptr ? fs::path() : fs::canonical(work_tree, failure);
  if (work_tree == nullptr || failure) {
    return Error{ErrorKind::usage, root.string(), "is a bare git repository", kOtherPoints};
  }
  const std::string below = fs::canonical(root, failure).lexically_relative(folder).string();
  if (below.empty() || below == ".") {
    // A git_tree is a git_object that git_object_peel has checked to be one.
    return GitTreeObject(reinterpret_cast<git_tree*>(whole.release()));
  }
  raw = nullptr;
  const int code = git_object_lookup_bypath(&raw, whole.get(), below.c_str(), GIT_OBJECT_TREE);
  if (code != 0 && code != GIT_ENOTFOUND) {
    return Error{ErrorKind::io, found.id, "cannot be read: " + last_git_error(), kOtherPoints};
  }
  return GitTreeObject(reinterpret_cast<git_tree*>(raw));
}

void describe(GitRevision& found, git_object* object) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_object* raw = nullptr;
  if (git_object_peel(&raw, object, GIT_OBJECT_COMMIT) != 0) {
    found.id = git_oid_tostr(text.data(), text.size(), git_object_id(object));
    return;
  }
  const GitObject peeled(raw);
  const auto* commit = reinterpret_cast<const git_commit*>(raw);
  found.id = git_oid_tostr(text.data(), text.size(), git_object_id(raw));
  found.time_ms = std::int64_t{git_commit_time(commit)} * 1000;
  const char* message = git_commit_message(commit);
  found.subject = message == nullptr ? "" : message;
  if (const std::size_t end = found.subject.find('\n'); end != std::string::npos) {
    found.subject.resize(end);
  }
}

}  // namespace

std::string last_git_error() {
  const git_error* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "no reason given" : error->message;
}

Result<GitRevision> find_git_revision(const fs::path& root, const std::string& revision) {
  GitRevision found;
  git_repository* repository = nullptr;
  if (const int code = git_repository_open_ext(&repository, root.c_str(), 0, nullptr); code != 0) {
    return no_repository(root, code);
  }
  found.repository.reset(repository);
  found.folder = git_repository_path(repository);
  git_object* raw = nullptr;
  if (const int code = git_revparse_single(&raw, repository, revision.c_str()); code != 0) {
    return no_revision(repository, revision, code);
  }
  const GitObject object(raw);
  if (revision.find(':') != std::string::npos && git_object_type(raw) != GIT_OBJECT_COMMIT) {
    return Error{ErrorKind::usage, revision, "names a part of a revision",
                 "Give the revision alone; the project's folder is found in it"};
  }
  describe(found, object.get());
  Result<GitTreeObject> tree = tree_of(root, found, object.get());
  if (!tree) return tree.error();
  found.tree = std::move(*tree);
  return found;
}

}  // namespace dg
