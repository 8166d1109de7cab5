#pragma once
/// \file
/// The canonical dump: the whole state of a project as sorted text, for invariant 2.
///
/// It holds what the sources and configuration files determine: atoms with places, hashes and own
/// metrics, edges with the absolute place, confidence and rule of each site, open references, and
/// problems. It holds nothing that depends on the past: no versions, no ids of the database, no
/// history, no times. Two dumps are equal exactly when two states are.
///
/// One thing a line, its parts separated by tabs; control characters, backslashes and ill-formed
/// UTF-8 bytes are written as \xNN. Files are in byte order of their paths; the lines of a file are
/// `file` first, the rest in byte order. Pure; any thread.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/file_version.h"

namespace dg {

/// Hands over the dump file by file, each with its lines ended. O(n log n) in the largest file.
void dump_project(const std::vector<FileVersionPtr>& files,
                  const std::function<void(std::string_view)>& take);
std::string dump_project(const std::vector<FileVersionPtr>& files);

/// The first lines in which two dumps differ, for people; empty where they are equal.
std::string dump_difference(std::string_view a, std::string_view b, std::size_t max_lines = 20);

}  // namespace dg
