#pragma once
/// \file
/// The project as a git revision has it, read from git's objects: no work tree, index or ref is
/// touched, and git itself is not run.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/watch/crawl.h"
#include "graph/snapshot.h"
#include "parser/parse.h"
#include "storage/result.h"

namespace dg {

struct GitTreeOptions {
  ParseOptions parse;
  unsigned threads = 0;  ///< 0: as many as the machine has.
  /// Facts of a version of a file that was seen before, or null. Called by one thread at a time.
  std::function<std::shared_ptr<const FileFacts>(const ContentHash&, Language)> cached;
};

/// A revision, as what has to change in a base to make it so.
struct GitTree {
  std::string id;            ///< Object id of the commit, or of a tree where one was named.
  std::string subject;       ///< First line of the commit's message.
  std::int64_t time_ms = 0;  ///< Of the commit; 0 for a tree.
  ChangeSet changes;         ///< Turns the base's tree into the revision's.
  /// What could not be read as source: submodules, LFS pointers, objects that a partial clone has
  /// not got. The base's files at and below these paths count as unchanged.
  std::vector<Listing::Trouble> skipped;
  std::uint32_t files = 0, parsed = 0, from_cache = 0;  ///< Sources of the tree; of them.
};

/// Reads the tree of `revision` (gitrevisions(7): a branch, a tag, `HEAD~3`, an object id) below
/// the project's folder. Which of its files belong to the project is decided as the crawl decides
/// it, by the ignore rules that hold now; links are left out. A file with the bytes of the base's
/// is not parsed. O(files of the tree), parsing on several threads.
///
/// not_found: no repository, no such revision (with the nearest names), or beyond a shallow clone's
/// history; ambiguous: an abbreviated id of several objects; usage: what git cannot take.
Result<GitTree> read_git_tree(const std::filesystem::path& root, const std::string& revision,
                              const Snapshot& base, const GitTreeOptions& options);

}  // namespace dg
