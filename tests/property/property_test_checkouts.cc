// RELIABILITY R-18: a service beside `git checkout`. After each of 200 checkouts of random commits
// the index is what is on disk, and what a fresh link makes of it; no version of a file is parsed
// twice.

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <set>

#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "daemon/watch/crawl.h"
#include "tests/modules/watch_test_support.h"
#include "tests/support/invariants.h"
#include "tests/support/random_edits.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::size_t kFiles = 30, kCommits = 12, kEditsOfACommit = 8, kCheckouts = 200;

/// Small files of a published package.
Sources real_files() {
  const std::filesystem::path root =
      std::filesystem::path(DELTAGRAPH_SOURCE_DIR) / "bench/corpora/node_modules/rxjs/src/internal";
  std::set<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root, error)) {
    if (entry.is_regular_file() && entry.file_size() < 6000) paths.insert(entry.path());
  }
  Sources sources;
  for (const auto& path : paths) {
    if (sources.files().size() == kFiles) break;
    std::ifstream in(path, std::ios::binary);
    sources.set(path.lexically_relative(root).generic_string(),
                {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
  }
  return sources;
}

void write_all(const TempProject& project, const Sources& sources) {
  for (const auto& entry : std::filesystem::directory_iterator(project.root())) {
    if (entry.path().filename() != ".git") std::filesystem::remove_all(entry.path());
  }
  for (const auto& [path, text] : sources.files()) project.write(path, text);
}

/// Commits of random edits, each onto a random earlier one: so there are branches. Files are added,
/// moved, copied and deleted among them. Answers their hashes.
std::vector<std::string> make_history(const TempProject& project) {
  const auto git = [&](std::vector<std::string> words) {
    return test::git(project.root(), std::move(words));
  };
  git({"init", "-q"});
  Random random(18);
  std::vector<Sources> states{real_files()};
  std::vector<std::string> commits;
  for (std::size_t c = 0; c < kCommits; ++c) {
    const std::size_t parent = random.below(states.size());
    Sources state = states[parent];
    if (c > 0) {
      git({"checkout", "-q", "--detach", commits[parent]});
      for (const Edit& edit : random_edits(random.next(), kEditsOfACommit)) state.apply(edit);
      states.push_back(state);
    }
    write_all(project, state);
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", "state"});
    std::string hash = git({"rev-parse", "HEAD"});
    hash.resize(hash.find_last_not_of('\n') + 1);
    commits.push_back(std::move(hash));
  }
  return commits;
}

/// Empty where the snapshot's files are those on disk, byte for byte.
std::string disk_difference(const std::filesystem::path& root, const Snapshot& snapshot) {
  const Result<Listing> listing = crawl(root);
  if (!listing) return listing.error().message();
  if (listing->sources.size() != snapshot.files().size()) {
    return std::to_string(listing->sources.size()) + " files on disk, " +
           std::to_string(snapshot.files().size()) + " indexed";
  }
  for (const FileStat& stat : listing->sources) {
    const FileVersionPtr file = snapshot.file_at(stat.path);
    const auto read = read_file(root, stat.path, 1 << 20);
    if (!file || !read || !read->has_value() || (*read)->hash != file->hash) return stat.path;
  }
  return {};
}

TEST(GitCheckouts, R18_EachIsOneCommitThatEqualsTheDisk) {
  const TempProject project;
  ASSERT_EQ(real_files().files().size(), kFiles)
      << "bench/corpora is not installed: run ./dev test";
  const std::vector<std::string> commits = make_history(project);
  std::atomic<std::uint32_t> parsed{0}, deltas{0}, most_files{0};
  ServiceOptions options;
  options.pipeline.root = project.root();
  ServiceEvents events;
  events.indexed = [&](const Outcome& outcome) { parsed += outcome.work.parsed; };
  events.delta = [&](const Outcome& outcome) {
    parsed += outcome.work.parsed;
    ++deltas;
    most_files = std::max<std::uint32_t>(most_files, count(outcome.delta).files);
  };
  Result<std::unique_ptr<Service>> service = Service::start(options, events);
  ASSERT_TRUE(service) << service.error().message();
  Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client) << client.error().message();

  Random random(200);
  std::set<ContentHash> versions;
  for (std::size_t i = 0; i < kCheckouts; ++i) {
    const std::string& commit = random.of(commits);
    test::git(project.root(), {"checkout", "-q", "--detach", commit});
    ASSERT_TRUE((*client)->call("sync", Json::object(), std::chrono::minutes(1)));
    const SnapshotPtr snapshot = (*service)->pipeline().snapshot();
    ASSERT_EQ(disk_difference(project.root(), *snapshot), "") << "checkout " << i;
    ASSERT_EQ(relink_difference(*snapshot), "") << "checkout " << i;
    for (const FileVersionPtr& file : snapshot->files()) {
      versions.insert(file->hash);
    }
  }
  EXPECT_LE(deltas, kCheckouts) << "more commits than moves of HEAD";
  EXPECT_GT(most_files, 10u);
  EXPECT_LE(parsed, versions.size() + kFiles) << "a known version of a file was parsed again";
  std::cout << kCheckouts << " checkouts: " << deltas << " commits, at most " << most_files
            << " files in one, " << versions.size() << " versions of files, " << parsed
            << " parsed\n";
}

}  // namespace
}  // namespace dg
