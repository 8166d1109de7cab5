#pragma once
/// \file
/// Shell completion, derived from the app itself so that it cannot name what does not exist.

#include <CLI/CLI.hpp>
#include <string>

namespace dg {

/// For `bash`, `zsh` or `fish`.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace dg
