#pragma once
/// \file
/// The repository's own C++ sources, as texts.

#include <string>
#include <vector>

namespace dg::layering {

struct SourceFile {
  std::string path;  ///< Relative to the repository.
  std::string text;
};

/// Every .h and .cc of ours, sorted by path.
std::vector<SourceFile> own_sources();

}  // namespace dg::layering
