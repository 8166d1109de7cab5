#include "daemon/look.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

double since_ms(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Whether reading takes more than one look at the disk, between which it may change.
bool reads_several(const SettledChange& change) {
  return change.rescan || change.paths.size() > 1 ||
         (change.paths.size() == 1 && change.paths.front().ends_with('/'));
}

/// How often what arrived joins one change set: somebody may save all the time.
constexpr int kMostJoins = 3;

/// Whether there is an atom whose other half a move may have put into another change.
bool atoms_come_or_go(const Delta& delta) {
  return std::any_of(delta.files.begin(), delta.files.end(), [](const FileDelta& file) {
    return std::any_of(file.atoms.begin(), file.atoms.end(), [](const AtomChange& change) {
      return change.operation == Operation::create || change.operation == Operation::delete_;
    });
  });
}

}  // namespace

unsigned threads_of(const PipelineOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

std::optional<Advance> Look::run(SettledChange& change, const Listing* listing, bool alone,
                                 Outcome& outcome) {
  for (int joins = 0;; ++joins) {
    Ingested ingested = read(change, listing, outcome);
    if (ingested.given_up) return std::nullopt;
    if (options_.overtaken && !alone && reads_several(change) && options_.overtaken(change))
      return std::nullopt;
    Advance advanced = link(std::move(ingested.changes), outcome);
    const bool joinable = options_.arrived && !alone && !change.rescan && joins < kMostJoins;
    if (!joinable || !atoms_come_or_go(advanced.delta)) return advanced;
    SettledChange more = options_.arrived();
    if (more.empty()) return advanced;
    add(change, std::move(more));
  }
}

Ingested Look::read(const SettledChange& change, const Listing* listing, Outcome& outcome) {
  const auto start = Clock::now();
  Ingested ingested = ingest_.run(outcome.before, change, store_, listing, distrust_, progress_);
  outcome.troubles = std::move(ingested.troubles);
  outcome.ignored = std::move(ingested.ignored);
  outcome.work.read += ingested.read;
  outcome.work.parsed += ingested.parsed;
  outcome.work.from_cache += ingested.from_cache;
  outcome.timings.read_ms += ingested.read_ms;
  outcome.timings.parse_ms += since_ms(start);
  return ingested;
}

Advance Look::link(ChangeSet changes, Outcome& outcome) {
  const auto start = Clock::now();
  if (progress_ && changes.sources.size() > kBulkFiles)
    progress_({"link", 0, changes.sources.size()});
  Advance advanced = advance_distrusting(
      outcome.before, std::move(changes),
      [&](const std::string& path) { return distrust_.of(path); }, threads_of(options_));
  outcome.work.relinked += advanced.work.relinked;
  outcome.timings.link_ms += since_ms(start);
  return advanced;
}

}  // namespace dg
