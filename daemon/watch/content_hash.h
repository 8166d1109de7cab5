#pragma once
/// \file
/// The hash by which two contents of a file are told apart.

#include <string_view>

#include "events/file_version.h"

namespace dg {

/// FileVersion::hash of a file's bytes. O(bytes).
ContentHash content_hash(std::string_view bytes) noexcept;

}  // namespace dg
