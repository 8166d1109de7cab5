#pragma once
/// \file
/// schema_journal: every schema statement that was executed. Each row's checksum covers the row and
/// the checksum before it, so that an edited, missing or inserted row is found. Internal to
/// storage/; throws Failure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/schema/upgrade/plan.h"
#include "storage/sqlite/connection.h"

namespace dg::schema {

/// Executes steps and notes what each took, for the rows that are written at the end.
class Journal {
 public:
  /// A test step that does not give 1 is a Failure (SQLITE_CONSTRAINT).
  void run(Connection& connection, const Step& step);
  /// In the caller's transaction.
  void write(Connection& connection);

 private:
  struct Line {
    Step step;
    std::int64_t at_ms = 0, duration_us = 0;
  };
  std::vector<Line> lines_;
};

/// The first row that is not as it was written; none: the journal is whole. Rows that were written
/// before there were checksums are not judged. O(rows).
std::optional<std::int64_t> broken_journal_row(const Connection& connection);

}  // namespace dg::schema
