#include "daemon/git/tree.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "daemon/git/revision.h"
#include "daemon/parse_source.h"
#include "daemon/watch/content_hash.h"
#include "graph/parallel.h"

namespace dg {
namespace fs = std::filesystem;
namespace {

/// A file of the revision that belongs to the project.
struct TreeFile {
  std::string path;
  git_oid blob{};
};

struct TreeListing {
  std::vector<TreeFile> sources, configs;
  std::vector<Listing::Trouble> skipped;
};

/// Walks the tree as the crawl walks the disk, by the same rules.
class TreeWalk {
 public:
  TreeWalk(git_repository* repository, const IgnoreRules& rules)
      : repository_(repository), rules_(rules) {}

  Result<TreeListing> run(GitTreeObject top) {
    pending_.emplace_back("", std::move(top));
    while (!pending_.empty()) {
      const auto [folder, tree] = std::move(pending_.back());
      pending_.pop_back();
      rules_.enter(folder);
      const std::string prefix = folder.empty() ? "" : folder + "/";
      for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
        const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
        Result<> taken = take(prefix + git_tree_entry_name(entry), entry);
        if (!taken) return taken.error();
      }
    }
    return std::move(listing_);
  }

 private:
  Result<> take(std::string path, const git_tree_entry* entry) {
    const git_filemode_t mode = git_tree_entry_filemode(entry);
    const bool folder = mode == GIT_FILEMODE_TREE || mode == GIT_FILEMODE_COMMIT;
    if (mode == GIT_FILEMODE_LINK || rules_.verdict(path, folder).ignored) return Ok{};
    if (mode == GIT_FILEMODE_COMMIT) {
      listing_.skipped.push_back({std::move(path), "is a submodule"});
    } else if (folder) {
      git_tree* tree = nullptr;
      if (git_tree_lookup(&tree, repository_, git_tree_entry_id(entry)) != 0) {
        return Error{ErrorKind::io, path, "cannot be read from git: " + last_git_error(),
                     "'git fsck' tells what is missing"};
      }
      pending_.emplace_back(std::move(path), GitTreeObject(tree));
    } else if (language_of(path)) {
      listing_.sources.push_back({std::move(path), *git_tree_entry_id(entry)});
    } else if (is_config_name(path)) {
      listing_.configs.push_back({std::move(path), *git_tree_entry_id(entry)});
    }
    return Ok{};
  }

  git_repository* repository_;
  IgnoreRules rules_;
  std::vector<std::pair<std::string, GitTreeObject>> pending_;
  TreeListing listing_;
};

/// What one thread works with.
struct Worker {
  GitRepository repository;
  Parser parser;
};

/// Workers that are made when they are needed and used again. Thread-safe.
class Workers {
 public:
  Workers(std::string folder, const ParseOptions& options)
      : folder_(std::move(folder)), options_(options) {}

  std::unique_ptr<Worker> take() {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
    git_repository* repository = nullptr;
    static_cast<void>(git_repository_open(&repository, folder_.c_str()));
    return std::make_unique<Worker>(Worker{GitRepository(repository), Parser(options_)});
  }
  void give_back(std::unique_ptr<Worker> worker) {
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(worker));
  }

 private:
  std::string folder_;
  ParseOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
};

/// The bytes of a blob; nothing where the repository has not got it.
std::optional<FileBytes> bytes_of(git_repository* repository, const git_oid& id) {
  git_blob* raw = nullptr;
  if (repository == nullptr || git_blob_lookup(&raw, repository, &id) != 0) return std::nullopt;
  const GitBlob blob(raw);
  const auto* content = static_cast<const char*>(git_blob_rawcontent(raw));
  FileBytes file;
  file.bytes.assign(content, static_cast<std::size_t>(git_blob_rawsize(raw)));
  file.stat.size = file.bytes.size();
  file.hash = content_hash(file.bytes);
  return file;
}

/// What git-lfs commits in place of a file (git-lfs/docs/spec.md).
bool is_lfs_pointer(std::string_view bytes) {
  return bytes.size() < 1024 && bytes.starts_with("version https://git-lfs.github.com/spec/");
}

class TreeReader {
 public:
  TreeReader(const Snapshot& base, const GitTreeOptions& options, const std::string& folder,
             TreeListing listing, GitTree& result)
      : base_(base),
        options_(options),
        workers_(folder, options.parse),
        listing_(std::move(listing)),
        result_(result) {}

