// The Watcher on the real kernel: folders, git, ignore rules, cookies. How editors save is in
// watch_test_editors.cc.

#include <atomic>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "tests/modules/watch_test_kernel_support.h"

namespace dg::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using Paths = std::vector<std::string>;

// --- Single events ---

class WatcherTest : public testing::Test {
 protected:
  TempTree tree;
};

TEST_F(WatcherTest, StartListsAndWatchesEveryFolder) {
  tree.write("src/a.js", "1");
  tree.write("src/deep/b.ts", "1");
  tree.write("package.json", "{}");
  tree.write("node_modules/x/y/z.js", "1");
  Watching watching(tree);
  EXPECT_THAT(watching.first.folders, ElementsAre("", "src", "src/deep"));
  EXPECT_EQ(watching.watcher->status().watched, 3u);
  EXPECT_THAT(watching.watcher->status().polled, IsEmpty());
  EXPECT_THAT(watching.watcher->status().reason, IsEmpty());
  EXPECT_THAT(watching.synced_paths(), IsEmpty());
}

TEST_F(WatcherTest, RootThatIsNotThereIsAnError) {
  const auto started = Watcher::start(tree.outer() / "nowhere", tree.state(), {}, nullptr);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::not_found);
}

TEST_F(WatcherTest, UninterestingNamesCostNothing) {
  tree.write("node_modules/x/a.js", "1");
  tree.write("notes.txt", "1");
  tree.mkdir("src");
  Watching watching(tree);
  tree.write("notes.txt", "2");
  tree.write("node_modules/x/a.js", "2");
  for (int i = 0; i < 500; ++i) tree.write("node_modules/x/" + std::to_string(i) + ".js", "");
  tree.write("dist/a.js", "2");
  tree.write("src/image.png", "2");
  EXPECT_THAT(watching.synced_paths(), IsEmpty());
  EXPECT_LT(watching.watcher->status().events, 100u) << "nothing below node_modules is watched";
}

TEST_F(WatcherTest, DeletionAndRenameAreOneChange) {
  tree.write("a.js", "1");
  tree.write("b.js", "1");
  Watching watching(tree, patient());
  tree.rename("a.js", "c.js");
  watching.look();
  tree.remove("b.js");
  EXPECT_THAT(watching.next().paths, ElementsAre("a.js", "b.js", "c.js"));
}

TEST_F(WatcherTest, ConfigFilesAreReportedLikeSources) {
  tree.write("packages/a/package.json", "{}");
  Watching watching(tree);
  tree.write("packages/a/package.json", "{\"name\":\"a\"}");
  EXPECT_THAT(watching.next().paths, ElementsAre("packages/a/package.json"));
  tree.write("tsconfig.base.json", "{}");
  EXPECT_THAT(watching.next().paths, ElementsAre("tsconfig.base.json"));
}

TEST_F(WatcherTest, FileThatBecomesReadableIsReported) {
  tree.write("a.js", "1");
  Watching watching(tree);
  fs::permissions(tree.at("a.js"), fs::perms(0));
  EXPECT_THAT(watching.next().paths, ElementsAre("a.js"));
  // As root everything can be read, and then the second change of permissions is no news; it must
  // be none of content either way.
  fs::permissions(tree.at("a.js"), fs::perms(0644));
  const Paths seen = watching.synced_paths();
  if (::geteuid() == 0) {
    EXPECT_THAT(seen, IsEmpty());
  } else {
    EXPECT_THAT(seen, ElementsAre("a.js"));
  }
}

TEST_F(WatcherTest, WritesOfAFileThatStaysOpenAreSynced) {
  tree.write("a.js", "1");
  Watching watching(tree, patient());
  const int fd = ::open(tree.at("a.js").c_str(), O_WRONLY | O_APPEND);
  ASSERT_EQ(::write(fd, "2", 1), 1);
  EXPECT_THAT(watching.synced_paths(), ElementsAre("a.js"));
  ::close(fd);
}

TEST_F(WatcherTest, FirstEventComesBeforeTheChange) {
  tree.write("a.js", "1");
  Watching watching(tree);
  const auto before = Watcher::Clock::now();
  tree.write("a.js", "2");
  const SettledChange change = watching.next();
  EXPECT_GE(change.first_event, before);
  EXPECT_LE(change.first_event, Watcher::Clock::now());
}

