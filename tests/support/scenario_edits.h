#pragma once
/// \file
/// What a scenario's step can do to the project's folder:
///
///     file PATH [crlf] [bom] [raw] [x N]   write the body; `raw`: the body's lines joined, with
///                                          escapes, without a last newline; `x N`: the body N
///                                          times
///     s PATH /old/new/[g]      replace the first (g: every) occurrence of a text; escapes are read
///     append PATH              add the body at the end
///     insert PATH LINE         put the body before that line
///     cut PATH FROM TO         take out these lines
///     delete PATH              a file or a folder
///     move PATH PATH
///     touch PATH               write the same bytes again
///     rescan                   settle this step by comparing the whole tree, naming no path
///
/// An edit that changes nothing where it should is an error of the scenario.

#include <string>

#include "daemon/watch/change.h"
#include "tests/support/scenario.h"
#include "tests/support/temp_project.h"

namespace dg {

bool is_edit(const std::string& verb);

/// Makes one edit and notes the paths that it touched. Throws std::runtime_error for one that
/// cannot be made.
void make_edit(const TempProject& project, const Command& edit, SettledChange& change);

/// Sorts and completes what the edits noted, as the watch side does: rule files mean a rescan.
void settle(SettledChange& change);

}  // namespace dg
