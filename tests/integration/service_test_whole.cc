// Invariant 5: a change set that is overtaken by the next one while it is read is not committed as
// a half of each.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "daemon/watch/crawl.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr int kFiles = 120;
constexpr std::chrono::milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

std::string name_of(const std::string& folder, int i) {
  return folder + "/d" + std::to_string(i % 7) + "/f" + std::to_string(i) + ".js";
}

std::size_t files_below(const Snapshot& snapshot, const std::string& folder) {
  const std::vector<FileVersionPtr> files = snapshot.files();
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(),
                    [&](const FileVersionPtr& file) { return file->path.starts_with(folder); }));
}

/// Long enough that reading them takes a while.
std::string source(int i) {
  std::string text;
  for (int line = 0; line < 60; ++line) {
    text += "export function f" + std::to_string(i) + "_" + std::to_string(line) +
            "(a) { return a.map((b) => b + " + std::to_string(i) + "); }\n";
  }
  return text;
}

/// Code that is cut out of one file and pasted into another, each saved by itself: the second save
/// arrives while the first is read.
class TwoSaves : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("a.js", kMoved + "export function stays() {}\n");
    project_.write("b.js", "export function other() {}\n");
    PipelineOptions options;
    options.root = project_.root();
    options.arrived = [this] {
      ++asked_;
      return std::exchange(arriving_, {});
    };
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    pipeline_ = std::move(*pipeline);
    SettledChange all;
    all.rescan = true;
    ASSERT_TRUE(pipeline_->apply(all));
    asked_ = 0;
  }
  Outcome saved(const std::string& first, const std::string& then) {
    SettledChange change;
    change.paths = {first};
    if (!then.empty()) arriving_.paths = {then};
    Result<Outcome> outcome = pipeline_->apply(change);
    EXPECT_TRUE(outcome);
    return outcome ? std::move(*outcome) : Outcome{};
  }
  void expect_one_move(const std::string& first, const std::string& then) {
    project_.write("a.js", "export function stays() {}\n");
    project_.write("b.js", "export function other() {}\n" + kMoved);
    const Outcome outcome = saved(first, then);
    EXPECT_EQ(raw(outcome.sequence), 2u) << "one commit";
    const DeltaCounts counts = count(outcome.delta);
    EXPECT_EQ(counts.moved, 1u);
    EXPECT_EQ(counts.created + counts.deleted, 0u);
  }

  const std::string kMoved =
      "export function moved(order, bank) {\n  const sum = order.total + order.fee;\n"
      "  return bank.take(sum, order.currency);\n}\n";
  TempProject project_;
  SettledChange arriving_;
  int asked_ = 0;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(TwoSaves, ASourceThenItsTargetAreAMove) {
  expect_one_move("a.js", "b.js");
}

TEST_F(TwoSaves, ATargetThenItsSourceAreAMove) {
  expect_one_move("b.js", "a.js");
}

TEST_F(TwoSaves, NobodyIsAskedWhereNoAtomComesOrGoes) {
  project_.write("b.js", "export function other() { return 1; }\n");
  EXPECT_EQ(saved("b.js", "").work.parsed, 1u);
  EXPECT_EQ(asked_, 0);
}

TEST_F(TwoSaves, SomebodyWhoSavesAllTheTimeHoldsNobodyUp) {
  PipelineOptions options;
  options.root = project_.root();
  int asked = 0;
  options.arrived = [&asked] {
    ++asked;
    SettledChange more;
    more.paths = {"b.js"};
    return more;
  };
  pipeline_.reset();
  const Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  ASSERT_TRUE(pipeline);
  project_.write("a.js", "export function stays() {}\n");
  SettledChange change;
  change.paths = {"a.js"};
  const Result<Outcome> outcome = (*pipeline)->apply(change);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(count(outcome->delta).deleted, 1u);
  EXPECT_EQ(asked, 3);
}

