// SIGKILL at random moments: whatever a process was doing when it died, the next one finds a
// database that opens, holds everything that was acknowledged, and after a look at the disk equals
// a rebuild. `./dev torture` runs thousands of the rounds of which a test run has 200.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>

#include "daemon/pipeline.h"
#include "daemon/replay.h"
#include "storage/backup/backup.h"
#include "storage/history/compact.h"
#include "tests/support/invariants.h"
#include "tests/support/random_edits.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

PipelineOptions options_of(const TempProject& project) {
  PipelineOptions options;
  options.root = project.root();
  options.threads = 2;
  return options;
}

fs::path state_of(const TempProject& project) {
  return project.root() / ".deltagraph";
}
fs::path database_of(const TempProject& project) {
  return state_of(project) / "deltagraph.db";
}

Sources on_disk(const TempProject& project) {
  Sources sources;
  for (const auto& entry : fs::recursive_directory_iterator(project.root())) {
    const std::string path = entry.path().lexically_relative(project.root()).generic_string();
    if (entry.is_regular_file() && !path.starts_with(".")) sources.set(path, project.read(path));
  }
  return sources;
}

/// A process that edits, commits and does one thing more until it is killed. It tells each
/// acknowledged sequence; where it fails by itself, its exit code says at what.
class Worker {
 public:
  Worker(const TempProject& project, int tell) : project_(project), tell_(tell) {}

