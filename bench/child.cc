#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/measure.h"
#include "daemon/pipeline.h"
#include "daemon/service.h"

namespace dg::bench {
namespace {

namespace fs = std::filesystem;

/// A line of /proc/self/status in bytes: VmRSS, VmHWM.
double memory_mb(const std::string& key) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line))
    if (line.starts_with(key + ":")) return std::stod(line.substr(key.size() + 1)) * 1024 / 1e6;
  return 0;
}

double cpu_ms() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

PipelineOptions pipeline_options(const fs::path& root, unsigned threads) {
  PipelineOptions options;
  options.root = root;
  options.threads = threads;
  return options;
}

std::unique_ptr<Pipeline> open(const fs::path& root, unsigned threads) {
  Result<std::unique_ptr<Pipeline>> opened = Pipeline::open(pipeline_options(root, threads));
  require(static_cast<bool>(opened), opened ? "" : opened.error().message());
  return std::move(*opened);
}

Json totals_of(const Snapshot& snapshot) {
  const Totals& totals = snapshot.totals();
  std::uint64_t edges = 0;
  for (const std::uint64_t count : totals.edges) edges += count;
  return {{"files", totals.files},
          {"skipped", totals.skipped_files},
          {"atoms", totals.atoms},
          {"edges", edges},
          {"digest", snapshot.digest()}};
}

/// The most called atom: the question of the warm start. Ties go to the smaller id.
Json busiest(const Snapshot& snapshot) {
  AtomId best{};
  std::size_t callers = 0;
  for (std::uint32_t id = 1; id < snapshot.atom_id_bound(); ++id) {
    const std::size_t count = snapshot.incoming(AtomId{id}).size();
    if (count > callers) best = AtomId{id}, callers = count;
  }
  const AtomRef atom = snapshot.atom(best);
  require(static_cast<bool>(atom), "no atom of the project is used by another");
  return {{"atom", atom_id_text(*atom.file, atom.index)}, {"incoming", callers}};
}

SettledChange first_scan() {
  SettledChange change;
  change.rescan = true;
  change.cause = Cause::initial_scan;
  return change;
}

Json cold(const fs::path& root, unsigned threads) {
  const Stopwatch watch;
  const std::unique_ptr<Pipeline> pipeline = open(root, threads);
  const Result<Outcome> outcome = pipeline->apply(first_scan());
  const double ms = watch.ms();
  require(static_cast<bool>(outcome), outcome ? "" : outcome.error().message());
  const double memory = memory_mb("VmRSS");
  const Result<> checkpointed = pipeline->checkpoint();
  require(static_cast<bool>(checkpointed), "the checkpoint failed");
  Json answer = totals_of(*pipeline->snapshot());
  answer["ms"] = ms;
  answer["link_ms"] = outcome->timings.link_ms;
  answer["commit_ms"] = outcome->timings.commit_ms;
  answer["parse_ms"] = outcome->timings.parse_ms;
  answer["rss_mb"] = memory;
  answer["peak_mb"] = memory_mb("VmHWM");
  answer["database_mb"] = static_cast<double>(pipeline->database_size()) / 1e6;
  answer["busiest"] = busiest(*pipeline->snapshot());
  return answer;
}

/// From nothing in memory to the first answer: who uses `atom`? Then, whether the disk agrees.
Json warm(const fs::path& root, unsigned threads, const std::string& atom) {
  const Stopwatch watch;
  const std::unique_ptr<Pipeline> pipeline = open(root, threads);
  const SnapshotPtr snapshot = pipeline->snapshot();
  const AtomRef found = snapshot->atom_with_id(atom);
  const std::size_t incoming = found ? snapshot->incoming(found.id()).size() : 0;
  const double answered_ms = watch.ms();
  const Result<Outcome> outcome = pipeline->apply(first_scan());
  const double verified_ms = watch.ms();
  require(static_cast<bool>(outcome), outcome ? "" : outcome.error().message());
  require(outcome->delta.empty() && outcome->work.parsed == 0,
          "a start without changes must find none and parse nothing");
  Json answer = totals_of(*snapshot);
  answer["ms"] = answered_ms;
  answer["verified_ms"] = verified_ms;
  answer["incoming"] = incoming;
  return answer;
}

/// A whole service, as a user runs it: what it keeps in memory and what it costs while nothing
/// happens.
Json serve(const fs::path& root, unsigned threads) {
  std::mutex mutex;
  std::condition_variable changed;
  bool indexed = false;
  ServiceOptions options;
  options.pipeline = pipeline_options(root, threads);
  ServiceEvents events;
  events.indexed = [&](const Outcome&) {
    const std::lock_guard guard(mutex);
    indexed = true;
    changed.notify_all();
  };
  Result<std::unique_ptr<Service>> service = Service::start(options, events);
  require(static_cast<bool>(service), service ? "" : service.error().message());
  {
    std::unique_lock guard(mutex);
    changed.wait(guard, [&] { return indexed; });
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));  // Let checkpoints and the like finish.
  const double before = cpu_ms();
  std::this_thread::sleep_for(std::chrono::seconds(4));
  Json answer = {{"idle_cpu_percent", (cpu_ms() - before) / 40}, {"rss_mb", memory_mb("VmRSS")}};
  (*service)->request_stop();
  (*service)->wait();
  return answer;
}

}  // namespace

int child_main(const ChildRequest& request) {
  Json answer;
  if (request.mode == "cold") answer = cold(request.root, request.threads);
  if (request.mode == "warm") answer = warm(request.root, request.threads, request.atom);
  if (request.mode == "serve") answer = serve(request.root, request.threads);
  require(!answer.is_null(), request.mode + ": no such child");
  std::printf("%s\n", answer.dump().c_str());
  return 0;
}

Json run_child(const ChildRequest& request) {
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  std::vector<std::string> words{program,
                                 "--child",
                                 request.mode,
                                 "--threads",
                                 std::to_string(request.threads),
                                 "--corpus",
                                 request.root.string(),
                                 "--atom",
                                 request.atom};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> ends{};
  require(::pipe2(ends.data(), O_CLOEXEC) == 0, "no pipe could be made");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t got; (got = ::read(ends[0], chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 1;
  require(failed == 0 && ::waitpid(child, &status, 0) == child && status == 0,
          request.mode + ": the child process failed");
  return Json::parse(text);
}

}  // namespace dg::bench
