#pragma once
/// \file
/// Schema requests that have a time are applied by the service of their project, on a thread of its
/// own, so that no save waits for a migration.
///
/// When to look is told by requests.db alone: it is looked into at the start (what was missed while
/// no service ran is applied then), when the next time in it has come, when the file has changed,
/// and each minute at least.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace dg {

class DueRequests {
 public:
  explicit DueRequests(std::filesystem::path state_folder);
  ~DueRequests();  ///< Waits for the one under way.
  DueRequests(const DueRequests&) = delete;
  DueRequests& operator=(const DueRequests&) = delete;

  /// Looks where that is due (above). Cheap; one thread. `say` is told of what was applied since
  /// the last call, and of what was not and why: once, where it fails again and again.
  void consider(std::int64_t now_ms, const std::function<void(const std::string&)>& say);

 private:
  void look();

  std::filesystem::path folder_;
  std::atomic<bool> running_{false};
  std::int64_t seen_ns_ = -1;      ///< When the file was changed last, as of the last look.
  std::int64_t looked_ms_ = 0;     ///< The last look.
  std::int64_t next_ms_ = 0;       ///< The next time in it; written before running_ is cleared.
  std::vector<std::string> news_;  ///< As next_ms_.
  std::string said_;               ///< The last of them.
  std::thread thread_;
};

}  // namespace dg
