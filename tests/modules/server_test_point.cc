// Points in time: what is read, what is refused and why, and which commit of a real log is meant.

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "daemon/pipeline.h"
#include "daemon/requests/point.h"
#include "storage/clock.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kNow = 1'795'262'400'000;  // 2026-11-21T12:00:00Z, a Saturday.

/// A local zone with summer time, whatever the machine has.
class Points : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* zone = std::getenv("TZ")) before_ = zone;
    set("CET-1CEST,M3.5.0,M10.5.0/3");
  }
  void TearDown() override {
    if (before_.empty()) {
      ::unsetenv("TZ");
      ::tzset();
    } else {
      set(before_.c_str());
    }
  }

 private:
  static void set(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  std::string before_;
};

std::string meaning(std::string_view text) {
  const Result<Point> point = parse_point(text, kNow);
  if (!point) return "refused: " + point.error().reason;
  if (const auto* sequence = std::get_if<Sequence>(&point->meaning)) {
    return "#" + std::to_string(raw(*sequence));
  }
  if (const auto* instant = std::get_if<Instant>(&point->meaning)) {
    return utc_text(instant->ms) + "." + std::to_string(instant->ms % 1000);
  }
  return "revision " + std::get<Revision>(point->meaning).name;
}

TEST_F(Points, SequencesAreDigits) {
  EXPECT_EQ(meaning("12"), "#12");
  EXPECT_EQ(meaning("#12"), "#12");
  EXPECT_EQ(meaning(" 0 "), "#0");
  EXPECT_EQ(meaning("20261121"), "#20261121");
  EXPECT_EQ(meaning("#"), "refused: '#' is not followed by a number");
  EXPECT_EQ(meaning("#1x"), "refused: '#' is not followed by a number");
  EXPECT_EQ(meaning("99999999999999999999"), "refused: is too large for a sequence");
}

TEST_F(Points, TimesAreLocalUnlessTheySayOtherwise) {
  EXPECT_EQ(meaning("2026-11-21T12:00Z"), "2026-11-21T12:00:00Z.0");
  EXPECT_EQ(meaning("2026-11-21T12:00"), "2026-11-21T11:00:00Z.0");
  EXPECT_EQ(meaning("2026-07-21 12:00:05"), "2026-07-21T10:00:05Z.0");
  EXPECT_EQ(meaning("2026-11-21T12:00:05.25+05:30"), "2026-11-21T06:30:05Z.250");
  EXPECT_EQ(meaning("2026-11-21T00:30:00.1234-0100"), "2026-11-21T01:30:00Z.123");
  EXPECT_EQ(meaning("2026-11-21"), "2026-11-20T23:00:00Z.0");
  EXPECT_EQ(meaning("2024-02-29"), "2024-02-28T23:00:00Z.0");
}

TEST_F(Points, DaysAndAgesCountFromNow) {
  EXPECT_EQ(meaning("now"), "2026-11-21T12:00:00Z.0");
  EXPECT_EQ(meaning("today"), "2026-11-20T23:00:00Z.0");
  EXPECT_EQ(meaning("Yesterday"), "2026-11-19T23:00:00Z.0");
  EXPECT_EQ(meaning("2h ago"), "2026-11-21T10:00:00Z.0");
  EXPECT_EQ(meaning("30m"), "2026-11-21T11:30:00Z.0");
  EXPECT_EQ(meaning("1h30m"), "2026-11-21T10:30:00Z.0");
  EXPECT_EQ(meaning("3 days ago"), "2026-11-18T12:00:00Z.0");
  EXPECT_EQ(meaning("1 week"), "2026-11-14T12:00:00Z.0");
}

TEST_F(Points, WhatGitMayKnowIsLeftToGit) {
  EXPECT_EQ(meaning("main"), "revision main");
  EXPECT_EQ(meaning("HEAD~3"), "revision HEAD~3");
  EXPECT_EQ(meaning("origin/release-2.0"), "revision origin/release-2.0");
  EXPECT_EQ(meaning("9f8e7d6"), "revision 9f8e7d6");
  EXPECT_EQ(meaning("a..b"), "refused: is no point in time");
  EXPECT_EQ(meaning("-main"), "refused: is no point in time");
}

