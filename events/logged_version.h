#pragma once
/// \file
/// A FileVersion as the log tells it: for a file whose stored facts cannot be read any more.
///
/// It holds what a delta compares (atoms with their content, edges, open references, places) and
/// nothing that only the linker needs, so that the next version of the file gives the same events
/// as it would have with the lost facts. Pure; any thread.

#include <cstdint>
#include <string>

#include "events/replay.h"

namespace dg {

/// What the log does not keep, from the file's row.
struct FileRow {
  FileId id{};
  std::string path;  ///< Bytes as on disk.
  ContentHash hash;
  std::int64_t mtime_ns = 0;
  std::uint64_t size = 0;
};

/// Null where the folded log does not hold the file whole: that is no sound log. O(atoms + links).
FileVersionPtr logged_version(const FoldedState& log, const FileRow& row);

}  // namespace dg
