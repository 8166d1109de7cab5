#include <memory>

#include "bench/benchmarks.h"
#include "bench/measure.h"
#include "daemon/pipeline.h"
#include "storage/backup/backup.h"

namespace dg::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "deltagraph-bench-storage.js";
constexpr int kGrowthSaves = 1000;

std::unique_ptr<Pipeline> open_pipeline(const Corpus& corpus, const Options& options) {
  PipelineOptions chosen;
  chosen.root = corpus.root;
  chosen.threads = options.threads;
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(chosen);
  require(static_cast<bool>(pipeline), pipeline ? "" : pipeline.error().message());
  return std::move(*pipeline);
}

Outcome apply(Pipeline& pipeline) {
  SettledChange change;
  change.paths = {kFile};
  Result<Outcome> outcome = pipeline.apply(change);
  require(static_cast<bool>(outcome), outcome ? "" : outcome.error().message());
  return *std::move(outcome);
}

/// Functions whose body is another in each round.
std::string functions(int count, int round) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "function benchmarked" + std::to_string(i) + "(list) {\n  return list.length + " +
            std::to_string(round) + ";\n}\n";
  }
  return text;
}

/// The commit alone of a save that changes so many atoms.
void commit_by_size(Pipeline& pipeline, const Corpus& corpus, const Options& options,
                    Report& report) {
  for (const int atoms : {1, 10, 100, 1000}) {
    save(corpus.root / kFile, functions(atoms, 0));
    apply(pipeline);
    Samples samples;
    for (int round = 1; round <= options.cold_runs * 5; ++round) {
      save(corpus.root / kFile, functions(atoms, round));
      const Outcome outcome = apply(pipeline);
      require(outcome.work.events == static_cast<std::uint32_t>(atoms),
              "a commit has not the events of its delta");
      samples.add(outcome.timings.commit_ms);
    }
    report.add({corpus.name,
                "commit of " + std::to_string(atoms) + " changed atoms",
                samples.median(),
                "ms",
                {}});
  }
}

void growth(Pipeline& pipeline, const Corpus& corpus, Report& report) {
  const fs::path database = corpus.root / ".deltagraph/deltagraph.db";
  require(static_cast<bool>(pipeline.checkpoint()), "no checkpoint");
  const std::uint64_t before = fs::file_size(database);
  for (int round = 0; round < kGrowthSaves; ++round) {
    save(corpus.root / kFile,
         functions(10, 0) + "function saved() { return " + std::to_string(round) + "; }\n");
    require(apply(pipeline).work.events >= 1, "a save changed nothing");
  }
  require(static_cast<bool>(pipeline.checkpoint()), "no checkpoint");
  const double grown = static_cast<double>(fs::file_size(database) - before);
  report.add({corpus.name, "growth by 1,000 saves of a function", grown / 1e6, "MB", {}});
}

void backup(const Corpus& corpus, const Options& options, Report& report) {
  Samples samples;
  for (int round = 0; round < options.cold_runs; ++round) {
    const fs::path target = corpus.root / ".deltagraph/backups/bench.db";
    fs::remove(target);
    const Stopwatch watch;
    const Result<Backup> made = back_up(corpus.root / ".deltagraph/deltagraph.db", target);
    samples.add(watch.ms());
    require(static_cast<bool>(made), made ? "" : made.error().message());
    const Result<Backup> fit = check_backup(target);
    require(static_cast<bool>(fit), fit ? "" : fit.error().message());
  }
  std::optional<double> budget;
  if (!corpus.ten_thousand_files) budget = 1000;
  report.add({corpus.name, "backup", samples.median(), "ms", budget});
}

}  // namespace

void bench_storage(const Corpus& corpus, const Options& options, Report& report) {
  {
    const std::unique_ptr<Pipeline> pipeline = open_pipeline(corpus, options);
    commit_by_size(*pipeline, corpus, options, report);
    growth(*pipeline, corpus, report);
    const Result<std::unique_ptr<Reader>> reader = pipeline->reader();
    require(static_cast<bool>(reader), reader ? "" : reader.error().message());
    const Stopwatch watch;
    const Result<ChainCheck> chain = (*reader)->verify_chain();
    report.add({corpus.name, "verifying the log's chain", watch.ms(), "ms", {}});
    require(static_cast<bool>(chain), chain ? "" : chain.error().message());
    require(chain->breaks.empty(), chain->breaks.empty() ? "" : chain->broken()->reason);
    backup(corpus, options, report);
    fs::remove(corpus.root / kFile);
    apply(*pipeline);
  }
}

}  // namespace dg::bench
