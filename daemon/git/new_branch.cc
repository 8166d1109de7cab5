#include "daemon/git/new_branch.h"

#include <array>
#include <memory>
#include <string_view>
#include <system_error>

#include "daemon/git/objects.h"
#include "daemon/git/revision.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

using GitRef = std::unique_ptr<git_reference, GitFree<git_reference_free>>;
using GitSignature = std::unique_ptr<git_signature, GitFree<git_signature_free>>;

using GitConfig = std::unique_ptr<git_config, GitFree<git_config_free>>;
using GitConfigEntries = std::unique_ptr<git_config_iterator, GitFree<git_config_iterator_free>>;

std::string id_text(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  return git_oid_tostr(text.data(), text.size(), &id);
}

Error failed(const fs::path& project, const std::string& what) {
  return {ErrorKind::io, project.string(), what + ": " + last_git_error(),
          "'git fsck' tells what is wrong with the repository"};
}

/// A repository with its HEAD, and where the project lies in it.
struct Place {
  GitRepository repository;
  GitCommit head;
  std::string prefix;  ///< `services/shop/`; empty: the project is the whole work tree.
};

Error no_repository(const fs::path& project, int code) {
  if (code == GIT_EOWNER) {
    return {ErrorKind::io, project.string(), "the git repository belongs to another user",
            "Trust it with 'git config --global --add safe.directory " + project.string() + "'"};
  }
  if (code == GIT_ENOTFOUND) {
    return {ErrorKind::not_found, project.string(), "lies in no git repository",
            "Make one with 'git init' and a first commit"};
  }
  return failed(project, "its git repository cannot be read");
}

Result<Place> open_place(const fs::path& project) {
  Place place;
  git_repository* repository = nullptr;
  if (const int code = git_repository_open_ext(&repository, project.c_str(), 0, nullptr); code != 0)
    return no_repository(project, code);
  place.repository.reset(repository);
  const char* work_tree = git_repository_workdir(repository);
  if (work_tree == nullptr) {
    return Error{ErrorKind::usage, project.string(), "is a bare git repository",
                 "Ask in a clone of it that has a work tree"};
  }
  std::error_code failure;
  const std::string below = fs::canonical(project, failure)
                                .lexically_relative(fs::canonical(work_tree, failure))
                                .generic_string();
  if (!failure && !below.empty() && below != ".") place.prefix = below + "/";
  git_object* head = nullptr;
  if (git_revparse_single(&head, repository, "HEAD^{commit}") != 0) {
    return Error{ErrorKind::conflict, project.string(), "its git repository has no commit yet",
                 "Make a first commit: the branch begins there"};
  }
  // A git_commit is a git_object that ^{commit} has made sure to be one.
  place.head.reset(reinterpret_cast<git_commit*>(head));
  return place;
}

Result<> require_free(const Place& place, const std::string& name) {
  int valid = 0;
  if (git_branch_name_is_valid(&valid, name.c_str()) != 0 || valid == 0) {
    return Error{ErrorKind::usage, "branch '" + name.substr(0, 200) + "'",
                 "is no name that git takes", "See git-check-ref-format(1)"};
  }
  git_reference* found = nullptr;
  const int code =
      git_branch_lookup(&found, place.repository.get(), name.c_str(), GIT_BRANCH_LOCAL);
  const GitRef owner(found);
  if (code == GIT_ENOTFOUND) return Ok{};
  return Error{ErrorKind::conflict, "branch '" + name + "'", "exists",
               "Give another --branch, or remove it with 'git branch -D'"};
}

