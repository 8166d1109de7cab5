// What lies between the watch thread and the writer: merging, waiting, telling.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "daemon/mailbox.h"

namespace dg {
namespace {

using std::chrono::milliseconds;

SettledChange change(std::vector<std::string> paths, bool rescan = false) {
  SettledChange settled;
  settled.paths = std::move(paths);
  settled.rescan = rescan;
  settled.first_event = Mailbox::Clock::now();
  return settled;
}

/// What a waiter was told: nothing yet, "ok" or the reason.
struct Told {
  std::optional<std::string> what;
  Mailbox::Then then() {
    return [this](const Result<>& outcome) { what = outcome ? "ok" : outcome.error().reason; };
  }
};

TEST(Mailbox, MergesWhatArrivesWhileTheWriterWorks) {
  Mailbox mailbox;
  mailbox.put(change({"b.js", "c.js"}), 0);
  mailbox.put(change({"a.js", "b.js"}), 0);
  EXPECT_EQ(mailbox.pending(), 3u);
  const Mailbox::Batch batch = mailbox.take(milliseconds(0));
  EXPECT_EQ(batch.change.paths, (std::vector<std::string>{"a.js", "b.js", "c.js"}));
  EXPECT_FALSE(batch.change.rescan);
  EXPECT_EQ(mailbox.pending(), 3u) << "in flight until it is visible";
  mailbox.done(batch);
  EXPECT_EQ(mailbox.pending(), 0u);
}

TEST(Mailbox, WhatIsQueuedJoinsTheBatchUnderWay) {
  Mailbox mailbox;
  Told told;
  mailbox.put(change({"a.js"}), 0);
  Mailbox::Batch batch = mailbox.take(milliseconds(0));
  EXPECT_TRUE(mailbox.join(batch, {}).empty());
  mailbox.wait_for_cookie(1, told.then());
  mailbox.put(change({"b.js"}), 1);
  EXPECT_EQ(mailbox.join(batch, {}).paths, std::vector<std::string>{"b.js"});
  EXPECT_EQ(batch.change.paths, (std::vector<std::string>{"a.js", "b.js"}));
  EXPECT_EQ(mailbox.pending(), 2u);
  mailbox.put(change({}, true), 1);
  EXPECT_TRUE(mailbox.join(batch, {}).empty()) << "a look at everything is a change of its own";
  mailbox.done(batch);
  EXPECT_EQ(told.what, "ok") << "what joined is visible too";
  EXPECT_TRUE(mailbox.take(milliseconds(0)).change.rescan);
}

TEST(Mailbox, ACookieIsMetWhenItsBatchIsVisible) {
  Mailbox mailbox;
  Told told;
  mailbox.wait_for_cookie(2, told.then());
  mailbox.put(change({"a.js"}), 1);
  Mailbox::Batch batch = mailbox.take(milliseconds(0));
  mailbox.done(batch);
  EXPECT_EQ(told.what, std::nullopt);
  mailbox.put({}, 2);
  batch = mailbox.take(milliseconds(0));
  EXPECT_EQ(told.what, std::nullopt) << "taken, but not visible yet";
  mailbox.done(batch);
  EXPECT_EQ(told.what, "ok");
}

TEST(Mailbox, ACookieThatHasPassedIsMetByTheNextLook) {
  Mailbox mailbox;
  mailbox.put({}, 5);
  mailbox.done(mailbox.take(milliseconds(0)));
  Told told;
  mailbox.wait_for_cookie(5, told.then());
  mailbox.done(mailbox.take(milliseconds(0)));
  EXPECT_EQ(told.what, "ok");
}

TEST(Mailbox, ARescanIsMetOnlyByOneThatBeganLater) {
  Mailbox mailbox;
  mailbox.put(change({}, true), 0);
  const Mailbox::Batch earlier = mailbox.take(milliseconds(0));
  Told told;
  mailbox.wait_for_rescan(told.then());
  mailbox.done(earlier);
  EXPECT_EQ(told.what, std::nullopt);
  const Mailbox::Batch later = mailbox.take(milliseconds(0));
  EXPECT_TRUE(later.change.rescan);
  mailbox.done(later);
  EXPECT_EQ(told.what, "ok");
}

TEST(Mailbox, AFailedCommitIsSaid) {
  Mailbox mailbox;
  Told told;
  mailbox.wait_for_cookie(1, told.then());
  mailbox.put(change({"a.js"}), 1);
  mailbox.failed(mailbox.take(milliseconds(0)),
                 Error{ErrorKind::disk_full, "db", "the disk is full", "", {}});
  EXPECT_EQ(told.what, "the disk is full");
}

TEST(Mailbox, NobodyWaitsForEver) {
  Mailbox mailbox;
  Told late, stopped;
  mailbox.wait_for_cookie(9, late.then());
  mailbox.expire(milliseconds(-1));
  ASSERT_TRUE(late.what);
  EXPECT_NE(*late.what, "ok");
  mailbox.wait_for_cookie(9, stopped.then());
  mailbox.stop();
  EXPECT_EQ(stopped.what, "the service is stopping");
  EXPECT_TRUE(mailbox.stopped());
  EXPECT_TRUE(mailbox.take(milliseconds(60'000)).change.empty()) << "returns at once";
}

/// The watch thread's side of overtaken(), with what has not settled yet.
struct Look {
  Mailbox& mailbox;
  SettledChange arriving;
  bool unsettled = false;
  int looks = 0;
  void operator()() {
    ++looks;
    const auto asked = mailbox.asked();
    ASSERT_TRUE(asked);
    mailbox.put(std::move(arriving), 0);
    arriving = {};
    mailbox.answer(unsettled);
  }
};

TEST(Mailbox, AChangeIsOvertakenByALaterOneOfItsPaths) {
  Mailbox mailbox;
  const SettledChange read = change({"lib/", "lib_/a.js", "lib_/b.js"});
  Look look{mailbox, {}};
  EXPECT_FALSE(mailbox.overtaken(read, std::ref(look)));
  look.arriving = change({"other/a.js"});
  EXPECT_FALSE(mailbox.overtaken(read, std::ref(look))) << "of no concern";
  look.unsettled = true;
  EXPECT_TRUE(mailbox.overtaken(read, std::ref(look)));
  look.unsettled = false;
  look.arriving = change({"lib_/"});
  EXPECT_TRUE(mailbox.overtaken(read, std::ref(look)));
  EXPECT_EQ(look.looks, 4);
  EXPECT_FALSE(mailbox.asked());
}

TEST(Mailbox, WhatConcernsAChange) {
  const SettledChange read = change({"a.js", "lib/", "lib_/b.js"});
  for (const char* path : {"a.js", "lib/", "lib/x/y.js", "lib/x/", "lib_/b.js", "lib_/"})
    EXPECT_TRUE(concerns(read, path)) << path;
  for (const char* path :
       {"b.js", "a.js/", "lib_/a.js", "lib__/", "x/a.js", "lib_/b.js/", "x/lib/"})
    EXPECT_FALSE(concerns(read, path)) << path;
  EXPECT_TRUE(concerns(change({}, true), "any.js"));
}

TEST(Mailbox, AStoppedOneOvertakesNothing) {
  Mailbox mailbox;
  EXPECT_FALSE(mailbox.overtaken(change({"a.js", "b.js"}), [&] { mailbox.stop(); }));
  EXPECT_FALSE(mailbox.overtaken(change({"a.js", "b.js"}), [] {}));
}

}  // namespace
}  // namespace dg
