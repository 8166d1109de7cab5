#pragma once
/// \file
/// Rows of atom_versions: hashes of what each live atom's source says (events/field_hashes.h), and
/// when that last changed. Nothing is loaded from them. Internal to storage/; throws Failure.

#include <cstdint>
#include <memory>
#include <string>

#include "events/delta.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// SQL: when the source of the atom of a row of atom_versions last changed, as its events tell;
/// NULL where they do not.
inline constexpr const char kLastModified[] =
    "SELECT e.timestamp FROM atom_events e WHERE e.atom_id = atom_versions.atom_id AND "
    "(e.changed_fields IS NULL OR e.changed_fields <> '[\"relations\"]') "
    "ORDER BY e.new_version DESC LIMIT 1";

class VersionRowWriter {
 public:
  VersionRowWriter();
  ~VersionRowWriter();
  void prepare(const Connection& connection);
  /// What the change of one atom means for its row. \returns rows written.
  std::uint32_t write(const FileDelta& delta, const AtomChange& change, std::int64_t now_ms);
  /// All rows of a file anew; the log tells their times, or the atoms' rows where it does not.
  void write_all(const FileVersion& file);

 private:
  struct Statements;
  void put(const FileVersion& file, AtomIndex atom, std::int64_t modified_ms);

  std::unique_ptr<Statements> statements_;
  std::string hash_, fields_;  ///< Scratch.
};

}  // namespace dg
