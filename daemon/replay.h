#pragma once
/// \file
/// Replay: the log folded from nothing, or from the checkpoint that `db compact` left, and checked
/// against what is stored: after each commit the graph digest that the commit noted, at the end
/// the files with their facts and links and the tables of atoms, relations and open references
/// (DESIGN §3, invariant 3). Reads only; runs beside a service.
///
/// What the log is known to have lost (a repair noted it) does not end it: the atoms concerned are
/// left alone until a `reconcile` event says again all that they are, and a commit's digest is not
/// held against the log until one is right again.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.h"
#include "storage/history/history.h"
#include "storage/result.h"

namespace dg {

struct ReplayReport {
  Sequence first{}, last{};        ///< Commits folded; `first` is 1, or the checkpoint's.
  std::uint64_t commits = 0;       ///< Folded.
  std::uint64_t events = 0;        ///< Folded.
  std::uint64_t digests = 0;       ///< Commits whose digest is as the log gives it.
  std::uint64_t unsure = 0;        ///< Commits whose digest is not, because of `lost`.
  std::vector<LogLoss> lost;       ///< What was gone on past.
  std::uint64_t rows = 0;          ///< Rows of the tables that were compared.
  std::optional<Sequence> broken;  ///< The first commit where log and state part; none: nowhere.
  std::string reason;              ///< Of `broken`.
  double fold_ms = 0;              ///< Reading, decoding and folding.
  double verify_ms = 0;            ///< Digests and the comparison at the end.
};

/// `verify`: compares; else only folds. O(log); a commit's digest costs the files that it wrote.
/// `progress` is told a few times a second how many commits of how many are done.
Result<ReplayReport> replay_log(const std::filesystem::path& database, bool verify,
                                const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace dg
