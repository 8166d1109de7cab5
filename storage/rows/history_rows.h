#pragma once
/// \file
/// Writes the history side of one file's delta: its row in `transaction_files`, with the range of
/// its events, and from time to time a checkpoint in `file_snapshots`, so that no state of the file
/// takes more than a bounded number of events to fold. Internal to storage/; throws Failure.

#include <cstdint>
#include <memory>

#include "events/delta.h"
#include "storage/rows/atom_rows.h"

namespace dg {

/// Where in atom_events the events of one file's delta are.
struct EventRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

class HistoryRowWriter {
 public:
  HistoryRowWriter();
  ~HistoryRowWriter();
  void prepare(const Connection& connection);
  /// \returns rows written.
  std::uint32_t write(const FileDelta& delta, const EventRange& events,
                      const CommitContext& context);

 private:
  struct Statements;
  void put_removed(const FileVersion& file, const EventRange& events, const CommitContext& context);
  std::uint32_t put(const FileVersion& file, const EventRange& events,
                    const CommitContext& context);
  std::int64_t fold_before(FileId file);

  std::unique_ptr<Statements> statements_;
};

/// Events that may have to be folded for a state of a file of so many atoms. A checkpoint costs
/// about as much space as an event for each atom, so that they take at most half of what events do.
constexpr std::int64_t longest_fold(std::size_t atoms) noexcept {
  constexpr std::int64_t kLeast = 128;
  const auto bound = static_cast<std::int64_t>(2 * atoms);
  return bound < kLeast ? kLeast : bound;
}

}  // namespace dg