TEST_F(WatcherTest, WakeEndsAStep) {
  Watching watching(tree);
  watching.watcher->wake();
  const auto before = Watcher::Clock::now();
  EXPECT_TRUE(watching.watcher->step(std::chrono::seconds(30)).empty());
  EXPECT_LT(Watcher::Clock::now() - before, std::chrono::seconds(29));
  std::thread other([&] { watching.watcher->wake(); });
  EXPECT_TRUE(watching.watcher->step(std::chrono::seconds(30)).empty());
  other.join();
}

// --- Folders ---

TEST_F(WatcherTest, R13_NewFoldersAreRacedSafely) {
  Watching watching(tree);
  std::set<std::string> expected, seen;
  std::thread writer([&] {
    for (int i = 0; i < 1000; ++i) {
      const std::string path = "a/b" + std::to_string(i / 100) + "/c/d" + std::to_string(i / 10) +
                               "/f" + std::to_string(i) + ".js";
      tree.write(path, "x");
      expected.insert(path);
    }
  });
  const auto take = [&](const SettledChange& change) {
    EXPECT_FALSE(change.rescan);
    seen.insert(change.paths.begin(), change.paths.end());
  };
  for (int i = 0; i < 50; ++i) take(watching.watcher->step(milliseconds(2)));
  writer.join();
  for (const SettledChange& change : watching.sync()) take(change);
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(watching.watcher->status().watched, 1u + 1 + 10 + 10 + 100);
}

TEST_F(WatcherTest, NewFolderIsWatchedAfterwards) {
  Watching watching(tree);
  tree.write("a/b/c.js", "1");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("a/b/c.js"));
  tree.write("a/b/c.js", "2");
  tree.write("a/d.js", "2");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("a/b/c.js", "a/d.js"));
}

TEST_F(WatcherTest, FolderMovedWithinTheProject) {
  tree.write("src/x/a.js", "1");
  tree.write("src/x/y/b.js", "1");
  Watching watching(tree);
  tree.rename("src/x", "lib");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("lib/a.js", "lib/y/b.js", "src/x/"));
  tree.write("lib/y/b.js", "2");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("lib/y/b.js"))
      << "under its new name, and only so";
  EXPECT_EQ(watching.watcher->status().watched, 4u);
}

TEST_F(WatcherTest, FolderMovedOutAndIn) {
  tree.write("src/a.js", "1");
  tree.write("src/y/b.js", "1");
  Watching watching(tree);
  fs::rename(tree.at("src"), tree.outer() / "away");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("src/"));
  EXPECT_EQ(watching.watcher->status().watched, 1u);
  std::ofstream(tree.outer() / "away/a.js") << "unseen";
  EXPECT_THAT(watching.synced_paths(), IsEmpty());
  fs::rename(tree.outer() / "away", tree.at("again"));
  EXPECT_THAT(watching.synced_paths(), ElementsAre("again/a.js", "again/y/b.js"));
  tree.write("again/y/b.js", "2");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("again/y/b.js"));
}

TEST_F(WatcherTest, FolderDeletedAndMadeAgain) {
  tree.write("src/a.js", "1");
  Watching watching(tree);
  for (int i = 0; i < 3; ++i) {
    tree.remove("src");
    tree.write("src/b.js", "2");
    EXPECT_THAT(watching.synced_paths(), IsSupersetOf({"src/", "src/b.js"}));
    tree.write("src/b.js", "3");
    EXPECT_THAT(watching.synced_paths(), ElementsAre("src/b.js"));
  }
  tree.remove("src");
  EXPECT_THAT(watching.synced_paths(), Contains("src/"));
  EXPECT_EQ(watching.watcher->status().watched, 1u);
}

TEST_F(WatcherTest, R28_DescriptorsAndWatchesStayConstant) {
  tree.write("src/a.js", "1");
  Watching watching(tree);
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  static_cast<void>(watching.sync());
  const auto before = descriptors();
  for (int i = 0; i < 200; ++i) {
    tree.write("src/deep/er/b.js", std::to_string(i));
    static_cast<void>(watching.sync());
    tree.remove("src/deep");
    static_cast<void>(watching.sync());
  }
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(watching.watcher->status().watched, 2u);
  EXPECT_TRUE(fs::is_empty(tree.state() / "cookies")) << "cookies are taken away";
}

