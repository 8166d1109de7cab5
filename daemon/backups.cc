#include "daemon/backups.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "storage/requests/backup.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "auto-", kSuffix = ".db";
/// After a backup that failed, the next try.
constexpr std::int64_t kRetryMs = 10 * 60 * 1000;

std::int64_t changed_ms(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return 0;
  return std::int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

/// The sequence that the name ends with; nothing for a file that is not ours.
std::optional<Sequence> sequence_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  const std::size_t dash = name.rfind('-');
  const char* end = name.data() + name.size() - kSuffix.size();
  std::uint64_t sequence = 0;
  const auto read = std::from_chars(name.data() + dash + 1, end, sequence);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return static_cast<Sequence>(sequence);
}

}  // namespace

std::vector<BackupFile> list_backups(const fs::path& state_folder) {
  std::vector<BackupFile> found;
  std::error_code error;
  for (fs::directory_iterator it(state_folder / "backups", error), end; !error && it != end;
       it.increment(error)) {
    const std::optional<Sequence> sequence = sequence_of(it->path().filename().string());
    if (!sequence) continue;
    std::error_code gone;
    const std::uint64_t bytes = it->file_size(gone);
    if (!gone) found.push_back({it->path(), bytes, changed_ms(it->path()), *sequence});
  }
  // The name begins with the time, so that a clock that jumped cannot make two orders of it.
  std::sort(found.begin(), found.end(),
            [](const BackupFile& a, const BackupFile& b) { return a.file > b.file; });
  return found;
}

AutomaticBackups::AutomaticBackups(fs::path state_folder, const Config& config)
    : folder_(std::move(state_folder)), config_(config) {}

AutomaticBackups::~AutomaticBackups() {
  stop_ = true;
  wait();
}

void AutomaticBackups::wait() {
  if (thread_.joinable()) thread_.join();
}

std::string AutomaticBackups::failure() {
  if (running_) return {};
  wait();
  return std::exchange(failure_, {});
}

void AutomaticBackups::consider(Sequence now, std::int64_t now_ms, std::int64_t begun_ms) {
  if (running_ || config_.backup_every.count() == 0 || config_.backups_kept == 0 || raw(now) == 0)
    return;
  if (now_ms < next_look_ms_ && now_ms >= next_look_ms_ - kRetryMs) return;
  next_look_ms_ = now_ms + kRetryMs;
  const std::vector<BackupFile> made = list_backups(folder_);
  if (!made.empty() && made.front().sequence == now) return;
  const std::int64_t last_ms = made.empty() ? begun_ms : made.front().made_ms;
  const std::int64_t interval_ms = std::chrono::milliseconds(config_.backup_every).count();
  // A time in the future is a clock that was set back: better one backup too many.
  if (now_ms >= last_ms && now_ms - last_ms < interval_ms) return;
  wait();
  running_ = true;
  thread_ = std::thread([this, now] { make(now); });
}

void AutomaticBackups::make(Sequence now) {
  const fs::path target =
      folder_ / "backups" /
      (std::string(kPrefix) + utc_stamp() + "-" + std::to_string(raw(now)) + std::string(kSuffix));
  const Result<Backup> backup =
      back_up(folder_ / "deltagraph.db", target, [this] { return stop_.load(); });
  if (!backup && backup.error().kind != ErrorKind::cancelled)
    failure_ = "Automatic backup: " + backup.error().message();
  const Result<std::optional<Backup>> requests =
      backup ? requests::back_up_requests(folder_, target) : std::optional<Backup>();
  if (!requests) failure_ = "Automatic backup: " + requests.error().message();
  std::vector<BackupFile> made = list_backups(folder_);
  for (std::size_t i = config_.backups_kept; backup && i < made.size(); ++i) {
    std::error_code ignored;
    fs::remove(requests::requests_backup(made[i].file), ignored);
    fs::remove(made[i].file, ignored);
  }
  running_ = false;
}

}  // namespace dg