Result<GitTreeObject> tree_with(const Place& place, const fs::path& project,
                                const std::vector<NewFile>& files) {
  git_repository* repository = place.repository.get();
  std::vector<std::string> paths;
  for (const NewFile& file : files) paths.push_back(place.prefix + file.path);
  std::vector<git_tree_update> updates(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    updates[i].action = GIT_TREE_UPDATE_UPSERT;
    updates[i].filemode = GIT_FILEMODE_BLOB;
    updates[i].path = paths[i].c_str();
    const std::string& text = files[i].text;
    if (git_blob_create_from_buffer(&updates[i].id, repository, text.data(), text.size()) != 0)
      return failed(project, "an object cannot be written");
  }
  git_tree* raw = nullptr;
  if (git_commit_tree(&raw, place.head.get()) != 0) return failed(project, "HEAD cannot be read");
  const GitTreeObject base(raw);
  git_oid id{};
  if (git_tree_create_updated(&id, repository, base.get(), updates.size(), updates.data()) != 0)
    return failed(project, "the files cannot be placed into HEAD's tree");
  if (git_tree_lookup(&raw, repository, &id) != 0) return failed(project, "a tree cannot be read");
  return GitTreeObject(raw);
}

Result<GitSignature> author_of(const Place& place, const fs::path& project) {
  git_signature* raw = nullptr;
  if (git_signature_default(&raw, place.repository.get()) == 0) return GitSignature(raw);
  return Error{ErrorKind::conflict, project.string(), "git does not know who commits",
               "Say so with 'git config user.name NAME' and 'git config user.email ADDRESS'"};
}

/// By the entries `remote.NAME.url`: git_remote_list() matches them with a regular expression and,
/// in libgit2 1.5, leaks what that took.
std::string remote_of(const Place& place) {
  git_config* config = nullptr;
  if (git_repository_config(&config, place.repository.get()) != 0) return {};
  const GitConfig owner(config);
  git_config_iterator* raw = nullptr;
  if (git_config_iterator_new(&raw, config) != 0) return {};
  const GitConfigEntries entries(raw);
  constexpr std::string_view kBegin = "remote.", kEnd = ".url";
  std::string first;
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, entries.get()) == 0) {
    std::string_view name = entry->name;
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) continue;
    if (name.size() <= kBegin.size() + kEnd.size()) continue;
    name = name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size());
    if (name == "origin") return "origin";
    if (first.empty()) first = name;
  }
  return first;
}

}  // namespace

Result<MadeBranch> commit_to_new_branch(const fs::path& project, const NewBranch& wanted) {
  const GitLibrary library;
  const Result<Place> place = open_place(project);
  if (!place) return place.error();
  if (const Result<> free = require_free(*place, wanted.name); !free) return free.error();
  const Result<GitSignature> author = author_of(*place, project);
  if (!author) return author.error();
  const Result<GitTreeObject> tree = tree_with(*place, project, wanted.files);
  if (!tree) return tree.error();
  const git_commit* parents[] = {place->head.get()};
  git_oid id{};
  if (git_commit_create(&id, place->repository.get(), nullptr, author->get(), author->get(),
                        "UTF-8", wanted.message.c_str(), tree->get(), 1, parents) != 0)
    return failed(project, "the commit cannot be written");
  git_reference* made = nullptr;
  const std::string ref = "refs/heads/" + wanted.name;
  const int code = git_reference_create(&made, place->repository.get(), ref.c_str(), &id, 0,
                                        "branch: made for a schema request");
  const GitRef owner(made);
  if (code != 0) {
    return Error{ErrorKind::conflict, "branch '" + wanted.name + "'",
                 "cannot be made: " + last_git_error(), "Give another --branch"};
  }
  return MadeBranch{id_text(id), id_text(*git_commit_id(place->head.get())), remote_of(*place)};
}

Result<std::vector<std::string>> names_in_head(const fs::path& project, const std::string& folder) {
  const GitLibrary library;
  const Result<Place> place = open_place(project);
  if (!place) return place.error();
  git_object* raw = nullptr;
  const int code =
      git_object_lookup_bypath(&raw, reinterpret_cast<const git_object*>(place->head.get()),
                               (place->prefix + folder).c_str(), GIT_OBJECT_TREE);
  std::vector<std::string> names;
  if (code != 0) return names;
  const GitObject object(raw);
  const auto* tree = reinterpret_cast<const git_tree*>(raw);
  for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i)
    names.emplace_back(git_tree_entry_name(git_tree_entry_byindex(tree, i)));
  return names;
}

}  // namespace dg
