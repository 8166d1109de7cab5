// The same at every step instead of at random ones: a process that dies at the n-th operation on
// its database for n = 1, 2, 3 …, and what may be seen while a commit is under way (invariant 4).

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "daemon/pipeline.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/invariants.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

constexpr unsigned kWrites = FaultVfs::write | FaultVfs::sync | FaultVfs::truncate;
constexpr int kSaves = 2;

std::string text_of(int save) {
  return "import { pay } from './a.js';\nexport function buy" + std::to_string(save) + "() { pay(" +
         std::to_string(save) + "); }\n";
}

void write_project(const TempProject& project) {
  project.write("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  project.write("b.js", text_of(0));
}

Result<std::unique_ptr<Pipeline>> open(const TempProject& project, const std::string& vfs) {
  PipelineOptions options;
  options.root = project.root();
  options.threads = 1;
  options.vfs = vfs;
  return Pipeline::open(options);
}

SettledChange everything() {
  SettledChange change;
  change.rescan = true;
  return change;
}

SettledChange save(const TempProject& project, int number) {
  project.write("b.js", text_of(number));
  SettledChange change;
  change.paths = {"b.js"};
  return change;
}

/// Opens, saves and puts the log away in between, and dies at the n-th write, sync or truncation.
/// Tells each acknowledged sequence.
[[noreturn]] void work_until_step(const TempProject& project, std::uint64_t n, int tell) {
  FaultVfs vfs("steps");
  vfs.watch(kWrites, [n](std::uint64_t at) {
    if (at == n) ::raise(SIGKILL);
  });
  Result<std::unique_ptr<Pipeline>> pipeline = open(project, vfs.name());
  if (!pipeline) ::_exit(10);
  for (int number = 0; number <= kSaves; ++number) {
    const Result<Outcome> outcome =
        (*pipeline)->apply(number == 0 ? everything() : save(project, number));
    if (!outcome) ::_exit(11);
    const std::uint64_t sequence = raw(outcome->sequence);
    if (::write(tell, &sequence, sizeof sequence) != sizeof sequence) ::_exit(12);
    if (number == 1 && !(*pipeline)->checkpoint()) ::_exit(13);
  }
  pipeline = Error{};
  ::_exit(0);
}

/// A project that was indexed: what dies is a process that goes on with it.
class CrashSteps : public testing::Test {
 protected:
  CrashSteps() {
    write_project(project_);
    const Result<std::unique_ptr<Pipeline>> pipeline = open(project_, "");
    if (!pipeline || !(*pipeline)->apply(everything())) throw std::runtime_error("no index");
  }
  struct Died {
    bool died = false;
    std::uint64_t told = 0;  ///< The last acknowledged sequence.
  };
  static Died die_at(const TempProject& project, std::uint64_t n) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child == 0) work_until_step(project, n, pipe[1]);
    ::close(pipe[1]);
    Died died;
    std::uint64_t one = 0;
    while (::read(pipe[0], &one, sizeof one) == sizeof one) died.told = one;
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    died.died = WIFSIGNALED(status);
    EXPECT_TRUE(died.died || WEXITSTATUS(status) == 0) << "exit " << WEXITSTATUS(status);
    return died;
  }
  TempProject project_;
};

TEST_F(CrashSteps, R01_DyingAtAStepLosesNothingAcknowledged) {
  std::uint64_t deaths = 0;
  bool died = true;
  // Each of the first steps; then, where pages are written one like the other, every fifth.
  for (std::uint64_t n = 1; died && !HasFailure(); n += n < 12 ? 1 : 5) {
    SCOPED_TRACE("step " + std::to_string(n));
    ASSERT_LT(n, 5000u);
    const TempProject project;
    std::filesystem::copy(project_.root(), project.root(),
                          std::filesystem::copy_options::recursive);
    const Died found_dead = die_at(project, n);
    died = found_dead.died;
    deaths += died ? 1 : 0;
    const Result<std::unique_ptr<Pipeline>> pipeline = open(project, "");
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    const std::uint64_t found = raw((*pipeline)->snapshot()->sequence());
    EXPECT_GE(found, found_dead.told) << "an acknowledged commit is lost";
    const Result<Outcome> outcome = (*pipeline)->apply(everything());
    ASSERT_TRUE(outcome) << outcome.error().message();
    EXPECT_LE(raw(outcome->sequence), found + 1) << "one commit for what is missing";
    EXPECT_EQ(log_difference(**pipeline), "");
    EXPECT_EQ(table_difference(**pipeline), "");
    EXPECT_EQ(relink_difference(*(*pipeline)->snapshot()), "");
  }
  EXPECT_GT(deaths, 20u) << "the sweep met something to die at";
}

/// While SQLite writes a commit, readers have the one before.
TEST(Invariant4, NothingIsSeenBeforeTheLastWriteOfItsCommit) {
  const TempProject project;
  write_project(project);
  FaultVfs vfs("publication");
  const Result<std::unique_ptr<Pipeline>> opened = open(project, vfs.name());
  ASSERT_TRUE(opened) << opened.error().message();
  const Pipeline& pipeline = **opened;
  std::uint64_t operations = 0, too_early = 0;
  for (int number = 0; number <= kSaves; ++number) {
    const SnapshotPtr before = pipeline.snapshot();
    vfs.watch(kWrites, [&](std::uint64_t) {
      ++operations;
      too_early += pipeline.snapshot() != before ? 1 : 0;
    });
    const Result<Outcome> outcome =
        (*opened)->apply(number == 0 ? everything() : save(project, number));
    vfs.watch(0, {});
    ASSERT_TRUE(outcome) << outcome.error().message();
    EXPECT_EQ(raw(pipeline.snapshot()->sequence()), raw(before->sequence()) + 1);
    // Another connection finds what is published.
    EXPECT_EQ(table_difference(pipeline), "");
  }
  EXPECT_GT(operations, 4u);
  EXPECT_EQ(too_early, 0u);
}

/// A commit that fails at its n-th operation: what is seen is what is stored, and the change is not
/// forgotten.
TEST(Invariant4, WhatCannotBeWrittenIsNotSeen) {
  std::uint64_t refused = 0;
  bool fired = true;
  for (std::uint64_t n = 1; fired; n += n < 12 ? 1 : 5) {
    SCOPED_TRACE("operation " + std::to_string(n));
    ASSERT_LT(n, 500u);
    const TempProject project;
    write_project(project);
    FaultVfs vfs("refusal");
    const Result<std::unique_ptr<Pipeline>> pipeline = open(project, vfs.name());
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    ASSERT_TRUE((*pipeline)->apply(everything()));
    const SnapshotPtr before = (*pipeline)->snapshot();
    vfs.arm(kWrites, n, EIO, FaultVfs::Duration::once);
    const Result<Outcome> failed = (*pipeline)->apply(save(project, 1));
    fired = vfs.fired();
    vfs.disarm();
    if (!failed) {
      ++refused;
      EXPECT_EQ((*pipeline)->snapshot(), before);
      EXPECT_GT((*pipeline)->dirty(), 0u);
    }
    const Result<Outcome> repeated = (*pipeline)->apply(SettledChange{});
    ASSERT_TRUE(repeated) << repeated.error().message();
    EXPECT_EQ((*pipeline)->dirty(), 0u);
    EXPECT_EQ((*pipeline)->snapshot()->atoms_named("buy1").size(), 1u);
    EXPECT_EQ(first_violation(**pipeline), "");
  }
  EXPECT_GT(refused, 3u);
}

}  // namespace
}  // namespace dg
