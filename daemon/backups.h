#pragma once
/// \file
/// Automatic rotating backups of a served project, made on a thread of their own from a reader's
/// view, so that no save waits for one.
///
/// They lie in `<state folder>/backups` as `auto-<UTC time>-<sequence>.db`; what was made is told
/// by the folder alone, so that it holds over restarts. Other files there are never touched.

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/config.h"
#include "events/ids.h"

namespace dg {

struct BackupFile {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  std::int64_t made_ms = 0;  ///< Unix time.
  Sequence sequence{};
};

/// The automatic backups of a state folder, newest first.
std::vector<BackupFile> list_backups(const std::filesystem::path& state_folder);

class AutomaticBackups {
 public:
  AutomaticBackups(std::filesystem::path state_folder, const Config& config);
  ~AutomaticBackups();  ///< Ends the one under way.
  AutomaticBackups(const AutomaticBackups&) = delete;
  AutomaticBackups& operator=(const AutomaticBackups&) = delete;

  /// Starts one where it is due: the last one, or without one the first commit (`begun_ms`), is
  /// older than the interval, and something was committed since. Cheap; one thread.
  void consider(Sequence now, std::int64_t now_ms, std::int64_t begun_ms);
  /// Until the one under way has ended. Its failure is told once by failure().
  void wait();
  std::string failure();  ///< Of the last one since the last call; empty: none. One thread.

 private:
  void make(Sequence now);

  std::filesystem::path folder_;
  Config config_;
  std::atomic<bool> stop_{false}, running_{false};
  std::string failure_;            ///< Written before running_ is cleared, read after.
  std::int64_t next_look_ms_ = 0;  ///< The folder is not listed each second.
  std::thread thread_;
};

}  // namespace dg