TEST_F(WatcherTest, RootThatGoesAndComesBack) {
  tree.write("a.js", "1");
  WatchOptions options;
  options.poll_interval = milliseconds(5);
  const fs::path state = tree.outer() / "state";
  auto started = Watcher::start(tree.root(), state, options, nullptr);
  ASSERT_TRUE(started);
  Watcher& watcher = **started;
  const auto next_rescan = [&] {
    for (int i = 0; i < 1000; ++i) {
      if (watcher.step(milliseconds(10)).rescan) return true;
    }
    return false;
  };
  fs::rename(tree.root(), tree.outer() / "moved");
  EXPECT_TRUE(next_rescan());
  fs::rename(tree.outer() / "moved", tree.root());
  EXPECT_TRUE(next_rescan());
  EXPECT_EQ(watcher.status().watched, 1u);
  tree.write("a.js", "2");
  SettledChange change;
  for (int i = 0; i < 1000 && change.paths.empty(); ++i) change = watcher.step(milliseconds(10));
  EXPECT_THAT(change.paths, ElementsAre("a.js"));
}

// --- Ignore rules ---

TEST_F(WatcherTest, ChangedIgnoreRulesGiveARescan) {
  tree.write("gen/a.js", "1");
  tree.write("src/b.js", "1");
  Watching watching(tree);
  EXPECT_EQ(watching.watcher->status().watched, 3u);
  tree.write(".gitignore", "gen/\n");
  SettledChange change = watching.next();
  EXPECT_TRUE(change.rescan);
  EXPECT_THAT(change.paths, IsEmpty());
  EXPECT_EQ(watching.watcher->status().watched, 2u);
  tree.write("gen/a.js", "2");
  EXPECT_THAT(watching.synced_paths(), IsEmpty());

  tree.write(".gitignore", "gen/\n");
  EXPECT_THAT(watching.sync(), IsEmpty()) << "the same rules again";

  tree.write("src/.deltagraphignore", "b.js\n");
  EXPECT_TRUE(watching.next().rescan);
  tree.write("src/b.js", "2");
  EXPECT_THAT(watching.synced_paths(), IsEmpty());

  tree.remove(".gitignore");
  EXPECT_TRUE(watching.next().rescan);
  EXPECT_EQ(watching.watcher->status().watched, 3u);
  tree.write("gen/a.js", "3");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("gen/a.js"));
}

TEST_F(WatcherTest, PackageJsonMakesDistBuildOutput) {
  tree.write("packages/a/dist/x.js", "1");
  Watching watching(tree);
  ASSERT_EQ(watching.first.sources.size(), 1u);
  tree.write("packages/a/package.json", "{}");
  const SettledChange change = watching.next();
  EXPECT_TRUE(change.rescan);
  EXPECT_THAT(change.paths, ElementsAre("packages/a/package.json"));
  tree.write("packages/a/package.json", "{ }");
  EXPECT_FALSE(watching.next().rescan) << "it was there before";
}

TEST_F(WatcherTest, RulesOfTheRepositoryAround) {
  git(tree.outer(), {"init", "-q"});
  tree.write("a.js", "1");
  Watching watching(tree);
  std::ofstream(tree.outer() / ".gitignore") << "a.js\n";
  EXPECT_TRUE(watching.next().rescan);
  std::ofstream(tree.outer() / ".git/info/exclude") << "b.js\n";
  EXPECT_TRUE(watching.next().rescan);
  tree.write("a.js", "2");
  tree.write("b.js", "2");
  EXPECT_THAT(watching.synced_paths(), IsEmpty());
}

// --- git ---