TEST_F(Points, WhatMeansTwoThingsOrNoneIsRefused) {
  EXPECT_EQ(meaning(""), "refused: names no point in time");
  EXPECT_EQ(meaning("three hours ago"), "refused: is no point in time");
  EXPECT_EQ(meaning("2026-02-29"), "refused: is no day of the calendar");
  EXPECT_EQ(meaning("2026-13-01"), "refused: is no day of the calendar");
  EXPECT_EQ(meaning("2026-11-21T24:00"), "refused: is no time of day");
  EXPECT_EQ(meaning("2026-11-21T12"), "refused: begins as a day and goes on as no time of day");
  EXPECT_EQ(meaning("2026-11-21T12:00 CET"), "refused: ends with no time zone");
  EXPECT_EQ(meaning("2026-10-25T02:30"),
            "refused: is shown twice by the clock of the local time zone");
  EXPECT_EQ(meaning("2026-03-29T02:30"), "refused: is skipped by the clock of the local time zone");
  EXPECT_EQ(meaning("2026-10-25T02:30+02:00"), "2026-10-25T00:30:00Z.0");
  EXPECT_EQ(meaning("1234d"), "refused: may be an age in days or the id of a commit");
  EXPECT_EQ(meaning("1234 days ago"), "2023-07-06T12:00:00Z.0");
}

TEST(PointsOfALog, ATimeMeansTheLastCommitUpToIt) {
  const TempProject project;
  PipelineOptions options;
  options.root = project.root();
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  ASSERT_TRUE(pipeline);
  Result<std::unique_ptr<Reader>> reader = (*pipeline)->reader();
  ASSERT_TRUE(reader);
  History& history = (*reader)->history();
  std::vector<std::string> notes;
  const Result<Sequence> nothing = sequence_at("now", history, notes);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().cure, "There is no commit yet.");

  for (int i = 0; i < 3; ++i) {
    project.write("a.js", "function f" + std::to_string(i) + "() {}\n");
    SettledChange change;
    change.paths = {"a.js"};
    ASSERT_TRUE((*pipeline)->apply(change));
  }
  const auto all = history.transactions(Sequence{1}, Sequence{9}, false, 10);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3u);
  const std::int64_t first_ms = all->front().committed_ms;
  const std::int64_t last_ms = all->back().committed_ms;

  const auto at = [&](Point point) -> std::string {
    const Result<Sequence> found = sequence_at(point, history, notes);
    return found ? std::to_string(raw(*found)) : found.error().reason;
  };
  EXPECT_EQ(at({"", Instant{last_ms}, {}}), "3");
  EXPECT_EQ(at({"", Instant{last_ms + kHour}, {}}), "3");
  EXPECT_EQ(at({"", Instant{first_ms - 1}, {}}), "lies before the first commit that is known");
  EXPECT_EQ(at({"", Sequence{2}, {}}), "2");
  EXPECT_EQ(at({"", Sequence{0}, {}}), "0");
  EXPECT_EQ(at({"", Sequence{4}, {}}), "lies beyond the last commit");
  EXPECT_EQ(at({"main", Revision{"main"}, {}}), "is no sequence and no time");

  const auto newest = history.transactions(Sequence{1}, Sequence{3}, true, 2);
  ASSERT_TRUE(newest);
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ(raw(newest->front().sequence), 3u);
  const auto changed = history.files_changed(Sequence{1}, Sequence{3});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->size(), 1u);
  const auto none = history.files_changed(Sequence{3}, Sequence{3});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

