#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/measure.h"
#include "daemon/pipeline.h"
#include "daemon/replay.h"
#include "daemon/requests/time_travel.h"
#include "storage/history/history.h"

namespace dg::bench {
namespace {

constexpr std::size_t kPoints = 20;

std::unique_ptr<Reader> reader_of(const Pipeline& pipeline) {
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  require(static_cast<bool>(reader), reader ? "" : reader.error().message());
  return std::move(*reader);
}

/// The log with its indexes and checkpoints, against the whole file.
void report_share(const Corpus& corpus, Reader& reader, Report& report) {
  const Result<Reader::Table> pages = reader.sql(
      "SELECT total(pgsize), total(CASE WHEN s.tbl_name IN ('atom_events', 'transaction_files', "
      "'file_snapshots', 'transactions') THEN pgsize END) "
      "FROM dbstat JOIN sqlite_schema s ON s.name = dbstat.name",
      1, 60'000);
  require(static_cast<bool>(pages), pages ? "" : pages.error().message());
  const double all = std::stod(*pages->rows.at(0).at(0));
  const double history = std::stod(*pages->rows.at(0).at(1));
  report.add({corpus.name, "history of the first index", history / (1 << 20), "MB", {}});
  report.add({corpus.name, "of the database", 100 * history / all, "%", 25});
}

/// One commit for each: a function more in one file after the other, each time another one.
void make_history(Pipeline& pipeline, const Corpus& corpus, int commits) {
  for (int i = 0; i < commits; ++i) {
    const std::size_t at = static_cast<std::size_t>(i) * 7919 % corpus.sources.size();
    const SourceText& source = corpus.sources[at];
    const std::string name = "later" + std::to_string(i);
    save(corpus.root / source.path,
         source.bytes + "\nfunction " + name + "(list) {\n  return list.length;\n}\n");
    SettledChange change;
    change.paths = {source.path};
    const Result<Outcome> outcome = pipeline.apply(change);
    require(static_cast<bool>(outcome), outcome ? "" : outcome.error().message());
    require(!outcome->delta.empty(), "a save made no commit");
  }
}

void travel_through(const Pipeline& pipeline, const Corpus& corpus, Report& report) {
  const std::unique_ptr<Reader> reader = reader_of(pipeline);
  History& history = reader->history();
  const SnapshotPtr live = pipeline.snapshot();
  Samples samples;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const Sequence at{1 + raw(live->sequence()) * i / kPoints};
    PastSnapshots past;
    const Stopwatch watch;
    const Result<SnapshotPtr> snapshot = past.at(at, *live, history, 0);
    samples.add(watch.ms());
    require(static_cast<bool>(snapshot), snapshot ? "" : snapshot.error().message());
    const auto commit = history.transactions(at, at, false, 1);
    require(commit && commit->size() == 1 && commit->front().graph_digest == (*snapshot)->digest(),
            "a past state has another digest than it had");
  }
  report.add({corpus.name, "time travel latency, p50", samples.percentile(50), "ms", {}});
  report.add({corpus.name, "time travel latency, worst", samples.percentile(100), "ms", 200});
}

void replay_all(const Pipeline& pipeline, const Corpus& corpus, Report& report) {
  const Result<ReplayReport> replay =
      replay_log(pipeline.options().state_folder / "deltagraph.db", true, {});
  require(static_cast<bool>(replay), replay ? "" : replay.error().message());
  require(!replay->broken && replay->reason.empty(), "the replay says: " + replay->reason);
  report.add({corpus.name,
              "replay",
              static_cast<double>(replay->events) * 1000 / replay->fold_ms,
              "events/s",
              {}});
  report.add({corpus.name, "replay, digests and tables", replay->verify_ms, "ms", {}});
}

}  // namespace

void bench_history(const Corpus& corpus, const Options& options, Report& report) {
  PipelineOptions pipeline_options;
  pipeline_options.root = corpus.root;
  pipeline_options.threads = options.threads;
  std::filesystem::remove_all(corpus.root / ".deltagraph");
  Result<std::unique_ptr<Pipeline>> opened = Pipeline::open(pipeline_options);
  require(static_cast<bool>(opened), opened ? "" : opened.error().message());
  Pipeline& pipeline = **opened;
  SettledChange all;
  all.rescan = true;
  all.cause = Cause::initial_scan;
  require(static_cast<bool>(pipeline.apply(all)), "the corpus cannot be indexed");
  require(static_cast<bool>(pipeline.checkpoint()), "the log cannot be put away");
  report_share(corpus, *reader_of(pipeline), report);

  const std::uint64_t before = pipeline.database_size();
  make_history(pipeline, corpus, options.history_commits);
  const double commits = options.history_commits;
  report.add({corpus.name, "commits of history", commits, "n", {}});
  const double grown = static_cast<double>(pipeline.database_size() - before);
  report.add({corpus.name, "growth for 1,000 saves", grown / commits * 1000 / (1 << 20), "MB", {}});
  travel_through(pipeline, corpus, report);
  replay_all(pipeline, corpus, report);
  for (const SourceText& source : corpus.sources) save(corpus.root / source.path, source.bytes);
}

}  // namespace dg::bench
