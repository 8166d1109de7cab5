// The interpretation of events, with a clock that the test moves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/watch/settler.h"

namespace dg::test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Paths = std::vector<std::string>;

class SettlerTest : public testing::Test {
 protected:
  void after(int ms) { now += milliseconds(ms); }
  void note(std::string_view path, FileEvent event) { settler.note(path, event, now); }
  Paths take() { return settler.take(now).paths; }
  /// When the next change settles, in ms from now.
  int wait() {
    const auto at = settler.deadline();
    return at ? static_cast<int>(std::chrono::ceil<milliseconds>(*at - now).count()) : -1;
  }

  Settler::Time now{milliseconds(1'000'000)};
  Settler settler{{milliseconds(8), milliseconds(500), milliseconds(2000)}};
};

TEST_F(SettlerTest, NothingIsNothing) {
  EXPECT_TRUE(settler.take(now).empty());
  EXPECT_EQ(wait(), -1);
  EXPECT_EQ(settler.pending(), 0u);
}

TEST_F(SettlerTest, LeadingEdgeOfASave) {
  note("a.js", FileEvent::modified);
  EXPECT_THAT(take(), IsEmpty());
  note("a.js", FileEvent::written);
  EXPECT_EQ(wait(), 0);
  EXPECT_THAT(take(), ElementsAre("a.js"));
  EXPECT_EQ(settler.pending(), 0u);
}

TEST_F(SettlerTest, HurryTakesWhatItsWriterIsDoneWithAndNothingElse) {
  note("a.js", FileEvent::written);
  EXPECT_THAT(take(), ElementsAre("a.js"));
  after(1);
  note("b.js", FileEvent::written);
  note("new.js", FileEvent::created);
  note("new.js", FileEvent::written);
  note("open.js", FileEvent::modified);
  note("gone.js", FileEvent::removed);
  EXPECT_THAT(take(), IsEmpty());
  settler.hurry();
  EXPECT_THAT(take(), ElementsAre("b.js", "new.js"));
  EXPECT_THAT(take(), IsEmpty()) << "once";
  after(8);
  EXPECT_THAT(take(), ElementsAre("gone.js"));
  settler.note_git_lock(true, now);
  note("c.js", FileEvent::written);
  settler.hurry();
  EXPECT_THAT(take(), IsEmpty()) << "git is not finished";
}

TEST_F(SettlerTest, HoldsWhatFollowsAChangeThatWasTaken) {
  settler.note_folder_gone("lib", now);
  note("lib_/a.js", FileEvent::found);
  after(8);
  const SettledChange taken = settler.take(now);
  ASSERT_THAT(taken.paths, ElementsAre("lib/", "lib_/a.js"));
  EXPECT_FALSE(settler.holds_part_of(taken));
  note("other.js", FileEvent::modified);
  EXPECT_FALSE(settler.holds_part_of(taken));
  settler.note_folder_gone("lib_", now);
  EXPECT_TRUE(settler.holds_part_of(taken));
}

TEST_F(SettlerTest, LeadingEdgeOfARename) {
  note("a.js", FileEvent::arrived);
  EXPECT_THAT(take(), ElementsAre("a.js"));
}

TEST_F(SettlerTest, BurstAfterALeadingEdgeIsOneChange) {
  note("a.js", FileEvent::written);
  EXPECT_THAT(take(), ElementsAre("a.js"));
  for (const char* path : {"e.js", "d.js", "c.js", "b.js"}) {
    after(3);
    note(path, FileEvent::written);
    EXPECT_THAT(take(), IsEmpty());
  }
  EXPECT_EQ(wait(), 8);
  after(7);
  EXPECT_THAT(take(), IsEmpty());
  after(1);
  EXPECT_THAT(take(), ElementsAre("b.js", "c.js", "d.js", "e.js"));
}

TEST_F(SettlerTest, LeadingEdgeReturnsAfterAPause) {
  note("a.js", FileEvent::written);
  EXPECT_THAT(take(), ElementsAre("a.js"));
  after(8);
  note("b.js", FileEvent::written);
  EXPECT_THAT(take(), ElementsAre("b.js"));
}

