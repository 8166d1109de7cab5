#pragma once
/// \file
/// Look: from a change to what it makes of the graph; what the pipeline does before it commits.

#include <cstddef>
#include <functional>
#include <optional>

#include "daemon/ingest.h"
#include "daemon/pipeline.h"

namespace dg {

/// Changes of more files are told while they go on.
inline constexpr std::size_t kBulkFiles = 100;

/// As many as the options say, or as the machine has.
unsigned threads_of(const PipelineOptions& options);

/// Reads, parses and links; once or, where more arrives meanwhile, again. Everything that is given
/// must outlive it. Writer thread.
class Look {
 public:
  Look(const PipelineOptions& options, Ingest& ingest, Store& store, const Distrust& distrust,
       const std::function<void(const Progress&)>& progress)
      : options_(options),
        ingest_(ingest),
        store_(store),
        distrust_(distrust),
        progress_(progress) {}

  /// Nothing where it was overtaken (PipelineOptions). What joins `change` is added to it; unless
  /// it stands `alone`, as the first index, whose own changes would keep it from its end. Adds to
  /// the outcome's work and timings.
  std::optional<Advance> run(SettledChange& change, const Listing* listing, bool alone,
                             Outcome& outcome);

 private:
  Ingested read(const SettledChange& change, const Listing* listing, Outcome& outcome);
  Advance link(ChangeSet changes, Outcome& outcome);

  const PipelineOptions& options_;
  Ingest& ingest_;
  Store& store_;
  const Distrust& distrust_;
  const std::function<void(const Progress&)>& progress_;
};

}  // namespace dg
