#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/measure.h"
#include "parser/parse.h"
#include "parser/parse_only.h"

namespace dg::bench {
namespace {

/// Time for all sources on so many threads, each taking the next file; `make_worker` gives each its
/// own parser. `work` returns a count, the sum of which is written to `total`.
template <typename MakeWorker>
double timed(const Corpus& corpus, unsigned threads, const MakeWorker& make_worker,
             std::uint64_t* total) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> sum{0};
  const Stopwatch watch;
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 0; i < threads; ++i) {
      pool.emplace_back([&] {
        auto work = make_worker();
        std::uint64_t mine = 0;
        for (std::size_t at = next++; at < corpus.sources.size(); at = next++)
          mine += work(corpus.sources[at]);
        sum += mine;
      });
    }
  }
  *total = sum;
  return watch.ms();
}

/// Median of some runs, which must all count the same.
template <typename MakeWorker>
double median_of(const Corpus& corpus, const Options& options, const MakeWorker& make_worker,
                 std::uint64_t* total) {
  Samples samples;
  for (int run = 0; run < options.cold_runs; ++run) {
    std::uint64_t count = 0;
    samples.add(timed(corpus, options.threads, make_worker, &count));
    require(run == 0 || count == *total, "two runs over the same bytes counted differently");
    *total = count;
  }
  return samples.median();
}

}  // namespace

ParseResult bench_parse(const Corpus& corpus, const Options& options, Report& report) {
  ParseResult result;
  std::uint64_t nodes = 0;
  result.grammar_only_ms = median_of(
      corpus, options,
      [] {
        return [](const SourceText& source) {
          return std::uint64_t{parse_only(source.language, source.bytes)};
        };
      },
      &nodes);
  const double facts_ms = median_of(
      corpus, options,
      [] {
        return [parser = Parser()](const SourceText& source) mutable {
          return std::uint64_t{parser.parse(source.path, source.bytes).atoms.size()};
        };
      },
      &result.atoms);
  require(nodes > 0 && result.atoms >= corpus.sources.size(), corpus.name + ": nothing was parsed");
  report.add({corpus.name, "files", static_cast<double>(corpus.sources.size()), "n", {}});
  report.add({corpus.name, "source", static_cast<double>(corpus.bytes) / 1e6, "MB", {}});
  report.add({corpus.name, "parse only", result.grammar_only_ms, "ms", {}});
  report.add({corpus.name, "parse to facts", facts_ms, "ms", {}});
  return result;
}

}  // namespace dg::bench
