#pragma once
/// \file
/// The tables after `index`, at the start of `serve`, and of `stats`.

#include "daemon/cli/session.h"
#include "daemon/pipeline.h"

namespace dg {

/// {"project", …stats_json()…, "sequence", "timings": {…}, "work": {…}, "database_bytes",
/// "ignored": {"folders", "files", "first": [{"path", "source", "pattern"}]},
/// "changed", "unreadable": [{"path", "reason"}], "notices": […]}: what `index --json` prints.
Json summary_json(const std::string& project, const Outcome& outcome, std::uint64_t database_bytes,
                  const std::vector<std::string>& notices);

/// As text. Reads summary_json() and the answer of `stats`; parts that are not there are left out.
/// Of each list of files at most so many are shown.
void print_summary(Session& session, const Json& summary, std::size_t files_shown = 5);

}  // namespace dg
