#pragma once
/// \file
/// What a validation found: for people as findings, for the repair as sets of what is concerned.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/snapshot.h"
#include "storage/audit/repair.h"

namespace dg {

/// Which two sides were compared. A side that is named first in RELIABILITY's order of trust (disk,
/// events, tables, memory) is believed.
enum class Stage : std::uint8_t {
  database,  ///< SQLite's own checks.
  memory,    ///< Graph against the digest stored with the commit.
  tables,    ///< Tables against graph.
  log,       ///< Log, folded, against tables.
  disk,      ///< Sources against tables.
  parse,     ///< A fresh parse against the stored facts.
  rebuild,   ///< A fresh index against the graph.
};
inline constexpr int kStageCount = 7;
const char* to_string(Stage stage) noexcept;

/// Whether a file comes as the log tells it, since its rows are not what was committed
/// (StoredProject::from_log): the rest of what is known of it waits for a fresh parse.
inline bool known_by_log_alone(const FileVersion& file) noexcept {
  return file.hash == ContentHash{};
}

/// One difference: the thing, what one side says and what the other says.
struct Finding {
  Stage stage = Stage::database;
  std::string file;   ///< Path; empty where it is about no one file.
  std::string atom;   ///< Id text; empty where it is about no one atom.
  std::string thing;  ///< `atoms`, `atom_relations calls 12`, `content hash` ….
  std::string side_a, says_a, side_b, says_b;
};

/// What was found and at which state. Plain value.
struct Evidence {
  static constexpr std::size_t kMaxFindings = 200;

  SnapshotPtr snapshot;               ///< Pinned: of the sequence that the tables were read at.
  std::vector<FileVersionPtr> files;  ///< Its files, by path.
  std::vector<Finding> findings;      ///< The first kMaxFindings.
  std::uint64_t total = 0;            ///< All findings.
  std::uint64_t by_stage[kStageCount] = {};

  bool unreadable = false;      ///< The database: SQLite cannot walk it.
  bool memory_differs = false;  ///< Graph and stored digest are not the same.
  bool log_whole = true;        ///< No commit lacks an event that its row counts.

  std::set<AtomId> row_atoms;  ///< Own rows differ.
  std::set<FileId> row_files;  ///< The row in `files` differs.
  std::set<FileId> derived;    ///< Packed facts, packed links or full text differ.
  std::set<FileId> stray_files;
  std::set<AtomId> stray_atoms;

  std::set<AtomId> log_atoms;                ///< The log tells another atom than the tables.
  std::set<FileId> log_files;                ///< Or another file.
  std::map<AtomId, std::uint32_t> log_gone;  ///< Live in the log alone, or gone at another version.
  std::map<FileId, std::string> log_gone_files;  ///< There in the log alone: their paths.
  std::vector<LogLoss> losses;                   ///< Missing from the log and not noted yet.
  std::vector<LogLoss> known_losses;             ///< Noted before.
  Sequence lost_until{};  ///< The last commit that the log lacks at its end; 0: none is known.

  bool notes = false;    ///< Values beside the state are not as they should be.
  bool configs = false;  ///< Stored configuration files are not the graph's.

  std::set<std::string> disk_paths;  ///< Sources and configuration files to be read again.
  std::set<std::string> distrusted;  ///< Known facts or links are not what the bytes give.

  void add(Finding finding);
  bool clean() const noexcept { return total == 0; }
};

}  // namespace dg
