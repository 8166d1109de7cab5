#include "daemon/status.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "storage/clock.h"

namespace dg {
namespace {

/// Resident memory as the kernel counts it (proc(5), statm), bytes; 0 where /proc is not there.
std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  std::error_code failure;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", failure), end; !failure && it != end;
       it.increment(failure))
    ++count;
  return count;
}

}  // namespace

Json status_json(const StatusFacts& facts) {
  const Totals& totals = facts.published.snapshot->totals();
  std::uint64_t edges = 0, open = 0;
  for (const std::uint64_t count : totals.edges) edges += count;
  for (const std::uint64_t count : totals.open) open += count;
  Json troubles = Json::array();
  for (const Listing::Trouble& trouble : facts.troubles)
    troubles.push_back({{"path", trouble.path}, {"reason", trouble.reason}});
  Json backups = Json::array();
  for (const BackupFile& backup : facts.backups) {
    backups.push_back({{"path", backup.file.string()},
                       {"bytes", backup.bytes},
                       {"sequence", raw(backup.sequence)},
                       {"made_ms", backup.made_ms}});
  }
  Json polled = Json::array();
  for (const std::string& folder : facts.watch.polled)
    polled.push_back(folder.empty() ? "." : folder);

  const char* state = !facts.last_error.empty() ? "failing" : facts.ready ? "ready" : "indexing";
  return Json{
      {"project", facts.root},
      {"running", true},
      {"state", state},
      {"progress", facts.ready || facts.progress.stage.empty()
                       ? Json()
                       : Json{{"stage", facts.progress.stage},
                              {"done", facts.progress.done},
                              {"total", facts.progress.total}}},
      {"pid", ::getpid()},
      {"version", DELTAGRAPH_VERSION},
      {"uptime_ms", facts.uptime_ms},
      {"socket", facts.socket},
      {"http", facts.http.empty() ? Json() : Json(facts.http)},
      {"sequence", raw(facts.published.snapshot->sequence())},
      {"age_ms", facts.published.committed_ms == 0
                     ? Json()
                     : Json(std::max<std::int64_t>(0, unix_ms() - facts.published.committed_ms))},
      {"behind", facts.pending > 0},
      {"pending", facts.pending},
      {"files", totals.files},
      {"skipped_files", totals.skipped_files},
      {"files_with_problems", totals.files_with_problems},
      {"atoms", totals.atoms},
      {"relations", edges},
      {"unresolved", open},
      {"watch",
       {{"folders", facts.watch.watched},
        {"polled", polled},
        {"reason", facts.watch.reason},
        {"events", facts.watch.events},
        {"overflows", facts.watch.overflows}}},
      {"database", {{"path", facts.database}, {"bytes", facts.database_size}}},
      {"backups", backups},
      {"memory", {{"resident_bytes", resident_bytes()}}},
      {"descriptors", open_descriptors()},
      {"clients", facts.clients},
      {"last_error", facts.last_error.empty() ? Json() : Json(facts.last_error)},
      {"troubles", troubles},
      {"validation", facts.validation},
      {"notices", facts.notices},
  };
}

}  // namespace dg