TEST_F(SettlerTest, ConstantEventsHaveAnUpperBound) {
  int waited = 0;
  note("a.js", FileEvent::found);
  while (take().empty()) {
    after(5);
    waited += 5;
    note("b.js", FileEvent::written);
    ASSERT_LE(waited, 500);
  }
  EXPECT_EQ(waited, 500);
}

TEST_F(SettlerTest, BackupAndRename) {  // vim: a.js -> a.js~, a new a.js
  note("a.js", FileEvent::removed);
  EXPECT_THAT(take(), IsEmpty());
  after(1);
  note("a.js", FileEvent::created);
  after(1);
  note("a.js", FileEvent::modified);
  EXPECT_THAT(take(), IsEmpty());
  after(1);
  note("a.js", FileEvent::written);
  EXPECT_THAT(take(), ElementsAre("a.js"));
}

TEST_F(SettlerTest, SafeWriteThroughATemporaryNameIsOneChange) {
  note("tmp.js", FileEvent::created);
  note("tmp.js", FileEvent::written);
  EXPECT_THAT(take(), IsEmpty()) << "a new name waits";
  after(2);
  note("tmp.js", FileEvent::removed);
  note("a.js", FileEvent::arrived);
  EXPECT_THAT(take(), IsEmpty());
  after(8);
  EXPECT_THAT(take(), ElementsAre("a.js", "tmp.js"));
}

TEST_F(SettlerTest, EmptiedFileIsHeld) {
  note("a.js", FileEvent::emptied);
  EXPECT_THAT(take(), IsEmpty());
  after(7);
  EXPECT_THAT(take(), IsEmpty());
  note("a.js", FileEvent::written);
  EXPECT_THAT(take(), ElementsAre("a.js"));
  after(100);
  note("a.js", FileEvent::emptied);
  after(8);
  EXPECT_THAT(take(), ElementsAre("a.js")) << "it stayed empty";
}

TEST_F(SettlerTest, FileBeingWrittenWaitsForItsCloseAndHoldsNobodyElse) {
  note("slow.js", FileEvent::modified);
  note("b.js", FileEvent::written);
  after(8);
  EXPECT_THAT(take(), ElementsAre("b.js"));
  EXPECT_EQ(settler.pending(), 1u);
  after(100);
  EXPECT_THAT(take(), IsEmpty());
  note("slow.js", FileEvent::written);
  after(8);
  EXPECT_THAT(take(), ElementsAre("slow.js"));
}

TEST_F(SettlerTest, FileThatIsNeverClosedSettlesAtTheLimit) {
  note("log.js", FileEvent::modified);
  after(400);
  note("log.js", FileEvent::modified);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(wait(), 100);
  after(100);
  EXPECT_THAT(take(), ElementsAre("log.js"));
}

TEST_F(SettlerTest, RemovalSettlesAfterAPause) {
  note("a.js", FileEvent::removed);
  EXPECT_EQ(wait(), 8);
  after(8);
  EXPECT_THAT(take(), ElementsAre("a.js"));
}

TEST_F(SettlerTest, FolderThatWentIsNamedWithASlash) {
  settler.note_folder_gone("src", now);
  note("src/a.js", FileEvent::removed);
  after(8);
  EXPECT_THAT(take(), ElementsAre("src/", "src/a.js"));
}

TEST_F(SettlerTest, GitLockHoldsEverything) {
  settler.note_git_lock(true, now);
  note("a.js", FileEvent::written);
  EXPECT_THAT(take(), IsEmpty());
  for (int i = 0; i < 15; ++i) {
    after(100);
    note("b" + std::to_string(i % 2) + ".js", FileEvent::written);
    EXPECT_THAT(take(), IsEmpty());
  }
  settler.note_git_lock(false, now);
  after(7);
  settler.note_git_activity(now);  // HEAD moves a little later.
  EXPECT_THAT(take(), IsEmpty());
  after(8);
  EXPECT_THAT(take(), ElementsAre("a.js", "b0.js", "b1.js"));
}