TEST_F(WatcherTest, R18_CheckoutIsOneChangeSet) {
  for (int i = 0; i < 300; ++i) tree.write("src/f" + std::to_string(i) + ".js", "one\n");
  tree.write("old/gone.js", "one\n");
  git(tree.root(), {"init", "-q"});
  git(tree.root(), {"add", "."});
  git(tree.root(), {"commit", "-q", "-m", "one"});
  git(tree.root(), {"checkout", "-q", "-b", "two"});
  Paths expected;
  for (int i = 0; i < 300; ++i) {
    const std::string path = "src/f" + std::to_string(i) + ".js";
    tree.write(path, "two\n");
    expected.push_back(path);
  }
  tree.remove("old");
  tree.write("new/deep/n.js", "two\n");
  git(tree.root(), {"add", "-A"});
  git(tree.root(), {"commit", "-q", "-m", "two"});

  WatchOptions options = patient();
  Watching watching(tree, options);
  for (const char* branch : {"main", "two", "main"}) {
    std::thread checkout([&] { git(tree.root(), {"checkout", "-q", branch}); });
    const SettledChange change = watching.next();
    checkout.join();
    EXPECT_THAT(change.paths, IsSupersetOf(expected)) << branch;
    EXPECT_THAT(change.paths, Contains(testing::StartsWith("new/"))) << branch;
    EXPECT_THAT(change.paths, Contains(testing::StartsWith("old/"))) << branch;
    EXPECT_THAT(watching.sync(), IsEmpty()) << "one change set, and nothing after it: " << branch;
  }
}

TEST_F(WatcherTest, RepositoryThatAppearsLaterIsKnown) {
  tree.write("a.js", "one\n");
  Watching watching(tree, patient());
  git(tree.root(), {"init", "-q"});
  static_cast<void>(watching.sync());
  static_cast<void>(watching.sync());
  std::ofstream(tree.at(".git/index.lock")) << "";
  tree.write("a.js", "two\n");
  watching.look();
  EXPECT_TRUE(watching.early.back().empty()) << "held by the lock";
  EXPECT_EQ(watching.watcher->pending(), 1u);
  fs::remove(tree.at(".git/index.lock"));
  EXPECT_THAT(watching.next().paths, ElementsAre("a.js"));
}

// --- Cookies and the state folder ---

TEST_F(WatcherTest, CookieBringsWhatHappenedBefore) {
  WatchOptions options = patient();
  Watching watching(tree, options);
  for (int i = 0; i < 100; ++i) {
    const std::string path = "d" + std::to_string(i % 7) + "/f" + std::to_string(i) + ".js";
    tree.write(path, "x");
    ASSERT_THAT(watching.synced_paths(), Contains(path));
  }
}

TEST_F(WatcherTest, CookiesFromManyThreads) {
  Watching watching(tree);
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> applied{0};
  std::set<std::string> seen;
  std::mutex mutex;
  std::thread loop([&] {
    while (!done) {
      const SettledChange change = watching.watcher->step(milliseconds(50));
      {
        const std::lock_guard lock(mutex);
        seen.insert(change.paths.begin(), change.paths.end());
      }
      applied = watching.watcher->cookies_seen();
    }
  });
  std::atomic<int> missing{0};
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string path = "t" + std::to_string(t) + "/f" + std::to_string(i) + ".js";
        tree.write(path, "x");
        const auto cookie = watching.watcher->cookie();
        if (!cookie) std::abort();
        while (applied < *cookie) std::this_thread::yield();
        const std::lock_guard lock(mutex);
        if (seen.count(path) == 0) ++missing;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  watching.watcher->wake();
  loop.join();
  EXPECT_EQ(missing, 0);
  EXPECT_EQ(seen.size(), 100u);
}

TEST_F(WatcherTest, R09_StateFolderThatIsDeletedIsReported) {
  tree.write("a.js", "1");
  tree.write(".deltagraph/deltagraph.db", "x");
  Watching watching(tree);
  tree.remove(".deltagraph");
  EXPECT_TRUE(watching.next().state_folder_gone);
  tree.write("a.js", "2");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("a.js"))
      << "sync is exact without the folder, too";
  tree.write(".deltagraph/deltagraph.db", "y");
  tree.write("a.js", "3");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("a.js"));
  fs::remove(tree.at(".deltagraph/deltagraph.db"));
  EXPECT_TRUE(watching.next().state_folder_gone) << "the new folder is watched";
  tree.write(".deltagraph/other", "y");
  tree.rename(".deltagraph/other", ".deltagraph/deltagraph.db");
  EXPECT_TRUE(watching.next().state_folder_gone) << "another file took its place";
}

TEST_F(WatcherTest, OldCookiesAreRemovedAtTheStart) {
  tree.write(".deltagraph/cookies/cookie-1-1", "");
  Watching watching(tree);
  EXPECT_TRUE(fs::is_empty(tree.state() / "cookies"));
  EXPECT_EQ(watching.watcher->cookies_seen(), 0u);
}

}  // namespace
}  // namespace dg::test
