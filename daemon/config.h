#pragma once
/// \file
/// What a project's owner may choose: `.deltagraph/config.json`.
///
///     {"synchronous": "normal" | "full",
///      "backups": {"every_hours": 24, "keep": 3},
///      "idle_exit_minutes": 120,
///      "max_file_bytes": 2097152,
///      "requests": {"self_approval": false, "auto_create": false},
///      "http": {"port": 7313}}
///
/// Each part may be left out. Anything else is a usage error, so that a misspelled key is told
/// instead of being without effect.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "storage/store.h"

namespace dg {

struct Config {
  Synchronous synchronous = Synchronous::normal;
  std::chrono::hours backup_every{24};  ///< Zero: no automatic backups.
  unsigned backups_kept = 3;            ///< Automatic ones only.
  /// A service in the background that nobody needs for so long ends; zero: never. The next question
  /// starts one again.
  std::chrono::minutes idle_exit{120};
  /// Sources over it are skipped; none: ParseOptions' own.
  std::optional<std::uint32_t> max_file_bytes;
  bool self_approval = false;  ///< Whether who asks for a table may approve it.
  /// Whether the program approves and applies low-risk requests by itself (requests::kLowRisk).
  bool auto_create = false;
  std::optional<std::uint16_t>
      http_port;  ///< None: no HTTP; 0: any free one (daemon/server/http.h).
};

/// Of the state folder; the defaults where there is no file. Read when a service or an index
/// starts.
Result<Config> read_config(const std::filesystem::path& state_folder);

}  // namespace dg
