#pragma once
/// \file
/// validate-imports: what is wrong with, or superfluous in, the imports and exports of a project.

#include <string>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// One finding at a place.
struct ImportFinding {
  const FileVersion* file = nullptr;  ///< Of the snapshot.
  Position at;
  std::string name;       ///< Imported or exported; empty where the whole module is meant.
  std::string specifier;  ///< Of an import.
  OpenReason reason = OpenReason::no_module;  ///< Of a broken one.
  bool conditional = false;  ///< A broken import inside of a branch, try or function.
  bool type_only = false;    ///< A broken import of a type: no program fails because of it.
};

struct ImportChecks {
  std::vector<ImportFinding> broken;        ///< No such module, or it does not export the name.
  std::vector<ImportFinding> unused;        ///< Imported names that their file never mentions.
  std::vector<std::vector<FileId>> cycles;  ///< Of imports that are left at run time.
  /// Names that no file imports, but for those of entry points: what a package.json names as main,
  /// module, source, types, bin or exports (and the sources of such builds), configuration files of
  /// tools, and declaration files.
  std::vector<ImportFinding> unused_exports;
};

/// All four, each sorted by (path, place). O(imports + exports).
ImportChecks check_imports(const Snapshot& snapshot);

}  // namespace dg
