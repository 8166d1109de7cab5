#pragma once
/// \file
/// A made-up project of any size with the proportions of real ones: folders of files that import
/// each other, mostly near by, a few modules that everybody imports, functions, classes and
/// methods, about six atoms and 2.5 kB a file. The same numbers give the same bytes on every
/// machine.

#include <cstdint>
#include <filesystem>

namespace dg::bench {

struct ProjectShape {
  std::uint32_t files = 10'000;
  std::uint32_t files_per_folder = 50;
  std::uint64_t seed = 1;
};

/// Writes the project below `root`, which it makes. O(files).
void generate_project(const std::filesystem::path& root, const ProjectShape& shape);

}  // namespace dg::bench
