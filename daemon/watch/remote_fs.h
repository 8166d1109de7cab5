#pragma once
/// \file
/// Whether a file system tells the kernel of changes that others make (inotify(7): it does not for
/// network file systems).

#include <filesystem>
#include <string_view>

namespace dg {

/// The kind of a file system that gives no events for remote changes (`nfs`, `fuse`, …); empty for
/// a local one, and where the kind cannot be told.
std::string_view remote_kind(const std::filesystem::path& folder) noexcept;

}  // namespace dg
