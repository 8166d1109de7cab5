#pragma once
/// \file
/// The commit a work tree stands on, read from git's files without running git.

#include <filesystem>
#include <string>

namespace dg {

/// The object id that HEAD names (gitrepository-layout(5)): 40 or 64 hexadecimal digits, or empty
/// where `root` lies in no repository or HEAD has no commit yet. Never fails.
std::string git_head(const std::filesystem::path& root);

}  // namespace dg
