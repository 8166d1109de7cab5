#pragma once
/// \file
/// The commit a work tree stands on, read from git's files without running git.

#include <filesystem>
#include <string>

namespace dg {

/// The object id that HEAD names (gitrepository-layout(5)): 40 or 64 hexadecimal digits. Empty
/// where `root` lies in no repository, where HEAD has no commit yet, and where git may be about to
/// move it: a switch writes the files, then the index, then HEAD, so that an index which was
/// written within the last second, and after HEAD, leaves open which of the two commits the files
/// are of. Never fails.
std::string git_head(const std::filesystem::path& root);

}  // namespace dg
