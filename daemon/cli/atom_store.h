#pragma once
/// \file
/// Reads the JSON files in which another program keeps what it knows of atoms.
///
/// A file is JSON, or with the ending .jsonl one JSON value a line. An atom is an object with an
/// `id` of the form `path::name`, or with a path (`file`, `filePath`, `file_path` or `path`) and a
/// `name` (`qualifiedName` or `qualified_name` before it). Atoms stand alone, in a list, in an
/// object's `atoms`, or as the values of an object whose keys are their ids. Paths are made
/// relative to the project, with `/`.

#include <filesystem>
#include <string>
#include <vector>

#include "storage/imports.h"

namespace dg {

struct AtomStore {
  std::vector<ImportedAtom> atoms;  ///< Sorted by id; of several with one id the last one read.
  std::uint64_t files = 0;
  std::uint64_t repeated = 0;   ///< Atoms whose id came again later.
  std::uint64_t not_atoms = 0;  ///< Values where an atom was looked for and none was found.
  struct Unreadable {
    std::string path;
    std::string reason;
  };
  std::vector<Unreadable> unreadable;  ///< No JSON (or nested over 256 deep), too large, closed.
};

/// `paths`: files, or folders of which every .json and .jsonl file is read. not_found: one of them
/// is not there. O(bytes).
Result<AtomStore> read_atom_store(const std::vector<std::filesystem::path>& paths,
                                  const std::filesystem::path& project);

}  // namespace dg
