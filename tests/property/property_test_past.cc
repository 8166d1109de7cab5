// What the log says of a commit later is what was said when it was made, under random edits.

#include <gtest/gtest.h>

#include <map>

#include "daemon/pipeline.h"
#include "daemon/requests/delta_json.h"
#include "daemon/requests/past_delta.h"
#include "tests/support/random_edits.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

class PastDeltas : public testing::TestWithParam<std::uint64_t> {};

TEST_P(PastDeltas, EqualWhatWasSentWhenTheyWereMade) {
  const TempProject project;
  Sources sources = small_project();
  for (const auto& [path, text] : sources.files()) project.write(path, text);
  PipelineOptions options;
  options.root = project.root();
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  ASSERT_TRUE(pipeline) << pipeline.error().message();

  std::map<std::uint64_t, Json> sent;
  const auto apply = [&](const SettledChange& change) {
    const Result<Outcome> outcome = (*pipeline)->apply(change);
    ASSERT_TRUE(outcome) << outcome.error().message();
    if (outcome->delta.empty()) return;
    Json json = delta_to_json(*outcome, (*pipeline)->published().committed_ms);
    for (const char* key : {"latency_ms", "timings", "work"}) {
      ASSERT_TRUE(json.contains(key));
      json[key] = nullptr;
    }
    sent.emplace(raw(outcome->sequence), std::move(json));
  };
  SettledChange first;
  first.rescan = true;
  apply(first);
  for (const Edit& edit : random_edits(GetParam(), 60)) {
    const Sources::Done done = sources.apply(edit);
    SettledChange change;
    change.paths = done.touched;
    for (const std::string& path : done.touched) {
      const auto file = sources.files().find(path);
      file == sources.files().end() ? project.remove(path) : project.write(path, file->second);
    }
    apply(change);
  }
  ASSERT_GT(sent.size(), 30u) << "the edits hardly touch the graph";

  const Result<std::unique_ptr<Reader>> reader = (*pipeline)->reader();
  ASSERT_TRUE(reader);
  std::size_t broken = 0;
  for (const auto& [sequence, json] : sent) {
    const Result<Json> past = past_delta_to_json((*reader)->log(), Sequence{sequence});
    ASSERT_TRUE(past) << past.error().message();
    EXPECT_EQ(past->dump(1), json.dump(1)) << "seed " << GetParam();
    if (past->dump() != json.dump()) return;
    broken += json.at("broken").size();
  }
  EXPECT_GT(broken, 0u) << "the edits broke no caller";
}

INSTANTIATE_TEST_SUITE_P(Seeds, PastDeltas, testing::Values(1, 2, 3, 4, 5, 6));

}  // namespace
}  // namespace dg
