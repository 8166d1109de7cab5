// SIGKILL at random moments: whatever a process was doing when it died, the next one finds a
// database that opens, holds everything that was acknowledged, and after a look at the disk equals
// a rebuild.

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
#include "tests/support/invariants.h"
#include "tests/support/random_edits.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr int kRounds = 25;

PipelineOptions options_of(const TempProject& project) {
  PipelineOptions options;
  options.root = project.root();
  options.threads = 2;
  return options;
}

Sources on_disk(const TempProject& project) {
  Sources sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project.root())) {
    const std::string path = entry.path().lexically_relative(project.root()).generic_string();
    if (entry.is_regular_file() && !path.starts_with(".")) sources.set(path, project.read(path));
  }
  return sources;
}

/// The child: edits and applies until it is killed; tells each acknowledged sequence.
[[noreturn]] void work_until_killed(const TempProject& project, std::uint64_t seed, int tell) {
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options_of(project));
  if (!pipeline) ::_exit(2);
  SettledChange all;
  all.rescan = true;
  if (!(*pipeline)->apply(all)) ::_exit(3);
  Sources sources = on_disk(project);
  for (const Edit& edit : random_edits(seed, 100'000)) {
    const Sources::Done done = sources.apply(edit);
    SettledChange change;
    change.paths = done.touched;
    for (const std::string& path : done.touched) {
      const auto file = sources.files().find(path);
      if (file == sources.files().end()) {
        project.remove(path);
      } else {
        project.write(path, file->second);
      }
    }
    const Result<Outcome> outcome = (*pipeline)->apply(change);
    if (!outcome) ::_exit(4);
    const std::uint64_t sequence = raw(outcome->sequence);
    if (::write(tell, &sequence, sizeof sequence) != sizeof sequence) ::_exit(5);
  }
  ::_exit(0);
}

/// Lets a child work, kills it, answers the last sequence that it told.
std::uint64_t kill_at_random(const TempProject& project, Random& random) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const std::uint64_t seed = random.next();
  const std::size_t commits = random.below(6);
  const auto delay = static_cast<useconds_t>(random.below(30'000));
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    work_until_killed(project, seed, pipe[1]);
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

TEST(Crash, NothingAcknowledgedIsLostAndTheStateEqualsARebuild) {
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
  for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    last = std::max(last, kill_at_random(project, random));
    Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options_of(project));
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    EXPECT_TRUE((*pipeline)->notices().empty()) << (*pipeline)->notices()[0];
    EXPECT_GE(raw((*pipeline)->snapshot()->sequence()), last) << "an acknowledged commit is lost";
    EXPECT_EQ(log_difference(**pipeline), "");
    EXPECT_EQ(table_difference(**pipeline), "");
    SettledChange all;
    all.rescan = true;
    const Result<Outcome> outcome = (*pipeline)->apply(all);
    ASSERT_TRUE(outcome) << outcome.error().message();
    last = raw((*pipeline)->snapshot()->sequence());
    EXPECT_EQ(first_violation(**pipeline), "");
  }
}

}  // namespace
}  // namespace dg
