// The Watcher where the kernel's limits are reached: overflow, no watches left, no instances left,
// and folders that are polled from the start.

#include <sched.h>
#include <sys/inotify.h>

#include "daemon/watch/descriptor.h"
#include "tests/modules/watch_test_kernel_support.h"

namespace dg::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

WatchOptions quick_polls() {
  WatchOptions options;
  options.poll_interval = milliseconds(5);
  return options;
}

class WatcherLimits : public testing::Test {
 protected:
  TempTree tree;
};

TEST_F(WatcherLimits, R11_OverflowGivesOneRescanAndNothingIsLost) {
  tree.write("src/a.js", "1");
  Watching watching(tree);
  std::ifstream limit_file("/proc/sys/fs/inotify/max_queued_events");
  int limit = 16384;
  limit_file >> limit;
  // Nobody reads meanwhile. Each name gives at least two events.
  for (int i = 0; i < limit / 2 + 100; ++i) {
    const int fd =
        ::open(tree.at("src/f" + std::to_string(i) + ".js").c_str(), O_CREAT | O_WRONLY, 0600);
    ASSERT_GE(fd, 0);
    ::close(fd);
  }
  tree.write("late/deep/b.js", "1");  // Its events are lost: the queue is full.
  tree.write(".gitignore", "skipped.js\n");
  const std::vector<SettledChange> changes = watching.sync();
  ASSERT_THAT(changes, Not(IsEmpty()));
  EXPECT_EQ(std::count_if(changes.begin(), changes.end(), [](const auto& c) { return c.rescan; }),
            1);
  EXPECT_TRUE(changes.back().rescan);
  EXPECT_EQ(watching.watcher->status().overflows, 1u);
  EXPECT_EQ(watching.watcher->status().watched, 4u);

  tree.write("late/deep/b.js", "2");
  tree.write("late/skipped.js", "2");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("late/deep/b.js"))
      << "watched, by the rules of now";
  EXPECT_EQ(watching.watcher->status().overflows, 1u);
}

TEST_F(WatcherLimits, R19_PollingSeesEverything) {
  tree.write("src/a.js", "1");
  tree.write("src/b.js", "1");
  tree.write("old/c.js", "1");
  WatchOptions options = quick_polls();
  options.poll_only = true;
  Watching watching(tree, options);
  const WatchStatus status = watching.watcher->status();
  EXPECT_EQ(status.watched, 0u);
  EXPECT_THAT(status.polled, ElementsAre("", "old", "src"));
  EXPECT_THAT(status.reason, HasSubstr("polling"));

  tree.write("src/a.js", "22");
  EXPECT_THAT(watching.next().paths, ElementsAre("src/a.js"));
  tree.remove("src/b.js");
  tree.remove("old");
  tree.write("new/deep/d.js", "1");
  EXPECT_THAT(watching.synced_paths(), IsSupersetOf({"new/deep/d.js", "old/", "src/b.js"}));
  EXPECT_THAT(watching.watcher->status().polled, ElementsAre("", "new", "new/deep", "src"));
  tree.write("new/deep/d.js", "333");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("new/deep/d.js"));
  tree.write(".gitignore", "new/\n");
  const std::vector<SettledChange> ruled = watching.sync();
  ASSERT_THAT(ruled, SizeIs(1));
  EXPECT_TRUE(ruled[0].rescan);
  EXPECT_THAT(watching.watcher->status().polled, ElementsAre("", "src"));
}

TEST_F(WatcherLimits, PollingSeesReplacementOfTheSameSizeAndTime) {
  tree.write("a.js", "1");
  WatchOptions options = quick_polls();
  options.poll_only = true;
  Watching watching(tree, options);
  const auto time = fs::last_write_time(tree.at("a.js"));
  tree.write("a.tmp", "2");
  fs::last_write_time(tree.at("a.tmp"), time);
  tree.rename("a.tmp", "a.js");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("a.js"));
}