TEST(Invariant5, AChangeThatIsOvertakenIsPutOffAndThenWhole) {
  const TempProject project;
  for (int i = 0; i < kFiles; ++i) project.write(name_of("lib", i), source(i));
  bool overtaken = false;
  int asked = 0;
  PipelineOptions options;
  options.root = project.root();
  options.overtaken = [&](const SettledChange&) {
    ++asked;
    return overtaken;
  };
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  SettledChange all;
  all.rescan = true;
  ASSERT_TRUE((*pipeline)->apply(all));

  // As it is read when the folder comes back after half of its files were read.
  for (int i = 0; i < kFiles / 2; ++i) project.rename(name_of("lib", i), name_of("lib_", i));
  SettledChange away;
  away.paths = {"lib/", "lib_/"};
  overtaken = true;
  asked = 0;
  Result<Outcome> outcome = (*pipeline)->apply(away);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->overtaken);
  EXPECT_TRUE(outcome->delta.empty());
  EXPECT_EQ(raw((*pipeline)->snapshot()->sequence()), 1u) << "nothing is visible";
  EXPECT_GT((*pipeline)->dirty(), 0u);

  for (int i = 0; i < kFiles / 2; ++i) project.rename(name_of("lib_", i), name_of("lib", i));
  overtaken = false;
  SettledChange nothing;
  nothing.paths = {"lib_/"};
  outcome = (*pipeline)->apply(nothing);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->overtaken);
  EXPECT_EQ(raw(outcome->sequence), 1u) << "it is as it was";
  EXPECT_EQ((*pipeline)->dirty(), 0u);
  EXPECT_EQ(asked, 2);

  SettledChange save;
  save.paths = {name_of("lib", 1)};
  project.write(save.paths.front(), "export const one = 1;\n");
  overtaken = true;
  outcome = (*pipeline)->apply(save);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(raw(outcome->sequence), 2u) << "a single save is never asked about";
  EXPECT_EQ(asked, 2);
}

TEST(Invariant5, AFolderThatIsRenamedToAndFroIsNeverSeenInHalves) {
  const TempProject project;
  for (int i = 0; i < kFiles; ++i) project.write(name_of("lib", i), source(i));
  std::mutex mutex;
  std::vector<std::string> halves;
  ServiceOptions options;
  options.pipeline.root = project.root();
  ServiceEvents events;
  events.delta = [&](const Outcome& outcome) {
    const std::size_t here = files_below(*outcome.after, "lib/");
    const std::size_t there = files_below(*outcome.after, "lib_/");
    if ((here == kFiles && there == 0) || (here == 0 && there == kFiles)) return;
    const std::lock_guard guard(mutex);
    halves.push_back("#" + std::to_string(raw(outcome.sequence)) + ": " + std::to_string(here) +
                     " and " + std::to_string(there));
  };
  Result<std::unique_ptr<Service>> service = Service::start(options, events);
  ASSERT_TRUE(service) << service.error().message();
  Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client);
  ASSERT_TRUE((*client)->call("sync", Json::object(), kPatience));
  // Questions are the clock: the folder comes back before it settled, while it is read, and after.
  for (int round = 0; round < 24; ++round) {
    project.rename(round % 2 == 0 ? "lib" : "lib_", round % 2 == 0 ? "lib_" : "lib");
    for (int i = 0; i < round * 12; ++i)
      ASSERT_TRUE((*client)->call("status", Json::object(), kPatience));
  }
  ASSERT_TRUE((*client)->call("sync", Json::object(), kPatience));
  const Result<Json> stats = (*client)->call("stats", Json::object(), kPatience);
  ASSERT_TRUE(stats);
  EXPECT_EQ((*stats)["files"]["total"], kFiles);
  const std::lock_guard guard(mutex);
  EXPECT_TRUE(halves.empty()) << halves.size() << ", first " << halves.front();
}

/// A file that was listed and is gone when it is read, as one that comes and goes under a crawl.
TEST(AListedFile, MayBeGoneWhenItIsRead) {
  const TempProject project;
  project.write("a.js", "export function stays() {}\n");
  project.write("b.js", "export function goes() {}\n");
  const Result<Listing> listing = crawl(project.root());
  ASSERT_TRUE(listing);
  project.remove("b.js");
  PipelineOptions options;
  options.root = project.root();
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  ASSERT_TRUE(pipeline);
  SettledChange all;
  all.rescan = true;
  const Result<Outcome> outcome = (*pipeline)->apply(all, {}, &*listing);
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->after->totals().files, 1u);
  EXPECT_TRUE(outcome->troubles.empty());
}

/// RELIABILITY R-29: a time that lies ahead says nothing about when a file was written.
TEST(AFileOfTheFuture, R29_IsComparedByContent) {
  const TempProject project;
  const auto save = [&](const std::string& text) {
    project.write("a.js", text);
    const timespec times[2] = {{4'294'967'296, 0}, {4'294'967'296, 0}};  // 2106.
    ASSERT_EQ(::utimensat(AT_FDCWD, project.path("a.js").c_str(), times, 0), 0);
  };
  PipelineOptions options;
  options.root = project.root();
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  ASSERT_TRUE(pipeline);
  SettledChange all;
  all.rescan = true;
  for (const char* name : {"one", "two", "six"}) {  // Of one size.
    save(std::string("export function ") + name + "() {}\n");
    ASSERT_TRUE((*pipeline)->apply(all));
    EXPECT_EQ((*pipeline)->snapshot()->atoms_named(name).size(), 1u) << name;
  }
}

}  // namespace
}  // namespace dg
