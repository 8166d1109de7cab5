// Memory that runs out (RELIABILITY R-06): for many n the n-th allocation of a run fails, or all
// from the n-th on. Nothing is corrupt afterwards, and what ends, ends with exit code 5 and a line
// that says so. These tests have a program of their own, because allocators belong to a whole
// program.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "daemon/cli/command_line.h"
#include "daemon/pipeline.h"
#include "tests/support/invariants.h"
#include "tests/support/temp_project.h"

namespace {

/// Counts calls and lets one of them, or all from one on, fail.
class Countdown {
 public:
  void arm(std::uint64_t n, bool from_then_on) {
    count_ = 0;
    from_then_on_ = from_then_on;
    failing_ = n;
  }
  void disarm() { failing_ = 0; }
  std::uint64_t count() const { return count_; }
  bool fails() {
    const std::uint64_t number = ++count_;
    const std::uint64_t failing = failing_;
    return failing != 0 && (from_then_on_ ? number >= failing : number == failing);
  }

 private:
  std::atomic<std::uint64_t> count_{0}, failing_{0};
  std::atomic<bool> from_then_on_{false};
};

Countdown of_new, of_sqlite;

/// Not inlined, so that compilers do not take delete's free() for a mistake.
[[gnu::noinline]] void release(void* memory) noexcept {
  std::free(memory);  // NOLINT(cppcoreguidelines-owning-memory)
}

void* allocate(std::size_t size, std::size_t alignment) {
  if (of_new.fails()) return nullptr;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  return alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? std::malloc(size == 0 ? 1 : size)
                                                       : std::aligned_alloc(alignment, rounded);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  void* const memory = allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// NOLINTBEGIN: an allocator is made of the raw functions.
void* operator new(std::size_t size) {
  return allocate_or_throw(size, 1);
}
void* operator new[](std::size_t size) {
  return allocate_or_throw(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, 1);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
// NOLINTEND

namespace dg {
namespace {

void write_project(const TempProject& project, const std::string& name) {
  project.write("a.js", "export function pay(order) { return fee(order); }\nfunction fee() {}\n");
  project.write(
      "b.js", "import { pay } from './a.js';\nexport class Order { " + name + "() { pay(1); } }\n");
  project.write("c/d.ts", "import { Order } from '../b.js';\n\nnew Order()." + name + "();\n");
}

Result<std::unique_ptr<Pipeline>> open(const TempProject& project) {
  PipelineOptions options;
  options.root = project.root();
  options.threads = 2;
  return Pipeline::open(options);
}

SettledChange everything() {
  SettledChange change;
  change.rescan = true;
  return change;
}

std::string violation_after(const TempProject& project) {
  const Result<std::unique_ptr<Pipeline>> pipeline = open(project);
  if (!pipeline) return pipeline.error().message();
  if (!(*pipeline)->notices().empty()) return (*pipeline)->notices()[0];
  const Result<Outcome> outcome = (*pipeline)->apply(everything());
  return outcome ? first_violation(**pipeline) : outcome.error().message();
}

/// `deltagraph index` in a process of its own. `allocations` is shared with it.
struct Indexed {
  int status = 0;
  std::string said;
};
Indexed index_with(const TempProject& project, const TempProject& elsewhere, std::uint64_t n,
                   bool from_then_on, std::uint64_t* allocations) {
  const std::string output = elsewhere.path("output").string();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, 1);
    ::dup2(file, 2);
    ::alarm(120);  // A process that hangs is a failure too.
    const std::string root = project.root().string();
    const char* const words[] = {"deltagraph", "index", root.c_str()};
    of_new.arm(n, from_then_on);
    const int code = run_command_line(3, words);
    *allocations = of_new.count();
    of_new.disarm();
    ::_exit(code);
  }
  Indexed indexed;
  ::waitpid(child, &indexed.status, 0);
  indexed.said = elsewhere.read("output");
  return indexed;
}

TEST(Memory, R06_AnIndexWithoutItEndsWithFiveAndBreaksNothing) {
  constexpr std::uint64_t kPoints = 24;
  const TempProject elsewhere;
  auto* const allocations = static_cast<std::uint64_t*>(
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(static_cast<void*>(allocations), MAP_FAILED);
  std::uint64_t all = 0;
  {
    const TempProject project;
    write_project(project, "run");
    const Indexed indexed = index_with(project, elsewhere, 0, false, allocations);
    ASSERT_EQ(indexed.status, 0) << indexed.said;
    all = *allocations;
    ASSERT_GT(all, kPoints * 10);
  }
  int failures = 0;
  for (const bool from_then_on : {false, true}) {
    for (std::uint64_t point = 0; point < kPoints; ++point) {
      const std::uint64_t n = 1 + point * all / kPoints;
      SCOPED_TRACE("allocation " + std::to_string(n) + " of " + std::to_string(all) +
                   (from_then_on ? " and all after it" : ""));
      const TempProject project;
      write_project(project, "run");
      ASSERT_EQ(violation_after(project), "");
      write_project(project, "walk");
      const Indexed indexed = index_with(project, elsewhere, n, from_then_on, allocations);
      ASSERT_TRUE(WIFEXITED(indexed.status))
          << "signal " << WTERMSIG(indexed.status) << ": " << indexed.said;
      const int code = WEXITSTATUS(indexed.status);
      EXPECT_TRUE(code == 0 || code == 5) << code << ": " << indexed.said;
      if (code == 5) {
        ++failures;
        EXPECT_NE(indexed.said.find("deltagraph: "), std::string::npos) << indexed.said;
      }
      EXPECT_EQ(violation_after(project), "");
    }
  }
  ::munmap(allocations, 4096);
  EXPECT_GT(failures, 12) << "memory did run out";
}

sqlite3_mem_methods real_memory;

/// SQLite's allocator for as long as it exists; no connection may be open then.
class FailingSqliteMemory {
 public:
  FailingSqliteMemory() {
    sqlite3_shutdown();
    check(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory));
    sqlite3_mem_methods ours = real_memory;
    ours.xMalloc = [](int size) { return of_sqlite.fails() ? nullptr : real_memory.xMalloc(size); };
    ours.xRealloc = [](void* memory, int size) {
      return of_sqlite.fails() ? nullptr : real_memory.xRealloc(memory, size);
    };
    check(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours));
    check(sqlite3_initialize());
  }
  ~FailingSqliteMemory() {
    of_sqlite.disarm();
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &real_memory);
    sqlite3_initialize();
  }
  FailingSqliteMemory(const FailingSqliteMemory&) = delete;
  FailingSqliteMemory& operator=(const FailingSqliteMemory&) = delete;

 private:
  static void check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errstr(code));
  }
};

