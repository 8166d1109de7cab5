#pragma once
/// \file
/// Compaction: the history before a commit is replaced by a checkpoint of every file at it. Only on
/// request; the one way in which the log ever gets shorter.
///
/// What is kept: the state after that commit and everything later, with its events, digests and
/// chain. What is lost: every earlier commit, event, file version and answer `at` it. The tables of
/// the present are not touched.
///
/// The triggers that refuse UPDATE and DELETE are taken away and put back inside the one
/// transaction that deletes, so that nobody else ever meets the tables without them. Thread rule:
/// none while a Store is open on the file; the caller holds the write lock.

#include <cstdint>
#include <filesystem>

#include "events/ids.h"
#include "storage/result.h"

namespace dg {

struct Compaction {
  Sequence first{};                                 ///< Where history begins afterwards.
  std::int64_t first_ms = 0;                        ///< Unix time of that commit.
  std::uint64_t commits = 0;                        ///< Lost.
  std::uint64_t events = 0;                         ///< Lost.
  std::uint64_t bytes_before = 0, bytes_after = 0;  ///< Of the file; equal in a plan.
};

/// What compact() would lose; reads only. `first` must be a commit of the log (not_found else).
Result<Compaction> plan_compaction(const std::filesystem::path& database, Sequence first);

/// All or nothing. O(files at `first` + what is lost + size of the file).
Result<Compaction> compact(const std::filesystem::path& database, Sequence first);

}  // namespace dg
