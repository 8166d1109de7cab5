#include "daemon/due_requests.h"

#include <sys/stat.h>

#include <utility>

#include "daemon/requests/schema/desk.h"
#include "storage/requests/store.h"

namespace dg {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

/// 0: there is no file.
std::int64_t changed_ns(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return 0;
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace

DueRequests::DueRequests(std::filesystem::path state_folder) : folder_(std::move(state_folder)) {}

DueRequests::~DueRequests() {
  if (thread_.joinable()) thread_.join();
}

void DueRequests::consider(std::int64_t now_ms,
                           const std::function<void(const std::string&)>& say) {
  if (running_) return;
  for (const std::string& text : std::exchange(news_, {})) {
    if (std::exchange(said_, text) != text) say(text);
  }
  const std::int64_t changed = changed_ns(requests::requests_database(folder_));
  if (changed == 0) return;
  // A clock that was set back makes one look too many.
  const bool a_minute_ago = now_ms < looked_ms_ || now_ms - looked_ms_ >= kMinuteMs;
  const bool due = next_ms_ != 0 && next_ms_ <= now_ms && looked_ms_ < next_ms_;
  if (changed == seen_ns_ && !a_minute_ago && !due) return;
  if (thread_.joinable()) thread_.join();
  seen_ns_ = changed;
  looked_ms_ = now_ms;
  running_ = true;
  thread_ = std::thread([this] { look(); });
}

void DueRequests::look() {
  Result<SchemaDesk> desk = SchemaDesk::open(folder_);
  const Result<requests::DueRuns> due =
      desk ? desk->run_due() : Result<requests::DueRuns>(desk.error());
  if (!due) {
    news_.push_back("Scheduled schema requests: " + due.error().message());
  } else {
    next_ms_ = due->next_ms;
    for (const requests::DueRun& run : due->runs) {
      const std::string what = "schema request " + run.row.id + " (" + run.row.table_name + ")";
      news_.push_back(run.applied
                          ? "Applied at its time: " + what + "."
                          : "Not applied at its time: " + what + ": " + run.failure +
                                (run.tried_again ? ". It is tried again each minute." : "."));
    }
  }
  running_ = false;
}

}  // namespace dg
