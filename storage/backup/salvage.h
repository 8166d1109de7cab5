#pragma once
/// \file
/// What can still be read of a damaged database's history (RELIABILITY R-07).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

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

/// Notes in the new database what became of the one before it, so that whoever opens it next says
/// so too (StoredProject::set_aside). The caller as above.
Result<> note_set_aside(const std::filesystem::path& database, const std::string& what);

/// Begin of the keys in system_metadata under which these notes are; the Unix time (ms) follows.
inline constexpr std::string_view kSetAsideKey = "set_aside:";
/// For how long they are told.
inline constexpr std::int64_t kSetAsideToldMs = std::int64_t{7} * 24 * 3600 * 1000;

}  // namespace dg
