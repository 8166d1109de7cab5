#pragma once
/// \file
/// What can still be read of a damaged database's history (RELIABILITY R-07).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/result.h"

namespace dg {

struct Salvage {
  std::uint64_t saved = 0;
  std::uint64_t lost = 0;     ///< Events that are known to have been there and cannot be read.
  bool lost_unknown = false;  ///< Not even their number can be read.
};

/// Copies every event of `damaged` that can be read, row by row, into the table `salvaged_events`
/// of `database`, which is made where it is not there. They are kept for people, apart from the new
/// log: the ids of atoms start anew in it. `damaged` is only read. The caller holds the write lock
/// and has no Store open there. O(events × log events) at worst.
Result<Salvage> salvage(const std::filesystem::path& damaged,
                        const std::filesystem::path& database);

/// Notes in the new database what became of the one before it (system_metadata,
/// `set_aside:TIME`), so that whoever opens it next says so too. The caller as above.
Result<> note_set_aside(const std::filesystem::path& database, const std::string& what);

/// What was so noted in the last seven days, oldest first. Nothing where it cannot be read.
std::vector<std::string> set_aside_notes(const std::filesystem::path& database);

}  // namespace dg
