#pragma once
/// \file
/// explain-import: how specifiers were resolved, step by step.

#include <string>
#include <string_view>
#include <vector>

#include "graph/modules/modules.h"
#include "graph/snapshot.h"

namespace dg {

struct ExplainedImport {
  std::string specifier;
  ImportKind kind = ImportKind::esm;
  Position at;  ///< Of the specifier; 1:1 for one that is asked for and not in the file.
  bool type_only = false, conditional = false;
  Resolution resolution;
};

/// The imports of a file in source order, each specifier once: of one line (that of the specifier
/// or of an imported name), of all for line 0. O(imports × candidates).
std::vector<ExplainedImport> explain_imports(const Snapshot& snapshot, const FileVersion& file,
                                             std::uint32_t line);

/// A specifier as if the file had it.
ExplainedImport explain_specifier(const Snapshot& snapshot, const FileVersion& file,
                                  std::string_view specifier, bool commonjs);

}  // namespace dg