/// Commits at these times, by a clock that is set meanwhile; and what a time means afterwards.
class AClockThatIsSet : public testing::Test {
 protected:
  void commits_at(const std::vector<std::int64_t>& times) {
    PipelineOptions options;
    options.root = project_.root();
    options.clock = [this] { return now_; };
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
    ASSERT_TRUE(pipeline);
    for (const std::int64_t time : times) {
      now_ = time;
      project_.write("a.js", "function f" + std::to_string(time) + "() {}\n");
      SettledChange change;
      change.paths = {"a.js"};
      const Result<Outcome> outcome = (*pipeline)->apply(change);
      ASSERT_TRUE(outcome) << outcome.error().message();
      EXPECT_EQ((*pipeline)->published().committed_ms, time);
    }
    reader_ = *(*pipeline)->reader();
    const auto all = reader_->history().transactions(Sequence{1}, Sequence{99}, false, 99);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), times.size());
    std::string id;
    for (std::size_t i = 0; i < times.size(); ++i) {
      EXPECT_EQ((*all)[i].committed_ms, times[i]) << "the time is told as it was";
      EXPECT_EQ((*all)[i].started_ms, times[i]);
      EXPECT_LT(id, (*all)[i].id) << "ids rise";
      id = (*all)[i].id;
    }
  }
  /// The sequence, with `!` where a note says that the clock was set back.
  std::string at(std::int64_t ms) {
    std::vector<std::string> notes;
    const Result<Sequence> found =
        sequence_at(Point{"T", Instant{ms}, {}}, reader_->history(), notes);
    return (found ? std::to_string(raw(*found)) : found.error().reason) +
           (notes.empty() ? "" : "!");
  }

  TempProject project_;
  std::int64_t now_ = 0;
  std::unique_ptr<Reader> reader_;
};

TEST_F(AClockThatIsSet, ForwardAndBackDoesNotHoldUpTheTimesThatFollow) {
  commits_at({1000, 2000, 9'000'000'000'000, 3000, 4000});
  EXPECT_EQ(at(999), "lies before the first commit that is known");
  EXPECT_EQ(at(2000), "2");
  EXPECT_EQ(at(2999), "2");
  EXPECT_EQ(at(3000), "4") << "the third was made before the fourth, by a clock that was wrong";
  EXPECT_EQ(at(3999), "4");
  EXPECT_EQ(at(4000), "5");
  EXPECT_EQ(at(unix_ms() + kHour), "5") << "no time is later than the last commit";
}

TEST_F(AClockThatIsSet, AnHourAheadIsSaidWithinThatHourAlone) {
  commits_at({1000, 2000, 9000, 3000, 4000, 10'000});
  EXPECT_EQ(at(2500), "2");
  EXPECT_EQ(at(3500), "4!") << "nobody knows that it was the third whose clock was wrong";
  EXPECT_EQ(at(8999), "5!");
  EXPECT_EQ(at(9000), "5");
  EXPECT_EQ(at(10'000), "6");
}

TEST_F(AClockThatIsSet, BackAndForwardIsSaidWhereItMatters) {
  commits_at({5000, 6000, 100, 7000});
  EXPECT_EQ(at(99), "lies before the first commit that is known");
  EXPECT_EQ(at(100), "3!");
  EXPECT_EQ(at(5500), "3!") << "the third has a time before this, and the second came before it";
  EXPECT_EQ(at(6000), "3");
  EXPECT_EQ(at(7000), "4");
}

TEST_F(Points, ACommitOfANamedDatabase) {
  const std::string replica = "0192f3c4-aaaa-7bbb-8ccc-0123456789ab";
  const Result<Point> point = parse_point("12@" + replica, 0);
  ASSERT_TRUE(point) << point.error().message();
  EXPECT_EQ(std::get<Sequence>(point->meaning), Sequence{12});
  EXPECT_EQ(point->replica, replica);
  EXPECT_TRUE(parse_point("12", 0)->replica.empty());
  // A branch may be called so; and a name alone is no point.
  for (const std::string& text : {"main@" + replica, replica, "12@" + replica.substr(1)}) {
    const Result<Point> other = parse_point(text, 0);
    EXPECT_TRUE(!other || std::holds_alternative<Revision>(other->meaning)) << text;
  }
}

}  // namespace
}  // namespace dg