  void run() {
    result_.skipped = std::move(listing_.skipped);
    result_.files = static_cast<std::uint32_t>(listing_.sources.size());
    const unsigned threads = options_.threads != 0
                                 ? options_.threads
                                 : std::max(1u, std::thread::hardware_concurrency());
    for_each_parallel(listing_.sources.size(), threads, 16,
                      [&](std::size_t i) { read_source(listing_.sources[i]); });
    for (const TreeFile& config : listing_.configs) read_config(config);
    remove_others();
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    std::sort(result_.changes.sources.begin(), result_.changes.sources.end(), by_path);
    std::sort(result_.changes.configs.begin(), result_.changes.configs.end(), by_path);
    std::sort(result_.skipped.begin(), result_.skipped.end(), by_path);
  }

 private:
  void read_source(const TreeFile& source) {
    std::unique_ptr<Worker> worker = workers_.take();
    std::optional<FileBytes> file = bytes_of(worker->repository.get(), source.blob);
    if (!file || is_lfs_pointer(file->bytes)) {
      skip(source.path, file ? "is an LFS pointer" : "is not in the repository's objects");
    } else if (const FileVersionPtr live = base_.file_at(source.path);
               live == nullptr || live->hash != file->hash) {
      change(source.path, *file, worker->parser);
    }
    workers_.give_back(std::move(worker));
  }

  void change(const std::string& path, const FileBytes& file, Parser& parser) {
    SourceChange change{path, file.hash, 0, file.stat.size, cached(path, file.hash)};
    const bool known = change.facts != nullptr;
    if (!known) change.facts = parse_source(parser, path, file);
    const std::lock_guard guard(mutex_);
    known ? ++result_.from_cache : ++result_.parsed;
    result_.changes.sources.push_back(std::move(change));
  }

  std::shared_ptr<const FileFacts> cached(const std::string& path, const ContentHash& hash) {
    if (!options_.cached) return nullptr;
    const std::lock_guard guard(cache_mutex_);
    return options_.cached(hash, *language_of(path));
  }

  void read_config(const TreeFile& config) {
    std::unique_ptr<Worker> worker = workers_.take();
    std::optional<FileBytes> file = bytes_of(worker->repository.get(), config.blob);
    workers_.give_back(std::move(worker));
    if (!file) return skip(config.path, "is not in the repository's objects");
    // advance() leaves out what is the same.
    result_.changes.configs.push_back({config.path, std::move(file->bytes), false});
  }

  void skip(const std::string& path, const char* reason) {
    const std::lock_guard guard(mutex_);
    result_.skipped.push_back({path, reason});
  }

  bool is_skipped(const std::string& path) const {
    return std::any_of(result_.skipped.begin(), result_.skipped.end(), [&](const auto& each) {
      return path == each.path || (path.starts_with(each.path) && path[each.path.size()] == '/');
    });
  }

  /// What the base has and the revision has not.
  void remove_others() {
    std::set<std::string_view> there;
    for (const TreeFile& source : listing_.sources) there.insert(source.path);
    for (const TreeFile& config : listing_.configs) there.insert(config.path);
    for (const FileVersionPtr& file : base_.files()) {
      if (!there.contains(file->path) && !is_skipped(file->path)) {
        result_.changes.sources.push_back({file->path, {}, 0, 0, nullptr});
      }
    }
    for (const ConfigFile& config : base_.configs()) {
      if (!there.contains(config.path) && !is_skipped(config.path)) {
        result_.changes.configs.push_back({config.path, {}, true});
      }
    }
  }

  const Snapshot& base_;
  const GitTreeOptions& options_;
  Workers workers_;
  TreeListing listing_;
  std::mutex cache_mutex_;
  std::mutex mutex_;  ///< Guards `result_` while several threads read.
  GitTree& result_;
};

}  // namespace

Result<GitTree> read_git_tree(const fs::path& root, const std::string& revision,
                              const Snapshot& base, const GitTreeOptions& options) {
  const GitLibrary library;
  Result<GitRevision> found = find_git_revision(root, revision);
  if (!found) return found.error();
  GitTree result;
  result.id = found->id;
  result.subject = found->subject;
  result.time_ms = found->time_ms;
  TreeListing listing;
  if (found->tree != nullptr) {
    Result<TreeListing> walked =
        TreeWalk(found->repository.get(), IgnoreRules::load(root)).run(std::move(found->tree));
    if (!walked) return walked.error();
    listing = std::move(*walked);
  }
  TreeReader(base, options, found->folder, std::move(listing), result).run();
  return result;
}

}  // namespace dg