/// A user namespace of our own, where inotify's limits can be set for us alone. False where the
/// system does not allow it.
bool enter_user_namespace() {
  const std::string uid = std::to_string(::getuid()), gid = std::to_string(::getgid());
  if (::unshare(CLONE_NEWUSER) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " + uid + " 1";
  std::ofstream("/proc/self/gid_map") << "0 " + gid + " 1";
  return true;
}

bool set_limit(const char* name, int value) {
  std::ofstream file(std::string("/proc/sys/user/") + name);
  file << value << std::flush;
  return file.good();
}

/// Takes every inotify instance that is left, for systems without user namespaces.
std::vector<Descriptor> take_all_instances() {
  std::vector<Descriptor> taken;
  for (;;) {
    Descriptor one(::inotify_init1(IN_CLOEXEC));
    if (!one) return taken;
    taken.push_back(std::move(one));
  }
}

/// What must hold while there are too few watches or none, and after there are enough again.
void expect_degraded_then_recovered(const TempTree& tree, const char* limit_name,
                                    const std::function<void()>& free_the_limit) {
  Watching watching(tree, quick_polls());
  const WatchStatus degraded = watching.watcher->status();
  EXPECT_GT(degraded.polled.size(), 20u);
  EXPECT_EQ(degraded.polled.size() + degraded.watched, 51u) << "each folder is one or the other";
  EXPECT_THAT(degraded.reason, HasSubstr(limit_name));
  EXPECT_THAT(degraded.reason, HasSubstr("sudo sysctl"));
  for (int i = 0; i < 50; i += 7) {
    const std::string path = "d" + std::to_string(i) + "/a.js";
    tree.write(path, std::string(static_cast<std::size_t>(i) + 2, 'x'));
    EXPECT_THAT(watching.synced_paths(), ElementsAre(path));
  }
  tree.write("d49/new/b.js", "1");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("d49/new/b.js"));
  tree.write("d49/a.js", "no cookie needed");
  EXPECT_THAT(watching.next().paths, ElementsAre("d49/a.js"));

  free_the_limit();
  for (int i = 0; i < 1000 && !watching.watcher->status().polled.empty(); ++i) {
    EXPECT_THAT(watching.watcher->step(milliseconds(10)).paths, IsEmpty());
  }
  EXPECT_EQ(watching.watcher->status().watched, 52u) << "back by itself";
  EXPECT_THAT(watching.watcher->status().reason, IsEmpty());
  tree.write("d48/a.js", "back");
  EXPECT_THAT(watching.synced_paths(), ElementsAre("d48/a.js"));
}

/// Without user namespaces both tests exhaust the instances, which needs no privilege; neither is
/// ever skipped.
int without_namespaces(const TempTree& tree) {
  std::vector<Descriptor> taken = take_all_instances();
  expect_degraded_then_recovered(tree, "max_user_instances", [&] { taken.clear(); });
  return testing::Test::HasFailure() ? 1 : 0;
}

TEST_F(WatcherLimits, R12_FoldersWithoutAWatchArePolledUntilThereAreWatchesAgain) {
  for (int i = 0; i < 50; ++i) tree.write("d" + std::to_string(i) + "/a.js", "1");
  EXPECT_EQ(in_child([&] {
              if (!enter_user_namespace() || !set_limit("max_inotify_watches", 12)) {
                return without_namespaces(tree);
              }
              expect_degraded_then_recovered(tree, "max_user_watches", [] {
                EXPECT_TRUE(set_limit("max_inotify_watches", 1000));
              });
              return HasFailure() ? 1 : 0;
            }),
            0);
}

TEST_F(WatcherLimits, R12_EverythingIsPolledUntilThereIsAnInstanceAgain) {
  for (int i = 0; i < 50; ++i) tree.write("d" + std::to_string(i) + "/a.js", "1");
  EXPECT_EQ(in_child([&] {
              if (!enter_user_namespace() || !set_limit("max_inotify_instances", 1)) {
                return without_namespaces(tree);
              }
              Descriptor only(::inotify_init1(IN_CLOEXEC));
              EXPECT_TRUE(only);
              expect_degraded_then_recovered(tree, "max_user_instances", [&] { only.reset(); });
              return HasFailure() ? 1 : 0;
            }),
            0);
}

}  // namespace
}  // namespace dg::test
