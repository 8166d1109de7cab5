#pragma once
/// \file
/// The groups of measurements; each checks every answer that it times (measure.h: require).

#include <filesystem>
#include <string>

#include "bench/corpus.h"
#include "bench/report.h"

namespace dg::bench {

struct Options {
  unsigned threads = 2;
  int cold_runs = 3;  ///< The median counts.
  int saves = 200;
  int queries = 1000;
  int history_commits = 10'000;
};

/// What parsing found, which indexing must find again.
struct ParseResult {
  double grammar_only_ms = 0;  ///< The limit: the same files, the same threads, no facts.
  std::uint64_t atoms = 0;
};
ParseResult bench_parse(const Corpus& corpus, const Options& options, Report& report);

/// Cold index, size, memory, warm start and branch switch. Leaves the index in place.
void bench_index(const Corpus& corpus, const ParseResult& parsed, const Options& options,
                 Report& report);

/// A log of many commits: its size, past states out of it, and all of it replayed.
void bench_history(const Corpus& corpus, const Options& options, Report& report);

/// `diff` since a git revision that the service never saw.
void bench_diff(const Corpus& corpus, const Options& options, Report& report);
/// Commits by the size of their delta, growth, backup and the log's chain.
void bench_storage(const Corpus& corpus, const Options& options, Report& report);

/// Upgrades and a migration of a database of 100,000 atoms, made below `root`.
void bench_schema(const std::filesystem::path& root, const Options& options, Report& report);

/// A live service with real file events: saves, and questions over its socket.
void bench_service(const Corpus& corpus, const Options& options, Report& report);

/// What must be measured in a process of its own, because memory and start are a process'.
struct ChildRequest {
  std::string mode;  ///< `cold`: index; `warm`: open and answer; `serve`: a whole, idle service.
  std::filesystem::path root;
  unsigned threads = 2;
  std::string atom;  ///< For `warm`: whose users are asked for.
};
/// Runs this program again and reads the JSON object that it prints.
Json run_child(const ChildRequest& request);
/// The other side.
int child_main(const ChildRequest& request);

}  // namespace dg::bench