TEST_F(SettlerTest, ForgottenGitLockHoldsOnlyForAWhile) {
  settler.note_git_lock(true, now);
  after(1000);
  note("a.js", FileEvent::written);
  EXPECT_EQ(wait(), 1000);
  after(999);
  EXPECT_THAT(take(), IsEmpty());
  after(1);
  EXPECT_THAT(take(), ElementsAre("a.js"));
  after(5000);
  note("b.js", FileEvent::written);
  EXPECT_EQ(wait(), 0) << "an old lock is no reason to wait again";
  EXPECT_THAT(take(), ElementsAre("b.js"));
}

TEST_F(SettlerTest, FlushOverridesEveryWait) {
  settler.note_git_lock(true, now);
  note("a.js", FileEvent::modified);
  note("b.js", FileEvent::emptied);
  settler.note_rescan(now);
  settler.flush();
  const SettledChange change = settler.take(now);
  EXPECT_THAT(change.paths, ElementsAre("a.js", "b.js"));
  EXPECT_TRUE(change.rescan);
  EXPECT_EQ(settler.pending(), 0u);
  note("c.js", FileEvent::emptied);
  EXPECT_THAT(take(), IsEmpty()) << "a flush is over with the change it gave";
}

TEST_F(SettlerTest, RepeatedRescansBackOff) {
  const auto rescan_wait = [&] {
    settler.note_rescan(now);
    const int waited = wait();
    after(waited);
    EXPECT_TRUE(settler.take(now).rescan);
    return waited;
  };
  EXPECT_EQ(rescan_wait(), 8);
  EXPECT_EQ(rescan_wait(), 8);
  EXPECT_EQ(rescan_wait(), 8);
  EXPECT_EQ(rescan_wait(), 100);
  EXPECT_EQ(rescan_wait(), 200);
  EXPECT_EQ(rescan_wait(), 400);
  after(11'000);
  EXPECT_EQ(rescan_wait(), 8);
}

TEST_F(SettlerTest, RescanThatWaitsDoesNotHoldSaves) {
  for (int i = 0; i < 3; ++i) {
    settler.note_rescan(now);
    after(8);
    EXPECT_TRUE(settler.take(now).rescan);
  }
  settler.note_rescan(now);
  note("a.js", FileEvent::written);
  after(8);
  const SettledChange saved = settler.take(now);
  EXPECT_THAT(saved.paths, ElementsAre("a.js"));
  EXPECT_FALSE(saved.rescan);
  after(92);
  EXPECT_TRUE(settler.take(now).rescan);
}

TEST_F(SettlerTest, StateFolderIsReported) {
  settler.note_state_folder_gone(now);
  after(8);
  EXPECT_TRUE(settler.take(now).state_folder_gone);
  EXPECT_FALSE(settler.take(now).state_folder_gone);
}

TEST_F(SettlerTest, FirstEventIsThatOfTheBatch) {
  const auto begin = now;
  note("a.js", FileEvent::removed);
  after(5);
  note("b.js", FileEvent::written);
  after(8);
  EXPECT_EQ(settler.take(now).first_event, begin);
}

TEST_F(SettlerTest, DeadlineIsWhenSomethingSettles) {
  // Whatever the order of events: waiting until deadline() again and again takes everything.
  const FileEvent events[] = {FileEvent::created, FileEvent::modified, FileEvent::written,
                              FileEvent::emptied, FileEvent::arrived,  FileEvent::found,
                              FileEvent::removed};
  std::uint32_t random = 1;
  const auto next = [&] { return (random = random * 1664525u + 1013904223u) >> 16; };
  for (int round = 0; round < 500; ++round) {
    for (std::uint32_t i = next() % 6; i > 0; --i) {
      note(std::string(1, static_cast<char>('a' + next() % 3)), events[next() % std::size(events)]);
      if (next() % 5 == 0) settler.note_git_lock(next() % 2 == 0, now);
      if (next() % 9 == 0) settler.note_rescan(now);
      after(static_cast<int>(next() % 12));
      if (next() % 2 == 0) take();
    }
    int steps = 0;
    while (!settler.empty()) {
      ASSERT_LT(++steps, 20) << "round " << round;
      const auto at = settler.deadline();
      ASSERT_TRUE(at.has_value());
      now = std::max(now, *at);
      const std::size_t before = settler.pending();
      settler.take(now);
      ASSERT_LT(settler.pending(), before)
          << "the deadline came and nothing settled, round " << round;
    }
  }
}

}  // namespace
}  // namespace dg::test
