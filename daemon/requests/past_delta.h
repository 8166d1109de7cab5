#pragma once
/// \file
/// A commit of the past as JSON, read back from the log.

#include "daemon/requests/request.h"
#include "storage/history/event_log.h"

namespace dg {

/// What delta_to_json() said when the commit was made, but for latency, timings and work, which are
/// null. not_found where the log has no such commit. O(its events).
Result<Json> past_delta_to_json(EventLog& log, Sequence sequence);

}  // namespace dg
