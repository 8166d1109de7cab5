#pragma once
/// \file
/// What another program knows of the atoms, kept beside the graph in the table imported_atoms,
/// where SQL can join it. The graph itself comes from the sources alone and takes nothing from
/// here.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/result.h"

namespace dg {

struct ImportedAtom {
  std::string id;    ///< `src/a.js::Cart.pay` (REFERENCE §2.1); each once.
  std::string data;  ///< One JSON object: all that was known.
};

struct ImportCounts {
  std::uint64_t live = 0;                ///< The graph has the atom.
  std::uint64_t removed = 0;             ///< It had it once.
  std::uint64_t unknown = 0;             ///< It never had it.
  std::vector<std::string> unknown_ids;  ///< The first twenty.
  std::uint64_t replaced = 0;            ///< Rows of an earlier import of the same source.
};

/// Stores the atoms as all that is known from `source`: rows of an earlier import of it are
/// replaced. All or nothing; with `dry_run` nothing, only the counts. The caller holds the write
/// lock. O(atoms + rows replaced). not_found: the database is older than this table.
Result<ImportCounts> import_atoms(const std::filesystem::path& database, std::string_view source,
                                  std::span<const ImportedAtom> atoms, bool dry_run);

}  // namespace dg
