// What a new start makes of a database that is not the one that was left (RELIABILITY R-03), and
// copies made while saves go on.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/protocol/client.h"
#include "daemon/service.h"
#include "events/dump.h"
#include "storage/backup/backup.h"
#include "tests/support/invariants.h"
#include "tests/support/random_edits.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPatience{60'000};  // For a stuck service; nothing is timed.

SettledChange everything() {
  SettledChange change;
  change.rescan = true;
  return change;
}

PipelineOptions options_of(const TempProject& project) {
  PipelineOptions options;
  options.root = project.root();
  options.threads = 2;
  return options;
}

/// Does some edits, each a commit of its own where it changes the graph.
class Editor {
 public:
  Editor(const TempProject& project, Pipeline& pipeline) : project_(project), pipeline_(pipeline) {
    const Sources small = small_project();
    for (const auto& [path, text] : small.files()) {
      sources_.set(path, text);
      project.write(path, text);
    }
  }
  Result<Outcome> edit(const Edit& edit) {
    SettledChange change;
    change.paths = sources_.apply(edit).touched;
    for (const std::string& path : change.paths) {
      const auto file = sources_.files().find(path);
      if (file == sources_.files().end()) {
        project_.remove(path);
      } else {
        project_.write(path, file->second);
      }
    }
    return pipeline_.apply(change);
  }

 private:
  const TempProject& project_;
  Pipeline& pipeline_;
  Sources sources_;
};

/// The write-ahead log goes and takes the last commits along.
TEST(LostLog, R03_IsMadeUpForByOneReconcilingCommit) {
  const TempProject project;
  const fs::path database = project.root() / ".deltagraph/deltagraph.db";
  std::uint64_t kept = 0;
  {
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options_of(project));
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    Editor editor(project, **pipeline);
    ASSERT_TRUE((*pipeline)->apply(everything()));
    ASSERT_TRUE((*pipeline)->checkpoint());
    kept = raw((*pipeline)->snapshot()->sequence());
    for (const Edit& edit : random_edits(3, 12)) ASSERT_TRUE(editor.edit(edit));
    ASSERT_GT(raw((*pipeline)->snapshot()->sequence()), kept + 3);
    fs::copy_file(database, project.root() / ".deltagraph/without-log");  // Nothing was put away.
  }
  fs::remove(database.string() + "-wal");
  fs::remove(database.string() + "-shm");
  fs::rename(project.root() / ".deltagraph/without-log", database);

  Cause cause = Cause::initial_scan;
  ServiceOptions options;
  options.pipeline = options_of(project);
  ServiceEvents events;
  events.indexed = [&](const Outcome& outcome) { cause = outcome.cause; };
  const Result<std::unique_ptr<Service>> service = Service::start(options, events);
  ASSERT_TRUE(service) << service.error().message();
  const Result<std::unique_ptr<Client>> client = Client::connect((*service)->socket());
  ASSERT_TRUE(client) << client.error().message();
  ASSERT_TRUE((*client)->call("sync", Json::object(), kPatience));
  const Pipeline& pipeline = (*service)->pipeline();
  EXPECT_EQ(raw(pipeline.snapshot()->sequence()), kept + 1);
  EXPECT_EQ(cause, Cause::reconcile);
  const Result<Json> log = (*client)->call("log", {{"limit", 1}}, kPatience);
  ASSERT_TRUE(log) << log.error().message();
  EXPECT_NE(log->dump().find("\"reconcile\""), std::string::npos) << log->dump();
  EXPECT_EQ(first_violation(pipeline), "");
}

/// Each copy is the whole state of the commit that it names, whatever was written meanwhile.
TEST(CopyWhileSaving, R10_IsTheStateOfItsSequence) {
  constexpr int kCopies = 30;
  const TempProject project;
  const fs::path state = project.root() / ".deltagraph";
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options_of(project));
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  Editor editor(project, **pipeline);
  std::map<std::uint64_t, std::string> states;  // By sequence; of the saving thread, then ours.
  const auto note = [&] {
    const SnapshotPtr snapshot = (*pipeline)->snapshot();
    states[raw(snapshot->sequence())] = dump_project(snapshot->files());
  };
  ASSERT_TRUE((*pipeline)->apply(everything()));
  note();
  std::atomic<bool> done{false};
  std::thread saves([&] {
    for (const Edit& edit : random_edits(10, 100'000)) {
      if (done) return;
      EXPECT_TRUE(editor.edit(edit));
      EXPECT_TRUE((*pipeline)->checkpoint());
      note();
    }
  });
  std::vector<Backup> copies;
  for (int i = 0; i < kCopies; ++i) {
    const Result<Backup> copy =
        back_up(state / "deltagraph.db", state / ("copy" + std::to_string(i) + ".db"));
    EXPECT_TRUE(copy) << copy.error().message();
    if (copy) copies.push_back(*copy);
  }
  done = true;
  saves.join();
  ASSERT_EQ(copies.size(), static_cast<std::size_t>(kCopies));
  EXPECT_GT(raw(copies.back().sequence), raw(copies.front().sequence)) << "saves went on";
  for (const Backup& copy : copies) {
    SCOPED_TRACE(copy.file.filename().string());
    const Result<Backup> fit = check_backup(copy.file);
    ASSERT_TRUE(fit) << fit.error().message();
    const Result<StoredProject> stored = load_project(copy.file);
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_EQ(stored->sequence, copy.sequence);
    EXPECT_EQ(dump_difference(states.at(raw(copy.sequence)), dump_project(stored->files)), "");
  }
}

}  // namespace
}  // namespace dg
