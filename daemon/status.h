#pragma once
/// \file
/// What `status` answers about a running service.

#include <string>
#include <vector>

#include "daemon/backups.h"
#include "daemon/pipeline.h"
#include "daemon/requests/request.h"
#include "daemon/watch/watcher.h"

namespace dg {

struct StatusFacts {
  std::string root, socket, database;
  std::string http;  ///< Address; empty: there is no HTTP.
  std::uint64_t database_size = 0;
  Pipeline::Published published;
  std::size_t pending = 0;
  bool ready = false;
  Progress progress;  ///< Of the first index, while not ready.
  WatchStatus watch;
  std::size_t clients = 0;
  std::int64_t uptime_ms = 0;
  std::vector<BackupFile> backups;  ///< Automatic ones, newest first.
  std::vector<std::string> notices;
  Json validation;                         ///< ValidateThread::status().
  std::string last_error;                  ///< Of a commit that is retried; empty: none.
  std::vector<Listing::Trouble> troubles;  ///< Files that could not be read at the last look.
};

/// {"project", "pid", "version", "state": "indexing|ready|failing",
/// "progress": {"stage", "done", "total"} or null, "sequence", "age_ms", "behind",
/// "pending", "files", …, "watch": {…}, "memory": {"resident_bytes"}, "descriptors", …}
Json status_json(const StatusFacts& facts);

}  // namespace dg
