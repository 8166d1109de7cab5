#pragma once
/// \file
/// The strongest test of history: what a project looked like after each commit is remembered as it
/// was then, and asked for again at the end.

#include <cstdint>
#include <map>
#include <string>

#include "daemon/pipeline.h"
#include "graph/snapshot.h"

namespace dg {

/// The snapshot after an earlier commit of the pipeline's history. Throws std::runtime_error.
SnapshotPtr past_snapshot(const Pipeline& pipeline, Sequence at);

class PastWitness {
 public:
  /// Remembers the export, the statistics and the digest of this state.
  void note(const Snapshot& snapshot);
  /// The first remembered state that history gives another answer for; empty: there is none.
  std::string difference(const Pipeline& pipeline) const;

 private:
  struct Seen {
    std::string text;
    std::uint64_t digest = 0;
  };
  std::map<std::uint64_t, Seen> seen_;  ///< By sequence.
};

}  // namespace dg