  void open(int failure) {
    pipeline_.reset();
    Result<std::unique_ptr<Pipeline>> opened = Pipeline::open(options_of(project_));
    if (!opened) ::_exit(failure);
    pipeline_ = std::move(*opened);
    SettledChange all;
    all.rescan = true;
    apply(all, failure + 1);
  }
  void apply(const SettledChange& change, int failure) {
    const Result<Outcome> outcome = pipeline_->apply(change);
    if (!outcome) ::_exit(failure);
    const std::uint64_t sequence = raw(outcome->sequence);
    if (::write(tell_, &sequence, sizeof sequence) != sizeof sequence) ::_exit(5);
  }
  [[noreturn]] void edit_until_killed(std::uint64_t seed, void (*also)(Worker&)) {
    open(10);
    Sources sources = on_disk(project_);
    for (const Edit& edit : random_edits(seed, 100'000)) {
      SettledChange change;
      change.paths = sources.apply(edit).touched;
      for (const std::string& path : change.paths) {
        const auto file = sources.files().find(path);
        if (file == sources.files().end()) {
          project_.remove(path);
        } else {
          project_.write(path, file->second);
        }
      }
      apply(change, 12);
      ++commits;
      also(*this);
    }
    ::_exit(0);
  }

  const TempProject& project_;
  int commits = 0;
  std::unique_ptr<Pipeline> pipeline_;

 private:
  int tell_;
};

/// Begins the project anew: most of the time is a first index.
void index_again(Worker& worker) {
  worker.pipeline_.reset();
  fs::remove_all(state_of(worker.project_));
  worker.open(20);
}

void checkpoint(Worker& worker) {
  if (!worker.pipeline_->checkpoint()) ::_exit(30);
}

void back_up_to_a_new_file(Worker& worker) {
  const fs::path file = state_of(worker.project_) / "backups" /
                        (std::to_string(::getpid()) + "-" + std::to_string(worker.commits) + ".db");
  if (!back_up(database_of(worker.project_), file)) ::_exit(40);
}

/// Back to the state of three commits before, as `db restore` does it.
void restore_an_older_one(Worker& worker) {
  const fs::path kept = state_of(worker.project_) / ("older-" + std::to_string(::getpid()));
  if (worker.commits % 3 == 1) {
    fs::remove(kept);
    if (!back_up(database_of(worker.project_), kept)) ::_exit(50);
  }
  if (worker.commits % 3 != 0) return;
  worker.pipeline_.reset();
  if (!restore(kept, database_of(worker.project_))) ::_exit(51);
  worker.open(52);
}

void compact_history(Worker& worker) {
  if (worker.commits % 3 != 0) return;
  const Sequence last = worker.pipeline_->snapshot()->sequence();
  worker.pipeline_.reset();
  if (!compact(database_of(worker.project_), last)) ::_exit(60);
  worker.open(61);
}

/// As log_difference(), of a log that need not begin with the first commit.
std::string replay_difference(const Pipeline& pipeline) {
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  if (!reader) return reader.error().message();
  const Result<ChainCheck> chain = (*reader)->verify_chain();
  if (!chain) return chain.error().message();
  if (chain->broken() != nullptr) return "the chain: " + chain->broken()->reason;
  const Result<ReplayReport> replayed =
      replay_log(pipeline.options().state_folder / "deltagraph.db", true, {});
  if (!replayed) return replayed.error().message();
  return replayed->broken ? replayed->reason : std::string();
}

/// What a process may be killed at. `keeps_sequence`: no acknowledged sequence is taken back by it.
struct Operation {
  const char* name;
  int rounds;  ///< Of 200.
  void (*also)(Worker&);
  bool keeps_sequence = true;
  bool compacts = false;  ///< The log need not begin with the first commit.
};
constexpr Operation kOperations[] = {
    {"Save", 70, [](Worker&) {}},
    {"Index", 25, index_again, false},
    {"Checkpoint", 35, checkpoint},
    {"Backup", 25, back_up_to_a_new_file},
    {"Restore", 25, restore_an_older_one, false},
    {"Compact", 20, compact_history, true, true},
};

/// Lets a child work, kills it, answers the last sequence that it told.
std::uint64_t kill_at_random(const TempProject& project, const Operation& operation,
                             Random& random) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const std::uint64_t seed = random.next();
  const std::size_t commits = random.below(6);
  const auto delay = static_cast<useconds_t>(random.below(30'000));
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");  // kill(-1) would be everybody's end.
  if (child == 0) {
    ::close(pipe[0]);
    Worker(project, pipe[1]).edit_until_killed(seed, operation.also);
  }
  ::close(pipe[1]);
  std::uint64_t told = 0;
  const auto read_one = [&] { return ::read(pipe[0], &told, sizeof told) == sizeof told; };
  for (std::size_t i = 0; i < commits && read_one(); ++i) {
  }
  ::usleep(delay);  // The moment of the kill is what is random here; nothing waits for it.
  ::kill(child, SIGKILL);
  while (read_one()) {
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(pipe[0]);
  if (!WIFSIGNALED(status)) ADD_FAILURE() << "the child gave up, exit " << WEXITSTATUS(status);
  return told;
}

/// Every backup that has its name is whole.
void expect_whole_backups(const TempProject& project) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(state_of(project) / "backups", none)) {
    if (entry.path().extension() == ".partial") continue;
    const Result<Backup> fit = check_backup(entry.path());
    EXPECT_TRUE(fit) << fit.error().message();
  }
  fs::remove_all(state_of(project) / "backups", none);
}

int rounds_of(const Operation& operation) {
  const char* given = std::getenv("DELTAGRAPH_TORTURE_ROUNDS");
  const int all = given == nullptr ? 200 : std::max(1, std::atoi(given));
  return std::max(1, operation.rounds * all / 200);
}

class Crash : public testing::TestWithParam<Operation> {};

TEST_P(Crash, R01_NothingAcknowledgedIsLostAndTheStateEqualsARebuild) {
  const char* given = std::getenv("DELTAGRAPH_SEED");
  const std::uint64_t seed =
      given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  std::cout << "seed " << seed << "\n";
  Random random(seed);
  const TempProject project;
  project.write("a.js", "export function pay() { fee(); }\n\nfunction fee() {}\n");
  project.write("b.js",
                "import { pay } from './a.js';\n\nexport class Order { run() { pay(); } }\n");
  project.write("c/d.ts", "import { Order } from '../b.js';\n\nnew Order().run();\n");
  std::uint64_t last = 0;
  const int rounds = rounds_of(GetParam());
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    last = std::max(last, kill_at_random(project, GetParam(), random));
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options_of(project));
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    EXPECT_TRUE((*pipeline)->notices().empty()) << (*pipeline)->notices()[0];
    if (GetParam().keeps_sequence) {
      EXPECT_GE(raw((*pipeline)->snapshot()->sequence()), last) << "an acknowledged commit is lost";
    }
    const auto log = GetParam().compacts ? replay_difference : log_difference;
    EXPECT_EQ(log(**pipeline), "");
    EXPECT_EQ(table_difference(**pipeline), "");
    expect_whole_backups(project);
    SettledChange all;
    all.rescan = true;
    const Result<Outcome> outcome = (*pipeline)->apply(all);
    ASSERT_TRUE(outcome) << outcome.error().message();
    last = raw((*pipeline)->snapshot()->sequence());
    if (GetParam().compacts) {
      EXPECT_EQ(replay_difference(**pipeline), "");
      EXPECT_EQ(table_difference(**pipeline), "");
      EXPECT_EQ(integrity_violation(**pipeline), "");
      EXPECT_EQ(rebuild_difference(**pipeline), "");
    } else {
      EXPECT_EQ(first_violation(**pipeline), "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Killed, Crash, testing::ValuesIn(kOperations),
                         [](const testing::TestParamInfo<Operation>& operation) {
                           return std::string(operation.param.name);
                         });

}  // namespace
}  // namespace dg