TEST(Memory, R06_ACommitWithoutItIsWholeOrNotThereAndIsRepeated) {
  const FailingSqliteMemory memory;
  std::uint64_t refused = 0;
  bool failed = true;
  // Each of the first allocations; then, where statements are only repeated, some of them.
  for (std::uint64_t n = 1; failed; n += n < 60 ? 1 : 9) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    ASSERT_LT(n, 20'000u);
    const TempProject project;
    write_project(project, "run");
    const Result<std::unique_ptr<Pipeline>> pipeline = open(project);
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    ASSERT_TRUE((*pipeline)->apply(everything()));
    write_project(project, "walk");
    of_sqlite.arm(n, false);
    const Result<Outcome> outcome = (*pipeline)->apply(everything());
    failed = of_sqlite.count() >= n;
    of_sqlite.disarm();
    if (!outcome) {
      ++refused;
      EXPECT_NE(outcome.error().message().find("out of memory"), std::string::npos)
          << outcome.error().message();
      EXPECT_EQ(raw((*pipeline)->snapshot()->sequence()), 1u);
    }
    const Result<Outcome> repeated = (*pipeline)->apply(SettledChange{});
    ASSERT_TRUE(repeated) << repeated.error().message();
    EXPECT_EQ((*pipeline)->snapshot()->atoms_named("walk").size(), 1u);
    EXPECT_EQ(first_violation(**pipeline), "");
  }
  EXPECT_GT(refused, 20u);
}

}  // namespace
}  // namespace dg
